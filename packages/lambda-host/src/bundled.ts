/**
 * Runs the handlers as AWS does: bundled with SST's options, with each execution environment as a process in
 * a folder without node_modules, and with the function's memory, timeout, and variables.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bundle, bundleFunction } from "./bundle.ts";
import { callLogs } from "./call-logs.ts";
import { type ExecutionEnvironment, startEnvironment } from "./environment.ts";
import {
  type FunctionSettings,
  invokeWith,
  type LambdaHost,
  type LambdaHostOptions,
  REPOSITORY,
  type RunCall,
} from "./host.ts";

export type BundledLambdaOptions = LambdaHostOptions & {
  /** Receives the bundle of each function. */
  onBundle?: (functionName: string, bundle: Bundle) => void;
};

/**
 * Starts the hosting. A function is bundled on its first call. A call goes to an idle environment or, if
 * there is none, to a new one.
 */
export async function startBundledLambda(options: BundledLambdaOptions): Promise<LambdaHost> {
  const { functions, environment, root = REPOSITORY, onBundle } = options;
  const logs = callLogs(options);
  // Outside the repository, so that no import finds its node_modules.
  const folder = await mkdtemp(join(tmpdir(), "quest-lambda-"));
  const bundles = new Map<string, Promise<Bundle>>();
  const free = new Map<string, ExecutionEnvironment[]>();
  const all = new Set<ExecutionEnvironment>();
  let closed = false;

  async function bundle(functionName: string, handler: string): Promise<Bundle> {
    const taskRoot = join(folder, functionName);
    await mkdir(taskRoot, { recursive: true });
    const bundle = await bundleFunction(root, handler, taskRoot);
    onBundle?.(functionName, bundle);
    return bundle;
  }

  async function environmentOf(
    functionName: string,
    settings: FunctionSettings,
  ): Promise<ExecutionEnvironment> {
    const bundling = bundles.get(functionName) ?? bundle(functionName, settings.handler);
    bundles.set(functionName, bundling);
    // The next call tries again: the code may have been fixed by then.
    bundling.catch(() => bundles.delete(functionName));
    const { file, handler } = await bundling;
    if (closed) throw new Error(`The local Lambda is closed: ${functionName} cannot be called`);
    const taskRoot = join(folder, functionName);
    const started = startEnvironment({
      functionName,
      settings,
      taskRoot,
      bundle: file,
      handler,
      environment,
      print: logs.print,
    });
    all.add(started);
    return started;
  }

  const run: RunCall = async (functionName, settings, call) => {
    const idle = (free.get(functionName) ?? []).filter((environment) => environment.alive());
    free.set(functionName, idle);
    const environment = idle.pop() ?? (await environmentOf(functionName, settings));
    const finished = await environment.run(call);
    if (environment.alive()) free.get(functionName)?.push(environment);
    else all.delete(environment);
    return finished;
  };

  return {
    invoke: invokeWith(functions, run, logs),
    close: async () => {
      closed = true;
      await Promise.all([...all].map((environment) => environment.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
