/**
 * The failure of a state: what Retry and Catch check, and what the execution fails with if neither handles
 * it.
 */
export class StateFailure extends Error {
  override readonly name = "StateFailure";
  /** The error name. A Fail state may have no error name. */
  readonly error: string | undefined;
  /** The explanation. A timeout has no explanation. */
  override readonly cause: string | undefined;

  constructor(error: string | undefined, cause: string | undefined) {
    super([error, cause].filter((part) => part !== undefined).join(": "));
    this.error = error;
    this.cause = cause;
  }
}

/**
 * A failure that ends the whole execution at once, regardless of Retry and Catch, as States.Runtime does. The
 * enclosing states record no events.
 */
export class ExecutionFailure extends StateFailure {
  /** The ID of the event that ExecutionFailed follows. */
  readonly previousEventId: number;

  constructor(error: string, cause: string, previousEventId: number) {
    super(error, cause);
    this.previousEventId = previousEventId;
  }
}
