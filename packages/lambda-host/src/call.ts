/**
 * One call of a handler: its input, its output, and Node's error format, as in Lambda's Node.js 24 runtime.
 */

/** A call on its way to the handler. */
export type Call = {
  requestId: string;
  /** The event as JSON text. */
  event: string;
  timeoutSeconds: number;
  functionName: string;
  functionArn: string;
  memoryMB: number;
  /** The caller's context as JSON text. */
  clientContext?: string;
};

/**
 * The service's response for a function that failed. The runtime's own errors have a trace; the service's
 * errors have none.
 */
export type FunctionError = { errorType: string; errorMessage: string; trace?: string[] };

/** How a call ended: the handler's value as JSON text, or an error. */
export type InvocationResult = { payload: string } | { error: FunctionError };

/** The context that a handler receives, without what Node.js 24 no longer supports. */
export type LambdaContext = {
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  clientContext?: unknown;
  getRemainingTimeInMillis(): number;
};

export type Handler = (event: unknown, context: LambdaContext) => unknown;

/** Calls the handler and never throws: a failure of any kind is an outcome. */
export async function callHandler(handler: Handler, call: Call): Promise<InvocationResult> {
  try {
    const value = await handler(JSON.parse(call.event), contextOf(call));
    return { payload: jsonOf(value) };
  } catch (error) {
    return { error: errorShape(error) };
  }
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    // The value contains a cycle or a BigInt. The runtime reports only this message.
    throw runtimeError("Runtime.JSONStringifyError", "Unable to stringify response body");
  }
}

function contextOf(call: Call): LambdaContext {
  const deadline = Date.now() + call.timeoutSeconds * 1000;
  return {
    functionName: call.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: call.functionArn,
    memoryLimitInMB: String(call.memoryMB),
    awsRequestId: call.requestId,
    logGroupName: logGroupName(call.functionName),
    logStreamName: LOG_STREAM_NAME,
    ...(call.clientContext === undefined ? {} : { clientContext: JSON.parse(call.clientContext) }),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

export const LOG_STREAM_NAME = "local";

export function logGroupName(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** The line that marks the end of a call's output. Its control characters do not occur in readable text. */
export function endOfCall(requestId: string): string {
  return `\u001e\u001f${requestId}`;
}

/** The format in which the runtime reports what was thrown, whether an Error or not. */
export function errorShape(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error))
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") ?? [] };
}

/**
 * Imports a handler's module and returns the handler. Throws the runtime's errors if something is missing.
 */
export async function loadHandler(moduleUrl: string, handler: string): Promise<Handler> {
  const module = await importModule(moduleUrl);
  const name = handler.slice(handler.lastIndexOf(".") + 1);
  const exported = module[name] ?? fieldOf(module.default, name);
  if (exported === undefined) {
    throw runtimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (!isHandler(exported)) throw runtimeError("Runtime.HandlerNotFound", `${handler} is not a function`);
  if (exported.length > 2) {
    const message = `${handler} takes a callback, which Node.js 24 does not support: return a promise`;
    throw runtimeError("Runtime.CallbackHandlerDeprecated", message);
  }
  return exported;
}

async function importModule(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw runtimeError("Runtime.UserCodeSyntaxError", String(error), error.stack);
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") {
      throw runtimeError("Runtime.ImportModuleError", String(error));
    }
    throw error;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

function runtimeError(name: string, message: string, stack?: string): Error {
  return Object.assign(new Error(message), { name }, stack === undefined ? {} : { stack });
}

export const TIMED_OUT = "Sandbox.Timedout";

/** The service's error for a function that took too long. */
export function timedOut({ requestId, timeoutSeconds }: Call): InvocationResult {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return { error: { errorType: TIMED_OUT, errorMessage } };
}

/** The service's error for a function whose process or thread ended before it responded. */
export function exited({ requestId }: Call, status: number | null, signal: string | null): InvocationResult {
  const reason = signal
    ? `exited with error: signal: ${SIGNALS[signal] ?? signal}`
    : status
      ? `exited with error: exit status ${status}`
      : "exited without providing a reason";
  return {
    error: {
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${requestId} Error: Runtime ${reason}`,
    },
  };
}

/** The service uses Go's names for signals. */
const SIGNALS: Record<string, string> = {
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGILL: "illegal instruction",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap",
};
