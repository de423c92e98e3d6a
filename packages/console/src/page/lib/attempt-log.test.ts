import { readTimeline } from "@data-quest/execution-history";
import { expect, test } from "vitest";
import { cloudWatchLink, linesOfAttempt } from "./attempt-log.ts";

/** The attempts of a task that calls the function with this ARN. */
function attemptsOf(functionArn: string) {
  const parameters = JSON.stringify({ FunctionName: functionArn, Payload: {} });
  const scheduled = { resourceType: "lambda", resource: "invoke", region: "us-east-2", parameters };
  const { root } = readTimeline([
    { id: 1, previousEventId: 0, timestamp: 1_760_000_000, type: "ExecutionStarted" },
    {
      id: 2,
      previousEventId: 1,
      timestamp: 1_760_000_000,
      type: "TaskStateEntered",
      stateEnteredEventDetails: { name: "Sync" },
    },
    {
      id: 3,
      previousEventId: 2,
      timestamp: 1_760_000_001,
      type: "TaskScheduled",
      taskScheduledEventDetails: scheduled,
    },
    {
      id: 4,
      previousEventId: 3,
      timestamp: 1_760_000_002,
      type: "TaskFailed",
      taskFailedEventDetails: { error: "E" },
    },
    {
      id: 5,
      previousEventId: 4,
      timestamp: 1_760_000_009,
      type: "TaskScheduled",
      taskScheduledEventDetails: scheduled,
    },
  ]);
  return root.visits[0]?.attempts ?? [];
}

test("an attempt has only the log lines of its own call", () => {
  const [first, second] = attemptsOf("f");
  const line = { time: 0, requestId: "r", functionName: "f" };
  const log = [
    { ...line, scheduledEventId: 3, line: "one" },
    { ...line, scheduledEventId: 5, line: "two" },
  ];
  expect(first && linesOfAttempt(first, log).map((each) => each.line)).toEqual(["one"]);
  expect(second && linesOfAttempt(second, log).map((each) => each.line)).toEqual(["two"]);
});

test("an attempt on AWS links to its time in the function's log group; a local one has no link", () => {
  const [first, second] = attemptsOf("arn:aws:lambda:us-east-2:123456789012:function:quest-prod-SyncFile");
  const base =
    "https://us-east-2.console.aws.amazon.com/cloudwatch/home?region=us-east-2#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fquest-prod-SyncFile/log-events";
  expect(first && cloudWatchLink(first)).toBe(`${base}$3Fstart$3D1759999996000$26end$3D1760000007000`);
  // The second attempt is still running.
  expect(second && cloudWatchLink(second)).toBe(`${base}$3Fstart$3D1760000004000`);
  for (const local of ["arn:aws:lambda:us-east-1:000000000000:function:SyncFile", "SyncFile"])
    expect(attemptsOf(local).map(cloudWatchLink)).toEqual([undefined, undefined]);
});
