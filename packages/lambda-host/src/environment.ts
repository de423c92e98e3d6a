/** An execution environment of Lambda: one process that has loaded a function's bundle and runs one call at a time. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Call, exited, type FunctionError, type InvocationResult, TIMED_OUT, timedOut } from "./call.ts";
import type { FunctionSettings } from "./host.ts";
import { functionVariables } from "./variables.ts";

/** A message of the process: the handler is loaded, or could not be loaded, or a call has ended. */
export type RuntimeMessage = { ready: true } | { initError: FunctionError } | { outcome: InvocationResult };

export type ExecutionEnvironment = {
  /** Runs a call; to be used for one at a time. Afterwards `alive` says whether it can take another. */
  run: (call: Call) => Promise<InvocationResult>;
  alive: () => boolean;
  /** Kills the process and waits for its end. */
  stop: () => Promise<void>;
};

export type EnvironmentOptions = {
  functionName: string;
  settings: FunctionSettings;
  /** The folder with nothing in it but the bundle; it is the working directory. */
  taskRoot: string;
  bundle: string;
  handler: string;
  environment: Record<string, string>;
  log: (line: string) => void;
};

/** Starts the process. Its first call waits for the handler to be loaded, and fails with what went wrong there. */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const { settings, taskRoot, bundle, handler, log } = options;
  // As the service's own bootstrap does: nine tenths of the memory are for the heap.
  const heap = `--max-old-space-size=${Math.floor(settings.memoryMB * 0.9)}`;
  const child = spawn(process.execPath, [heap, RUNTIME, bundle, handler], {
    cwd: taskRoot,
    env: functionVariables(options),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A process group of its own: Ctrl-C in a terminal is for the host, which ends its environments.
    detached: true,
  });
  for (const output of [child.stdout, child.stderr]) {
    if (output) createInterface({ input: output }).on("line", log);
  }

  let alive = true;
  let current: { call: Call; settle: (outcome: InvocationResult) => void } | undefined;
  let initError: FunctionError | undefined;
  const loaded = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  child.on("message", (message: RuntimeMessage) => {
    if ("ready" in message) loaded.resolve();
    else if ("initError" in message) initError = message.initError;
    else current?.settle(message.outcome);
  });
  child.on("error", (error) => log(`The process of ${options.functionName} failed: ${error.message}`));
  child.on("close", (status, signal) => {
    alive = false;
    current?.settle(initError ? { error: initError } : exited(current.call, status, signal));
    loaded.resolve();
    closed.resolve();
  });

  const stop = async () => {
    alive = false;
    child.kill("SIGKILL");
    await closed.promise;
  };

  return {
    alive: () => alive,
    stop,
    run: async (call) => {
      const { promise, resolve } = Promise.withResolvers<InvocationResult>();
      current = { call, settle: resolve };
      // The time for loading the handler is limited as the call's is, but not taken from it.
      const expire = () => resolve(timedOut(call));
      let timer = setTimeout(expire, call.timeoutSeconds * 1000);
      await Promise.race([loaded.promise, promise]);
      clearTimeout(timer);
      timer = setTimeout(expire, call.timeoutSeconds * 1000);
      if (alive) child.send(call);
      const outcome = await promise;
      clearTimeout(timer);
      current = undefined;
      if ("error" in outcome && outcome.error.errorType === TIMED_OUT) await stop();
      return outcome;
    },
  };
}

const RUNTIME = fileURLToPath(new URL("runtime.ts", import.meta.url));
