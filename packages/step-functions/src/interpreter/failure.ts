/**
 * The failure of a state: what Retry and Catch check, and what the execution fails with if neither handles
 * it.
 */
export class StateFailure extends Error {
  override readonly name = "StateFailure";
  /** The error name. A Fail state may have none. */
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
 * The whole execution fails at once, regardless of Retry and Catch: States.Runtime. The enclosing states
 * record no events.
 */
export class ExecutionFailure extends StateFailure {
  /** The event that ExecutionFailed follows. */
  readonly previousEventId: number;

  constructor(error: string, cause: string, previousEventId: number) {
    super(error, cause);
    this.previousEventId = previousEventId;
  }
}
