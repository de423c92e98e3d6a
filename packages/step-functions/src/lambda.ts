/** The Lambda service's response to an invocation. */
export type LambdaResult =
  /** The handler returned: its value as JSON text. `logTail`: the last of what it printed, where that was asked for. */
  | { payload: string; logTail?: string }
  /** The handler failed, or the sandbox ended it: `{ errorType, errorMessage, trace }` and the like, as JSON text. */
  | { functionError: string; payload: string }
  /** The service did not run the function: `TooManyRequestsException`, `ResourceNotFoundException`. */
  | { serviceError: { name: string; message: string; statusCode: number } };

export type InvokeOptions = {
  /** Aborts when the answer is no longer needed. */
  signal: AbortSignal;
  executionArn: string;
  /** The id of the history event that scheduled the call, where a task makes it. It tells which attempt the call is. */
  scheduledEventId?: number;
  /** What the handler finds as `context.clientContext`: JSON text in Base64, as the API takes it. */
  clientContext?: string;
  /** Whether the answer should have a `logTail`. */
  logTail?: boolean;
};

/**
 * Calls a function by its name or ARN, with or without `:` and a version or alias, with an event as JSON text. Like the
 * service, it answers a failure of the function and does not throw it.
 */
export type InvokeLambda = (
  functionName: string,
  payload: string,
  options: InvokeOptions,
) => Promise<LambdaResult>;
