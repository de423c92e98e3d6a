import { readTimeline } from "@data-quest/execution-history";
import { expect, test } from "vitest";
import { hasFault, threadsToShow } from "./state-status.ts";

test("iterations with a failure come first, even if a Catch handled the failure", () => {
  const entered = (name: string) => ({ name, input: "{}" });
  const { root } = readTimeline([
    { id: 1, previousEventId: 0, type: "ExecutionStarted" },
    { id: 2, previousEventId: 0, type: "MapStateEntered", stateEnteredEventDetails: entered("Files") },
    { id: 3, previousEventId: 2, type: "MapStateStarted", mapStateStartedEventDetails: { length: 2 } },
    ...[0, 1].map((index) => ({
      id: 4 + index,
      previousEventId: 3,
      type: "MapIterationStarted",
      mapIterationStartedEventDetails: { name: "Files", index },
    })),
    { id: 6, previousEventId: 5, type: "TaskStateEntered", stateEnteredEventDetails: entered("File") },
    { id: 7, previousEventId: 6, type: "TaskScheduled", taskScheduledEventDetails: undefined },
    { id: 8, previousEventId: 7, type: "TaskStarted" },
    {
      id: 9,
      previousEventId: 8,
      type: "TaskFailed",
      taskFailedEventDetails: { error: "FileRefused", resource: "invoke", resourceType: "lambda" },
    },
    {
      id: 10,
      previousEventId: 9,
      type: "TaskStateExited",
      stateExitedEventDetails: { name: "File", output: "{}" },
    },
    {
      id: 11,
      previousEventId: 10,
      type: "MapIterationSucceeded",
      mapIterationSucceededEventDetails: { name: "Files", index: 1 },
    },
  ]);
  const [map] = root.visits;
  const threads = map === undefined ? [] : threadsToShow(map);
  expect(threads.map((thread) => [thread.index, hasFault(thread)])).toEqual([
    [1, true],
    [0, false],
  ]);
});
