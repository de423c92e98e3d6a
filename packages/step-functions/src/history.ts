import type { HistoryEvent as SdkHistoryEvent } from "@aws-sdk/client-sfn";
import { Limits } from "./limits.ts";

/**
 * An event in the JSON format of GetExecutionHistory. `timestamp` is in seconds since 1970, with
 * milliseconds.
 */
export type HistoryEvent = Omit<SdkHistoryEvent, "timestamp" | "id" | "previousEventId" | "type"> & {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: NonNullable<SdkHistoryEvent["type"]>;
};

/** An event without its time, its ID, and the ID of the previous event. */
export type NewEvent = Omit<HistoryEvent, "id" | "previousEventId" | "timestamp">;

/**
 * Where in the execution an event happened: the name of each enclosing Map or Parallel, followed by the index of
 * its iteration or branch, such as `["SyncFiles", 3]`. Empty for the state machine's own states.
 */
export type Place = readonly (string | number)[];

/** One line of an execution's log: an event, and additional data that a redrive needs. */
export type HistoryRecord = {
  event: HistoryEvent;
  place: Place;
  /** If the event is a state's exit: the next state, or null at the end of the branch. */
  next?: string | null;
};

/** The history of one execution, as the interpreter sees it. */
export type History = {
  /** Writes an event and returns its ID. Throws HistoryFull if only the event of `finish` still fits. */
  record(place: Place, previousEventId: number, event: NewEvent, next?: string | null): number;
  /** Writes the event that ends the execution. Nothing can be recorded after it. */
  finish(previousEventId: number, event: NewEvent): void;
  /** The number of events so far, which is the ID of the last one. */
  readonly length: number;
  /** Resolves when everything recorded so far is on disk. */
  durable(): Promise<void>;
};

/** The history has room for only one more event: the one that ends the execution. */
export class HistoryFull extends Error {
  override readonly name = "HistoryFull";
}

const COMPLETE = { truncated: false };

export type StateType = "Pass" | "Task" | "Choice" | "Wait" | "Succeed" | "Fail" | "Parallel" | "Map";

/** `PassStateEntered` and the like, with the state's input as JSON text. */
export function stateEntered(type: StateType, name: string, input: string): NewEvent {
  return { type: `${type}StateEntered`, stateEnteredEventDetails: { name, input, inputDetails: COMPLETE } };
}

/**
 * `PassStateExited` and the like, with output and variables as JSON text. Without assigned variables, the
 * `assignedVariables` field is absent.
 */
export function stateExited(
  type: Exclude<StateType, "Fail">,
  name: string,
  output: string,
  assigned: Record<string, string>,
): NewEvent {
  const variables =
    Object.keys(assigned).length === 0
      ? {}
      : { assignedVariables: assigned, assignedVariablesDetails: COMPLETE };
  return {
    type: `${type}StateExited`,
    stateExitedEventDetails: { name, output, outputDetails: COMPLETE, ...variables },
  };
}

/** The events of a task after it is scheduled. */
export type TaskEvents = {
  started: () => NewEvent;
  succeeded: (output: string) => NewEvent;
  failed: (failure: ErrorAndCause) => NewEvent;
  timedOut: (failure: ErrorAndCause) => NewEvent;
};

/** The events of a task that uses an integration, such as `{ resource: "invoke", resourceType: "lambda" }`. */
export const taskEvents = (integration: { resource: string; resourceType: string }) => ({
  scheduled: (parameters: string, region: string, limits: TaskLimits): NewEvent => ({
    type: "TaskScheduled",
    taskScheduledEventDetails: { ...integration, region, parameters, ...limits },
  }),
  started: (): NewEvent => ({ type: "TaskStarted", taskStartedEventDetails: integration }),
  submitted: (output: string): NewEvent => ({
    type: "TaskSubmitted",
    taskSubmittedEventDetails: { ...integration, output, outputDetails: COMPLETE },
  }),
  submitFailed: (failure: ErrorAndCause): NewEvent => ({
    type: "TaskSubmitFailed",
    taskSubmitFailedEventDetails: { ...integration, ...errorAndCause(failure) },
  }),
  succeeded: (output: string): NewEvent => ({
    type: "TaskSucceeded",
    taskSucceededEventDetails: { ...integration, output, outputDetails: COMPLETE },
  }),
  failed: (failure: ErrorAndCause): NewEvent => ({
    type: "TaskFailed",
    taskFailedEventDetails: { ...integration, ...errorAndCause(failure) },
  }),
  timedOut: (failure: ErrorAndCause): NewEvent => ({
    type: "TaskTimedOut",
    taskTimedOutEventDetails: { ...integration, ...errorAndCause(failure) },
  }),
});

/** The events of a task whose resource is a function's ARN. */
export const lambdaFunctionEvents = {
  scheduled: (input: string, resource: string, limits: TaskLimits): NewEvent => ({
    type: "LambdaFunctionScheduled",
    lambdaFunctionScheduledEventDetails: {
      resource,
      input,
      inputDetails: COMPLETE,
      // This event has no field for the heartbeat.
      ...(limits.timeoutInSeconds === undefined ? {} : { timeoutInSeconds: limits.timeoutInSeconds }),
    },
  }),
  started: (): NewEvent => ({ type: "LambdaFunctionStarted" }),
  succeeded: (output: string): NewEvent => ({
    type: "LambdaFunctionSucceeded",
    lambdaFunctionSucceededEventDetails: { output, outputDetails: COMPLETE },
  }),
  failed: (failure: ErrorAndCause): NewEvent => ({
    type: "LambdaFunctionFailed",
    lambdaFunctionFailedEventDetails: errorAndCause(failure),
  }),
  timedOut: (failure: ErrorAndCause): NewEvent => ({
    type: "LambdaFunctionTimedOut",
    lambdaFunctionTimedOutEventDetails: errorAndCause(failure),
  }),
};

export type TaskLimits = {
  timeoutInSeconds?: number;
  heartbeatInSeconds?: number;
};

export type ErrorAndCause = {
  error?: string | undefined;
  cause?: string | undefined;
};

/** Error and cause, if present, truncated to the length that the API allows. */
export function errorAndCause(failure: ErrorAndCause): { error?: string; cause?: string } {
  return {
    ...(failure.error === undefined ? {} : { error: failure.error.slice(0, Limits.errorLength) }),
    ...(failure.cause === undefined ? {} : { cause: failure.cause.slice(0, Limits.causeLength) }),
  };
}
