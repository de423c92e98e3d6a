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
