import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { HistoryRecord } from "./history.ts";

const LONG = Boolean(process.env.QUEST_LONG);
const RUNS = LONG ? 50 : 4;
/** How often each run is killed before it is left alone. */
const KILLS = LONG ? 6 : 2;
const child = fileURLToPath(new URL("crash-child.test-support.ts", import.meta.url));

const task = (name: string, settings: object) => ({
  Type: "Task",
  Resource: "arn:aws:lambda:us-east-1:000000000000:function:Work",
  Arguments: `{% '${name} ' & $string($states.input) %}`,
  ...settings,
});
const definition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "First",
  States: {
    First: task("first", {
      Output: "{% $states.input %}",
      Assign: { first: "{% $states.result %}" },
      Next: "Each",
    }),
    Each: {
      Type: "Map",
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: "One",
        States: {
          One: task("one", {
            Output: "{% $states.input %}",
            Assign: { one: "{% $states.result %}" },
            Next: "Two",
          }),
          Two: task("two", { Output: "{% [$one, $states.result] %}", End: true }),
        },
      },
      Output: "{% $count($states.result) %}",
      Assign: { pairs: "{% $states.result %}" },
      Next: "Both",
    },
    Both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Left", States: { Left: task("left", { End: true }) } },
        {
          StartAt: "Right",
          States: {
            Right: { Type: "Wait", Seconds: 0, Next: "Right2" },
            Right2: task("right", { End: true }),
          },
        },
      ],
      Output: { first: "{% $first %}", pairs: "{% $pairs %}", both: "{% $states.result %}" },
      End: true,
    },
  },
});
const expectedOutput = JSON.stringify({
  first: "first [1,2,3,4,5,6]",
  pairs: [1, 2, 3, 4, 5, 6].map((item) => [`one ${item}`, `two ${item}`]),
  both: ["left 6", "right 6"],
});

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

test.concurrent.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
  "killed at random moments, seed %i: redriven to the end, and no finished state runs again",
  async (seed) => {
    const random = seededRandom(seed);
    const directory = mkdtempSync(join(tmpdir(), "crash-"));
    directories.push(directory);
    const events = join(directory, "executions", "M", "one", "events.jsonl");
    let isFinished = false;
    for (let kills = 0; !isFinished && kills <= KILLS; kills++) {
      const finishedBefore = exits(events);
      isFinished = await runUntilKilled(directory, kills < KILLS ? random() * 90 : undefined);
      const all = exits(events);
      // The log only grows, and each state is left once: what was finished has not run again.
      expect(all.slice(0, finishedBefore.length)).toEqual(finishedBefore);
      expect(new Set(all).size).toBe(all.length);
    }
    expect(isFinished).toBe(true);
    const execution = JSON.parse(
      readFileSync(join(directory, "executions", "M", "one", "execution.json"), "utf8"),
    );
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: expectedOutput });
    const ids = records(events).map(({ event }) => event.id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  },
  60_000,
);

/** Runs the child; kills it so many milliseconds after it has opened the directory. Whether it came to the end instead. */
async function runUntilKilled(directory: string, milliseconds: number | undefined): Promise<boolean> {
  const process_ = spawn(process.execPath, [child, directory, join(directory, "calls"), definition], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(process_, "exit");
  await Promise.race([once(process_.stdout, "data"), exit]);
  if (milliseconds !== undefined) {
    await Promise.race([delay(milliseconds), exit]);
    process_.kill("SIGKILL");
  }
  const [code] = await exit;
  return code === 0;
}

function records(file: string): HistoryRecord[] {
  if (!existsSync(file)) return [];
  // The last piece is empty, or a line that the kill has torn.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/** The states that were left, in order, with where they stand. */
function exits(file: string): string[] {
  return records(file).flatMap(({ event, place }) => {
    const name = event.stateExitedEventDetails?.name;
    return name === undefined ? [] : [[...place, name].join("/")];
  });
}

/** Numbers from 0 up to but not including 1, the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
