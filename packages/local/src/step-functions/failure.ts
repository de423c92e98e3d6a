/** The error names that the States Language predefines, as far as this interpreter gives them. */
export const ErrorName = {
  all: "States.ALL",
  taskFailed: "States.TaskFailed",
  timeout: "States.Timeout",
  heartbeatTimeout: "States.HeartbeatTimeout",
  runtime: "States.Runtime",
  dataLimitExceeded: "States.DataLimitExceeded",
  queryEvaluation: "States.QueryEvaluationError",
} as const;

/** A state failed: what Retry and Catch look at, and what an execution ends with when neither takes it. */
export class StateFailure extends Error {
  override readonly name = "StateFailure";
  /** The error name. A Fail state may give none. */
  readonly error: string | undefined;
  /** The explanation. A timeout has none. */
  override readonly cause: string | undefined;

  constructor(error: string | undefined, cause: string | undefined) {
    super([error, cause].filter((part) => part !== undefined).join(": "));
    this.error = error;
    this.cause = cause;
  }
}

/**
 * The whole execution fails at once, whatever Retry and Catch say: States.Runtime. The states around the one that
 * failed leave no events of their own.
 */
export class ExecutionFailure extends StateFailure {
  /** The event that ExecutionFailed follows. */
  readonly previousEventId: number;

  constructor(error: string, cause: string, previousEventId: number) {
    super(error, cause);
    this.previousEventId = previousEventId;
  }
}

/** A field of a state could not be evaluated. `message` is the service's sentence without the words on the state. */
export class EvaluationFailure extends Error {
  override readonly name = "EvaluationFailure";
  /** The field as a path in the state, such as `Arguments/FunctionName`. The Map's own input has none. */
  readonly location: string | undefined;
  /** When the service looks at the value: with the state's entry, or in a step of its own after it. */
  readonly when: "on-entry" | "after-entry";

  constructor(message: string, location: string | undefined, when: "on-entry" | "after-entry" = "on-entry") {
    super(message);
    this.location = location;
    this.when = when;
  }
}
