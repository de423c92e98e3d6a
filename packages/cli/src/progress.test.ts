import { type HistoryEvent, timelineReader } from "@data-quest/execution-history";
import { expect, test } from "vitest";
import { liveLines, progressLines } from "./progress.ts";
import { lineOf } from "./terminal.ts";

const definition = {
  States: {
    SyncFiles: {
      ItemProcessor: {
        States: {
          SyncFile: { Retry: [{ ErrorEquals: ["SourceUnavailable"], IntervalSeconds: 4, MaxAttempts: 2 }] },
        },
      },
    },
  },
};
const item = {
  do: "sync",
  name: "pr.class",
  path: "pr.class",
  size: 102,
  modified: "2026-09-03T12:30:00.000Z",
};
const settings = { survey: "pr" };
const parameters = JSON.stringify({ FunctionName: "SyncFile", Payload: { item, settings } });
const output = JSON.stringify({
  key: "bls/pr/pr.class",
  action: "created",
  reason: "new at the source",
  bytes: 102,
});
const iteration = { name: "SyncFiles", index: 0 };
const failed = { error: "SourceUnavailable", cause: '{"errorMessage":"BLS returned 503"}' };
const input = JSON.stringify({ settings, items: [item] });

/** A Map of one file whose first attempt fails. Events are one second apart. */
const EVENTS: [type: string, details?: object][] = [
  ["ExecutionStarted"],
  ["MapStateEntered", { stateEnteredEventDetails: { name: "SyncFiles", input } }],
  ["MapStateStarted", { mapStateStartedEventDetails: { length: 1 } }],
  ["MapIterationStarted", { mapIterationStartedEventDetails: iteration }],
  ["TaskStateEntered", { stateEnteredEventDetails: { name: "SyncFile" } }],
  ["TaskScheduled", { taskScheduledEventDetails: { resourceType: "lambda", parameters } }],
  ["TaskFailed", { taskFailedEventDetails: failed }],
  ["TaskScheduled", { taskScheduledEventDetails: { resourceType: "lambda", parameters } }],
  ["TaskSucceeded"],
  ["TaskStateExited", { stateExitedEventDetails: { name: "SyncFile", output } }],
  ["MapIterationSucceeded", { mapIterationSucceededEventDetails: iteration }],
  ["MapStateSucceeded"],
  ["MapStateExited", { stateExitedEventDetails: { name: "SyncFiles", output: "{}" } }],
];

const plain = (_style: unknown, text: string) => text;
const textOf = (line: Parameters<typeof lineOf>[0]) => lineOf(line, 200, plain).trimEnd();

function play(count: number, live: boolean, used: unknown = definition) {
  const reader = timelineReader();
  const printed: string[] = [];
  for (const [index, [type, details]] of EVENTS.slice(0, count).entries()) {
    const event: HistoryEvent = { id: index + 1, previousEventId: index, type, timestamp: index, ...details };
    reader.add(event);
    printed.push(...progressLines(reader, event, { definition: used, live }).map(textOf));
  }
  return { reader, printed };
}

test("without a terminal, a retry says which attempt comes next, out of how many, and when", () => {
  expect(play(EVENTS.length, false).printed).toEqual([
    "▸ SyncFiles",
    "  ↻ bls/pr/pr.class: attempt 2 of 3 in 4 s SourceUnavailable: BLS returned 503",
    "  created        102 B  bls/pr/pr.class new at the source (attempt 2)",
    "✓ SyncFiles 11.0 s, 1 item",
  ]);
});

test("on a terminal, only results stay: a file's line counts down to the retry, and the result replaces it", () => {
  expect(play(EVENTS.length, true).printed).toEqual([
    "  created        102 B  bls/pr/pr.class new at the source (attempt 2)",
    "✓ SyncFiles 11.0 s, 1 item",
  ]);
  const { reader } = play(7, true);
  const at = (second: number) => liveLines(reader, definition, second * 1000).map(textOf);
  expect(at(7)).toEqual([
    expect.stringMatching(/SyncFiles 0 of 1, 0 B of 102 B 5\.0 s$/),
    "  ↻ bls/pr/pr.class: attempt 2 of 3 in 3 s SourceUnavailable: BLS returned 503",
  ]);
  expect(at(9)[1]).toContain("in 1 s");
  const running = play(8, true);
  expect(liveLines(running.reader, definition, 8000).map(textOf)[1]).toMatch(
    /bls\/pr\/pr\.class 102 B attempt 2 1\.0 s$/,
  );
});

test("a failure without a retry is shown at once", () => {
  expect(play(7, false, {}).printed.at(-1)).toBe("  ✗ SourceUnavailable bls/pr/pr.class: BLS returned 503");
});
