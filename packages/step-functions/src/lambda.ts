/** The Lambda service's response to an invocation. */
export type LambdaResult =
  /** The handler returned. `payload` is its result as JSON text. `logTail` is the end of its log, if requested. */
  | { payload: string; logTail?: string }
  /** The handler failed, or the sandbox ended it. `payload` is JSON text like `{ errorType, errorMessage, trace }`. */
  | { functionError: string; payload: string }
  /** The service did not run the function, for example because of `TooManyRequestsException`. */
  | { serviceError: { name: string; message: string; statusCode: number } };

export type InvokeOptions = {
  /** Aborts when the response is no longer needed. */
  signal: AbortSignal;
  executionArn: string;
  /** The ID of the history event that scheduled the call, if a task makes the call. The ID identifies the attempt. */
  scheduledEventId?: number;
  /** JSON text in Base64, as in the API. The handler receives it, decoded, as `context.clientContext`. */
  clientContext?: string;
  /** Whether the response should include a `logTail`. */
  logTail?: boolean;
};

/**
 * Calls a function by its name or ARN, which may end with `:` and a version or alias. `payload` is the event
 * as JSON text. As in the service, a failure of the function is returned, not thrown.
 */
export type InvokeLambda = (
  functionName: string,
  payload: string,
  options: InvokeOptions,
) => Promise<LambdaResult>;
