/**
 * Replaces the Lambda service: finds the function, enforces the service's limits, and passes the call to
 * direct or bundled hosting.
 */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { InvokeLambda, LambdaResult } from "@data-quest/step-functions";
import { type Call, errorShape, type FunctionError, type InvocationResult } from "./call.ts";
import type { CallLine, CallLogs } from "./call-logs.ts";

/** A function as deployed. */
export type FunctionSettings = {
  /**
   * The handler's path in the repository, without the file's extension, and its export:
   * `packages/functions/src/analyze.handler`.
   */
  handler: string;
  timeoutSeconds: number;
  memoryMB: number;
  environment?: Record<string, string> | undefined;
  /**
   * The resources that are linked to the function, by name. Without `links`, the function gets everything in
   * the host's environment.
   */
  links?: Record<string, unknown> | undefined;
};

export type LambdaHostOptions = {
  functions: Record<string, FunctionSettings>;
  /** Variables for all functions: credentials, endpoints, and the linked resources (`SST_RESOURCE_Bronze`). */
  environment: Record<string, string>;
  /** Receives each line that the handlers print. */
  log: (line: string) => void;
  /** Receives each line of a function's log with the call that it belongs to. */
  onLine?: (line: CallLine) => void;
  /** The folder that the handlers' paths are relative to. Defaults to the repository. */
  root?: string;
};

export type LambdaHost = {
  invoke: InvokeLambda;
  /** Stops everything. Unfinished calls end as if their processes had been killed. */
  close: () => Promise<void>;
};

/** Runs one call of the function `name`. */
export type RunCall = (name: string, settings: FunctionSettings, call: Call) => Promise<FinishedCall>;

/**
 * How a call ended, and the most memory that its execution environment has used so far. `memoryMB` is undefined if
 * the function shares a process with others, or if the environment has ended.
 */
export type FinishedCall = { outcome: InvocationResult; memoryMB?: number | undefined };

export const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The limits of a synchronous invocation: 6 MiB for the request, and 100 bytes more for the response
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the service's messages state
 * both).
 */
const REQUEST_LIMIT = 6_291_456;
const RESPONSE_LIMIT = 6_291_556;

/**
 * The Invoke operation of the service. The promise rejects only if the signal aborts. Even then, as on AWS,
 * the function keeps running until it ends or times out.
 */
export function invokeWith(
  functions: Record<string, FunctionSettings>,
  run: RunCall,
  logs: CallLogs,
): InvokeLambda {
  return async (functionName, payload, options) => {
    const { signal, clientContext, logTail = false, executionArn, scheduledEventId } = options;
    const { name, qualifier = LATEST } = readName(functionName);
    const settings = Object.hasOwn(functions, name) ? functions[name] : undefined;
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    // No versions are ever published here, and no aliases are created.
    if (!settings || qualifier !== LATEST) {
      const missing = qualifier === LATEST ? functionArn : `${functionArn}:${qualifier}`;
      return serviceError("ResourceNotFoundException", 404, `Function not found: ${missing}`);
    }
    const context = clientContext === undefined ? undefined : readClientContext(clientContext);
    if (clientContext !== undefined && context === undefined) {
      const message = "Client context must be a valid Base64-encoded JSON object.";
      return serviceError("InvalidRequestContentException", 400, message);
    }
    if (Buffer.byteLength(payload) > REQUEST_LIMIT) {
      const message = `Request must be smaller than ${REQUEST_LIMIT} bytes for the InvokeFunction operation`;
      return serviceError("RequestEntityTooLargeException", 413, message);
    }
    const call: Call = {
      requestId: randomUUID(),
      event: payload,
      timeoutSeconds: settings.timeoutSeconds,
      functionName: name,
      functionArn,
      memoryMB: settings.memoryMB,
      ...(context === undefined ? {} : { clientContext: context }),
    };
    const { requestId } = call;
    const callLog = logs.begin({ requestId, functionName: name, executionArn, scheduledEventId }, logTail);
    const begun = performance.now();
    const ended = run(name, settings, call)
      // An error that keeps a function from running, such as code that cannot be bundled, counts as a failure
      // of the function.
      .catch((error: unknown): FinishedCall => ({ outcome: { error: errorShape(error) } }))
      .then(({ outcome, memoryMB }) => {
        const tail = callLog.end();
        callLog.note(reportLine(call, performance.now() - begun, memoryMB));
        return { outcome, tail };
      });
    // The caller may disconnect before the function ends, but the function's lines still belong to the call.
    const { outcome, tail } = await orAborted(ended, signal);
    const result = resultOf(outcome);
    return logTail && !("functionError" in result) ? { ...result, logTail: tail } : result;
  };
}

/**
 * The last log line of a call, which the service writes. It shows no billed duration because nothing is
 * billed here.
 */
function reportLine({ requestId, memoryMB }: Call, milliseconds: number, used: number | undefined): string {
  const line = `REPORT RequestId: ${requestId} Duration: ${milliseconds.toFixed(2)} ms Memory Size: ${memoryMB} MB`;
  return used === undefined ? line : `${line} Max Memory Used: ${used} MB`;
}

const LATEST = "$LATEST";

/** Reads a function's name, ARN, or partial ARN, with or without a version or alias. */
function readName(functionName: string): { name: string; qualifier: string | undefined } {
  const match = /^(?:.*:function:)?([^:]+)(?::(.+))?$/.exec(functionName);
  return { name: match?.[1] ?? functionName, qualifier: match?.[2] };
}

/** The client context as JSON text, or undefined if it is not a JSON object or array. */
function readClientContext(base64: string): string | undefined {
  const text = Buffer.from(base64, "base64").toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? text : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function serviceError(name: string, statusCode: number, message: string): LambdaResult {
  return { serviceError: { name, message, statusCode } };
}

function resultOf(outcome: InvocationResult): Exclude<LambdaResult, { serviceError: unknown }> {
  if ("error" in outcome) return { functionError: "Unhandled", payload: JSON.stringify(outcome.error) };
  if (Buffer.byteLength(outcome.payload) <= RESPONSE_LIMIT) return outcome;
  const tooLarge: FunctionError = {
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`,
  };
  return { functionError: "Unhandled", payload: JSON.stringify(tooLarge) };
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
