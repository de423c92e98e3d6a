/**
 * Runs the handlers directly from the repository, in TypeScript, in one worker thread: it starts quickly, and
 * a debugger can stop in them. What separates functions on AWS (separate processes and memory) is not
 * reproduced here.
 */
import inspector from "node:inspector";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { type Call, exited, type InvocationResult, timedOut } from "./call.ts";
import { callLogs } from "./call-logs.ts";
import { handlerModule } from "./handler-module.ts";
import { invokeWith, type LambdaHost, type LambdaHostOptions, REPOSITORY, type RunCall } from "./host.ts";

/** A request to the worker thread. */
export type DirectCall = { moduleUrl: string; handler: string; call: Call };
/** The worker thread's messages: what handlers print, with the call if it is known, and how calls ended. */
export type DirectAnswer =
  | { requestId: string; outcome: InvocationResult }
  | { requestId: string | undefined; printed: string };

type Thread = {
  worker: Worker;
  pending: Map<string, { call: Call; settle: (outcome: InvocationResult) => void }>;
};

/**
 * Starts the hosting. Handlers are imported on their first call. If a handler exceeds its timeout, the caller
 * gets the service's error, but the handler cannot be stopped; while a debugger is attached, there are no
 * timeouts. A handler that ends the thread (process.exit, an uncaught error) ends all calls in it; the next
 * call starts a new thread.
 */
export function startDirectLambda(options: LambdaHostOptions): LambdaHost {
  const { functions, root = REPOSITORY } = options;
  const logs = callLogs(options);
  // All functions share the thread's variables. The host's variables come last, as they do for a function in
  // a separate process.
  const ofFunctions = Object.values(functions).map((settings) => settings.environment ?? {});
  const environment = Object.fromEntries(
    [...ofFunctions, options.environment].flatMap(Object.entries<string>),
  );
  let closed = false;
  let thread: Thread | undefined = startThread();

  function startThread(): Thread {
    const worker = new Worker(new URL("direct-worker.ts", import.meta.url), {
      env: environment,
      // The same limit as in the deployed functions, where it is an option of Node.js.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
      stdout: true,
      stderr: true,
    });
    const started: Thread = { worker, pending: new Map() };
    // Output without a call is Node's own, such as a warning.
    for (const output of [worker.stdout, worker.stderr])
      createInterface({ input: output }).on("line", (line) => logs.print(`${line}\n`, undefined));
    worker.on("message", (answer: DirectAnswer) => {
      if ("printed" in answer) logs.print(answer.printed, answer.requestId);
      else started.pending.get(answer.requestId)?.settle(answer.outcome);
    });
    worker.on("error", (error) => {
      // The error ends all calls. If there is only one call, the output belongs to it.
      const [only, ...others] = started.pending.keys();
      const text = String(error instanceof Error ? error.stack : error);
      logs.print(`${text}\n`, others.length === 0 ? only : undefined);
    });
    worker.on("exit", (status) => {
      if (thread === started) thread = undefined;
      for (const { call, settle } of started.pending.values()) settle(exited(call, status, null));
    });
    return started;
  }

  const run: RunCall = async (_name, { handler }, call) => {
    if (closed) throw new Error(`The local Lambda is closed: ${call.functionName} cannot be called`);
    const moduleUrl = handlerModule(root, handler).href;
    thread ??= startThread();
    const { worker, pending } = thread;
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    const timeout = inspector.url()
      ? undefined
      : setTimeout(() => resolve(timedOut(call)), call.timeoutSeconds * 1000);
    pending.set(call.requestId, { call, settle: resolve });
    worker.postMessage({ moduleUrl, handler, call } satisfies DirectCall);
    const outcome = await promise;
    clearTimeout(timeout);
    pending.delete(call.requestId);
    return { outcome };
  };

  return {
    invoke: invokeWith(functions, run, logs),
    close: async () => {
      closed = true;
      await thread?.worker.terminate();
    },
  };
}
