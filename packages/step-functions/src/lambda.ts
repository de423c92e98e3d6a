/** The Lambda service's response to an invocation. */
export type LambdaResult =
  /** The handler returned: its value as JSON text. `logTail` is the end of its output, if requested. */
  | { payload: string; logTail?: string }
  /** The handler failed, or the sandbox ended it: `{ errorType, errorMessage, trace }` and the like, as JSON text. */
  | { functionError: string; payload: string }
  /** The service did not run the function: `TooManyRequestsException`, `ResourceNotFoundException`. */
  | { serviceError: { name: string; message: string; statusCode: number } };

export type InvokeOptions = {
  /** Aborts when the response is no longer needed. */
  signal: AbortSignal;
  executionArn: string;
  /** The ID of the history event that scheduled the call, if a task makes it. It identifies the attempt. */
  scheduledEventId?: number;
  /** What the handler finds as `context.clientContext`: JSON text in Base64, as in the API. */
  clientContext?: string;
  /** Whether the response should include a `logTail`. */
  logTail?: boolean;
};

/**
 * Calls a function by its name or ARN, optionally with `:` and a version or alias, with an event as JSON
 * text. Like the service, it returns a failure of the function and does not throw it.
 */
export type InvokeLambda = (
  functionName: string,
  payload: string,
  options: InvokeOptions,
) => Promise<LambdaResult>;
