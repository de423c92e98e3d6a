import { type HistoryEvent, readTimeline } from "@data-quest/execution-history";
import { describe, expect, test } from "vitest";
import { failureMessage } from "./failure-message.ts";

const arn = "arn:aws:states:eu-west-1:123456789012:execution:Pipeline:2026-03-01";
const ended = { executionArn: arn, name: "2026-03-01", status: "FAILED" };

describe("the failed state", () => {
  test("is the one that caused the failure, not the one that was entered last", () => {
    // Two concurrent branches: the first fails after the second has entered its state.
    const events = [
      entered(1, 0, "Both", "ParallelStateEntered"),
      event(2, "ParallelStateStarted", 1),
      entered(3, 2, "SyncFile"),
      event(4, "TaskScheduled", 3),
      entered(5, 2, "OtherState"),
      event(6, "TaskFailed", 4),
      event(7, "TaskStateAborted", 6),
      event(8, "TaskStateAborted", 6),
      event(9, "ParallelStateFailed", 6),
      event(10, "ExecutionFailed", 9),
    ];
    expect(subjectOf(events)).toBe("Data Quest: a run failed in the state SyncFile");
  });

  test("is the one that was in progress when an execution was aborted", () => {
    const events = [
      entered(2, 0, "DiscoverFiles"),
      event(3, "TaskScheduled", 2),
      event(4, "ExecutionAborted", 0),
    ];
    expect(subjectOf(events, "ABORTED")).toBe("Data Quest: a run aborted in the state DiscoverFiles");
  });

  test("is not named if no state was entered", () => {
    const events = [event(1, "ExecutionStarted", 0), event(2, "ExecutionTimedOut", 0)];
    expect(subjectOf(events, "TIMED_OUT")).toBe("Data Quest: a run timed out before its first state");
  });
});

describe("the message", () => {
  test("contains the execution's name, the error, its cause, the console link, and the next step", () => {
    const cause = JSON.stringify({
      errorType: "SourceUnavailable",
      errorMessage: "BLS returned 503",
      trace: [],
    });
    const timeline = readTimeline([entered(2, 0, "DiscoverFiles")]);
    const { message } = failureMessage({ ...ended, error: "SourceUnavailable", cause }, timeline);
    expect(message.split("\n")).toEqual([
      "The execution 2026-03-01 failed in the state DiscoverFiles.",
      "",
      "Error: SourceUnavailable",
      "Cause: BLS returned 503",
      `Console: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arn}`,
      "Next: The source did not respond. Redrive when it is available again. Use Redrive in the console, or quest redrive.",
    ]);
  });

  test("does not suggest a redrive that cannot succeed", () => {
    const { message } = failureMessage({ ...ended, error: "InvalidInput" }, readTimeline([]));
    expect(message).toContain("Start a new run with a valid input");
    expect(message).not.toContain("quest redrive");
  });

  test("contains the error message from a truncated cause, and any other cause unchanged", () => {
    const cut = JSON.stringify({ errorMessage: "BLS returned 403", trace: "x".repeat(40_000) }).slice(
      0,
      32_768,
    );
    expect(messageOf(cut)).toContain("Cause: BLS returned 403\n");
    for (const cause of ["The state ran out of time", '{"other":1}'])
      expect(messageOf(cause)).toContain(`Cause: ${cause}`);
  });

  test("has a subject that SNS accepts", () => {
    expect(subjectOf([entered(2, 0, "S".repeat(80))])).toHaveLength(100);
  });
});

function messageOf(cause: string): string {
  return failureMessage({ ...ended, cause }, readTimeline([])).message;
}

function subjectOf(events: HistoryEvent[], status = "FAILED"): string {
  return failureMessage({ ...ended, status }, readTimeline(events)).subject;
}

function event(id: number, type: string, previousEventId: number): HistoryEvent {
  return { id, type, previousEventId, timestamp: new Date(0) };
}

function entered(id: number, previousEventId: number, name: string, type = "TaskStateEntered"): HistoryEvent {
  return { ...event(id, type, previousEventId), stateEnteredEventDetails: { name } };
}
