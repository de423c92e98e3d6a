import { expect, test } from "vitest";
import type { HistoryEvent } from "./event.ts";
import { timelineReader } from "./reader.ts";
import { retryOutlook, stateNamed } from "./retry-outlook.ts";

const definition = {
  StartAt: "Sync",
  States: {
    Sync: {
      Type: "Map",
      ItemProcessor: {
        States: {
          SyncFile: {
            Type: "Task",
            Retry: [
              {
                ErrorEquals: ["Busy"],
                IntervalSeconds: 60,
                MaxAttempts: 2,
                BackoffRate: 2,
                MaxDelaySeconds: 90,
              },
              { ErrorEquals: ["States.ALL"], JitterStrategy: "FULL", MaxAttempts: 1 },
            ],
          },
        },
      },
    },
  },
};

/**
 * Reads the history of a task whose attempts fail with these errors, and returns the retry outlook after each attempt.
 */
function outlooks(...errors: string[]) {
  const reader = timelineReader();
  let id = 0;
  const add = (type: string, details: object = {}): void =>
    reader.add({ id: ++id, previousEventId: id - 1, type, timestamp: id, ...details } satisfies HistoryEvent);
  add("TaskStateEntered", { stateEnteredEventDetails: { name: "SyncFile" } });
  return errors.map((error) => {
    if (error === "redrive") {
      add("ExecutionFailed");
      add("ExecutionRedriven");
      return "redriven";
    }
    add("TaskScheduled");
    add("TaskFailed", { taskFailedEventDetails: { error } });
    const [visit] = reader.timeline.root.visits;
    return visit && retryOutlook(visit, definition, reader.timeline);
  });
}

test("retryOutlook counts the attempts of the rule that matches the error, and detects when they are exhausted", () => {
  expect(outlooks("Busy", "Busy", "Busy")).toEqual([
    { next: 2, most: 3, delay: 60_000, jitter: false },
    { next: 3, most: 3, delay: 90_000, jitter: false },
    undefined,
  ]);
  expect(outlooks("Other", "Busy", "Other")).toEqual([
    { next: 2, most: 2, delay: 1000, jitter: true },
    { next: 3, most: 4, delay: 60_000, jitter: false },
    undefined,
  ]);
});

test("retryOutlook returns nothing for an error that no rule matches, and restarts the count after a redrive", () => {
  expect(outlooks("States.DataLimitExceeded")).toEqual([undefined]);
  expect(outlooks("Other", "Other", "redrive", "Other").at(-1)).toEqual({
    next: 2,
    most: 2,
    delay: 1000,
    jitter: true,
  });
});

test("stateNamed finds states at any depth, and none in an invalid definition", () => {
  expect(stateNamed(definition, "SyncFile")).toMatchObject({ Type: "Task" });
  for (const odd of [undefined, null, 7, "text", {}, { States: null }, { States: { A: null } }, definition])
    expect(stateNamed(odd, "toString")).toBeUndefined();
});
