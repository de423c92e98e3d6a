/** An execution environment of Lambda: one process that has loaded a function's bundle and runs one call at a time. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  type Call,
  endOfCall,
  exited,
  type FunctionError,
  type InvocationResult,
  TIMED_OUT,
  timedOut,
} from "./call.ts";
import type { CallLogs } from "./call-logs.ts";
import type { FinishedCall, FunctionSettings } from "./host.ts";
import { functionVariables } from "./variables.ts";

/** A message from the process: the handler was loaded, or could not be loaded, or a call has ended. */
export type RuntimeMessage =
  | { ready: true }
  | { initError: FunctionError }
  | { outcome: InvocationResult; memoryMB: number };

export type ExecutionEnvironment = {
  /**
   * Runs a call. Use it for one call at a time. Afterward, `alive` says whether the environment can take
   * another call.
   */
  run: (call: Call) => Promise<FinishedCall>;
  alive: () => boolean;
  /** Kills the process and waits for it to exit. */
  stop: () => Promise<void>;
};

export type EnvironmentOptions = {
  functionName: string;
  settings: FunctionSettings;
  /** The folder that contains only the bundle. It is the working directory. */
  taskRoot: string;
  bundle: string;
  handler: string;
  environment: Record<string, string>;
  print: CallLogs["print"];
};

/**
 * How long to wait for a call's last lines after its response. If a handler has closed its output, they never
 * arrive.
 */
const LAST_LINES_MILLISECONDS = 1000;

/**
 * Starts the process. Its first call waits until the handler is loaded, and fails with any error from
 * loading.
 */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const { settings, taskRoot, bundle, handler, print } = options;
  // As in the service's own bootstrap, the heap gets nine tenths of the memory.
  const heap = `--max-old-space-size=${Math.floor(settings.memoryMB * 0.9)}`;
  const child = spawn(process.execPath, [heap, RUNTIME, bundle, handler], {
    cwd: taskRoot,
    env: functionVariables(options),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A separate process group, so that Ctrl-C in a terminal reaches only the host, which ends its
    // environments.
    detached: true,
  });
  const outputs = [child.stdout, child.stderr].flatMap((output) =>
    output ? [watchOutput(output, print)] : [],
  );

  let alive = true;
  let current: { call: Call; settle: (finished: FinishedCall) => void } | undefined;
  let initError: FunctionError | undefined;
  const loaded = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  child.on("message", (message: RuntimeMessage) => {
    if ("ready" in message) loaded.resolve();
    else if ("initError" in message) initError = message.initError;
    else current?.settle(message);
  });
  child.on("error", (error) =>
    print(`The process of ${options.functionName} failed: ${error.message}\n`, current?.call.requestId),
  );
  child.on("close", (status, signal) => {
    alive = false;
    current?.settle({ outcome: initError ? { error: initError } : exited(current.call, status, signal) });
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
      const { promise, resolve } = Promise.withResolvers<FinishedCall>();
      current = { call, settle: resolve };
      const printed = Promise.all(outputs.map((output) => output.begin(call.requestId)));
      // Loading the handler has the same time limit as a call, but does not count toward the call's limit.
      const expire = () => resolve({ outcome: timedOut(call) });
      let timer = setTimeout(expire, call.timeoutSeconds * 1000);
      await Promise.race([loaded.promise, promise]);
      clearTimeout(timer);
      timer = setTimeout(expire, call.timeoutSeconds * 1000);
      if (alive) child.send(call);
      const finished = await promise;
      const { outcome } = finished;
      clearTimeout(timer);
      current = undefined;
      if ("error" in outcome && outcome.error.errorType === TIMED_OUT) await stop();
      if (alive)
        await Promise.race([
          printed,
          closed.promise,
          sleep(LAST_LINES_MILLISECONDS, undefined, { ref: false }),
        ]);
      for (const output of outputs) output.end(call.requestId);
      return finished;
    },
  };
}

type WatchedOutput = {
  /** From now on, lines belong to this call. Resolves when its last line has arrived. */
  begin: (requestId: string) => Promise<void>;
  end: (requestId: string) => void;
};

/** Passes on the output of a process, with the call that printed it. */
function watchOutput(output: Readable, print: CallLogs["print"]): WatchedOutput {
  // The output of an earlier call may still be arriving when the next one starts.
  const calls = new Map<string, () => void>();
  createInterface({ input: output }).on("line", (line) => {
    const [current] = calls.keys();
    const end = current === undefined ? -1 : line.indexOf(endOfCall(current));
    if (current === undefined || end < 0) {
      print(`${line}\n`, current);
      return;
    }
    // If the last line has no line break, the mark follows on the same line.
    if (end > 0) print(`${line.slice(0, end)}\n`, current);
    calls.get(current)?.();
    calls.delete(current);
  });
  return {
    begin: (requestId) => new Promise((resolve) => calls.set(requestId, resolve)),
    end: (requestId) => calls.delete(requestId),
  };
}

const RUNTIME = fileURLToPath(new URL("runtime.ts", import.meta.url));
