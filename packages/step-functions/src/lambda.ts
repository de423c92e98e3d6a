/** What the Lambda service answers to an invocation. */
export type LambdaResult =
  /** The handler returned: its value as JSON text. */
  | { payload: string }
  /** The handler failed, or the sandbox ended it: `{ errorType, errorMessage, trace }` and the like, as JSON text. */
  | { functionError: string; payload: string }
  /** The service did not run the function: `TooManyRequestsException`, `ResourceNotFoundException`. */
  | { serviceError: { name: string; message: string; statusCode: number } };

/**
 * Calls a function by its name or ARN with an event as JSON text. The signal aborts when nobody waits for the answer any
 * more. Like the service, it answers a failure of the function and does not throw it.
 */
export type InvokeLambda = (
  functionName: string,
  payload: string,
  options: { signal: AbortSignal; executionArn: string },
) => Promise<LambdaResult>;
