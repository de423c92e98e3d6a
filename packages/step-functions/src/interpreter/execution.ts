import type { StateMachineDefinition } from "../definition/definition.ts";
import { ErrorName } from "../error-names.ts";
import { type ErrorAndCause, errorAndCause, HistoryFull, type NewEvent } from "../history.ts";
import type { Json } from "../json.ts";
import { Limits } from "../limits.ts";
import { ExecutionFailure, StateFailure } from "./failure.ts";
import { runStates } from "./interpreter.ts";
import type { ThreadProgress } from "./progress.ts";
import { type Run, seeData, type Thread } from "./run.ts";
import { storedVariables } from "./stored-variables.ts";

/** How an execution ended. `output` is JSON text. */
export type Ending =
  | { status: "SUCCEEDED"; output: string }
  | ({ status: "FAILED" | "ABORTED" } & ErrorAndCause)
  | { status: "TIMED_OUT" };

/** A running execution. */
export type RunningExecution = {
  /**
   * Resolves when the execution's last event is on disk. An error makes the execution fail, but does not reject
   * the promise.
   */
  finished: Promise<Ending>;
  /** Stops the execution immediately, as ABORTED, unless it has already ended. */
  stop(reason: ErrorAndCause): void;
};

/** Starts an execution from its first state: writes ExecutionStarted and runs the states. `input` is JSON text. */
export function startExecution(
  run: Run,
  definition: StateMachineDefinition,
  input: string,
): RunningExecution {
  run.history.record([], 0, {
    type: "ExecutionStarted",
    executionStartedEventDetails: {
      input,
      inputDetails: { truncated: false },
      roleArn: run.context.execution.roleArn,
    },
  });
  // As in the service's histories, the entry of the first state follows no event.
  return execute(run, definition, 0, undefined);
}

/**
 * Redrives an execution from the states that did not succeed: writes ExecutionRedriven and runs these states. The
 * service documents which states run again, but not which events their new events follow. Here, ExecutionRedriven
 * follows the event that ended the previous attempt, and everything that runs again follows ExecutionRedriven.
 */
export function redriveExecution(
  run: Run,
  definition: StateMachineDefinition,
  progress: ThreadProgress,
): RunningExecution {
  const redriven = run.history.record([], run.history.length, {
    type: "ExecutionRedriven",
    executionRedrivenEventDetails: { redriveCount: run.context.execution.redriveCount },
  });
  return execute(run, definition, redriven, progress);
}

function execute(
  run: Run,
  definition: StateMachineDefinition,
  last: number,
  progress: ThreadProgress | undefined,
): RunningExecution {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let ended = false;
  const end = (ending: Ending, previousEventId: number) => {
    if (ended) return;
    ended = true;
    run.history.finish(previousEventId, lastEvent(ending));
    controller.abort(new Error(`The execution is over: ${ending.status}`));
    resolve(run.history.durable().then(() => ending));
  };
  seeData(run, JSON.stringify([run.context.execution.input, progress?.variables ?? {}]));
  const thread: Thread = {
    place: [],
    signal: controller.signal,
    item: undefined,
    variables: progress?.variables ?? {},
    stored: storedVariables(run, progress?.variables ?? {}),
    last,
    open: undefined,
  };
  const { TimeoutSeconds } = definition;
  if (TimeoutSeconds !== undefined) {
    run.clock.sleep(TimeoutSeconds * 1000, controller.signal).then(
      () => end({ status: "TIMED_OUT" }, 0),
      // The execution ended before its timeout.
      () => undefined,
    );
  }
  runStates(run, definition, thread, run.context.execution.input, progress).then(
    (output: Json) => end({ status: "SUCCEEDED", output: JSON.stringify(output) }, thread.last),
    (error: unknown) => {
      if (!controller.signal.aborted) end(...failedEnding(error, thread, run.history.length));
    },
  );
  return { finished: promise, stop: (reason) => end({ status: "ABORTED", ...errorAndCause(reason) }, 0) };
}

/** The ending that an error in the states causes, and the ID of the event that the ending follows. */
function failedEnding(error: unknown, thread: Thread, events: number): [Ending, number] {
  if (error instanceof ExecutionFailure)
    return [{ status: "FAILED", ...errorAndCause(error) }, error.previousEventId];
  if (error instanceof StateFailure) return [{ status: "FAILED", ...errorAndCause(error) }, thread.last];
  const cause =
    error instanceof HistoryFull
      ? `The execution reached the maximum number of history events (${Limits.historyEvents}).`
      : `The interpreter failed: ${error instanceof Error ? error.stack : error}`;
  return [{ status: "FAILED", error: ErrorName.runtime, cause }, events];
}

function lastEvent(ending: Ending): NewEvent {
  switch (ending.status) {
    case "SUCCEEDED":
      return {
        type: "ExecutionSucceeded",
        executionSucceededEventDetails: { output: ending.output, outputDetails: { truncated: false } },
      };
    case "FAILED":
      return { type: "ExecutionFailed", executionFailedEventDetails: errorAndCause(ending) };
    case "ABORTED":
      return { type: "ExecutionAborted", executionAbortedEventDetails: errorAndCause(ending) };
    case "TIMED_OUT":
      return { type: "ExecutionTimedOut", executionTimedOutEventDetails: { error: ErrorName.timeout } };
  }
}
