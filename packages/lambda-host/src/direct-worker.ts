/** The worker thread of direct hosting: imports handlers as they are asked for and runs many calls at once. */
import module from "node:module";
import { parentPort } from "node:worker_threads";
import { callHandler, errorShape, type InvocationResult, loadHandler } from "./call.ts";
import type { DirectAnswer, DirectCall } from "./direct.ts";

// Stripping types and compiling take longer than most handlers. The cache is in the temporary folder.
module.enableCompileCache();

async function run({ moduleUrl, handler, call }: DirectCall): Promise<InvocationResult> {
  try {
    return await callHandler(await loadHandler(moduleUrl, handler), call);
  } catch (error) {
    return { error: errorShape(error) };
  }
}

parentPort?.on("message", async (message: DirectCall) => {
  const outcome = await run(message);
  parentPort?.postMessage({ requestId: message.call.requestId, outcome } satisfies DirectAnswer);
});
