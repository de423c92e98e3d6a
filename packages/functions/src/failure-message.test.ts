import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { describe, expect, test } from "vitest";
import { failureMessage } from "./failure-message.ts";

const arn = "arn:aws:states:eu-west-1:123456789012:execution:Pipeline:2026-03-01";
const ended = { executionArn: arn, name: "2026-03-01", status: "FAILED" };

describe("the failed state", () => {
  test("is the one that the failure goes back to, not the one that was entered last", () => {
    // Two iterations at once: the first fails, after the second has entered its state.
    const events = [
      event(5, "MapIterationStarted", 4),
      entered(6, 5, "SyncFile"),
      event(7, "TaskScheduled", 6),
      entered(8, 4, "OtherState"),
      event(9, "TaskFailed", 7),
      event(10, "MapIterationFailed", 9),
      event(11, "MapStateFailed", 9),
      event(12, "ExecutionFailed", 11),
    ];
    expect(failureMessage(ended, events.toReversed()).subject).toBe(
      "Data Quest: a run failed in the state SyncFile",
    );
  });

  test("is the last one entered, where the end goes back to nothing", () => {
    const events = [
      entered(2, 0, "DiscoverFiles"),
      event(3, "TaskScheduled", 2),
      event(4, "ExecutionAborted", 0),
    ];
    expect(failureMessage({ ...ended, status: "ABORTED" }, events).subject).toBe(
      "Data Quest: a run aborted in the state DiscoverFiles",
    );
  });

  test("is not named where none was entered", () => {
    const events = [event(1, "ExecutionStarted", 0), event(2, "ExecutionTimedOut", 0)];
    expect(failureMessage({ ...ended, status: "TIMED_OUT" }, events).subject).toBe(
      "Data Quest: a run timed out before its first state",
    );
  });
});

describe("the message", () => {
  test("names the execution, the error, its own words, and where to look", () => {
    const cause = JSON.stringify({
      errorType: "SourceForbidden",
      errorMessage: "BLS answered 403",
      trace: [],
    });
    const { message } = failureMessage({ ...ended, error: "SourceForbidden", cause }, [
      entered(2, 0, "DiscoverFiles"),
    ]);
    expect(message.split("\n")).toEqual([
      "The execution 2026-03-01 failed in the state DiscoverFiles.",
      "",
      "Error: SourceForbidden",
      "Cause: BLS answered 403",
      `Look: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arn}`,
      "Once the cause is mended, redrive it there (Redrive), or with quest redrive: it goes on from that state.",
    ]);
  });

  test("has a cause that is no JSON as it is, and one without errorMessage", () => {
    const causes = ["The state ran into a wall", '{"other":1}'];
    for (const cause of causes)
      expect(failureMessage({ ...ended, cause }, []).message).toContain(`Cause: ${cause}`);
  });

  test("has a subject that SNS takes", () => {
    const { subject } = failureMessage(ended, [entered(2, 0, "S".repeat(80))]);
    expect(subject).toHaveLength(100);
  });
});

function event(id: number, type: HistoryEvent["type"], previousEventId: number): HistoryEvent {
  return { id, type, previousEventId, timestamp: new Date(0) };
}

function entered(id: number, previousEventId: number, name: string): HistoryEvent {
  return { ...event(id, "TaskStateEntered", previousEventId), stateEnteredEventDetails: { name } };
}
