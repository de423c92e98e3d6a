import fc from "fast-check";
import { expect, test } from "vitest";
import { history } from "./history.ts";
import { play } from "./play.ts";

const HISTORIES = process.env.QUEST_LONG === "1" ? 500 : 12;

test(
  `Bronze equals the source after each of ${HISTORIES} histories of changes, faults, kills, and concurrent runs`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        expect(await play(drawn)).toEqual([]);
      }),
      { numRuns: HISTORIES, seed: 20260903 },
    );
  },
  30 * 60_000,
);
