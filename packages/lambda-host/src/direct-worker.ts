/** The worker thread of direct hosting: imports handlers on demand and runs many calls concurrently. */
import { AsyncLocalStorage } from "node:async_hooks";
import module from "node:module";
import { StringDecoder } from "node:string_decoder";
import { parentPort } from "node:worker_threads";
import { callHandler, errorShape, type InvocationResult, loadHandler } from "./call.ts";
import type { DirectAnswer, DirectCall } from "./direct.ts";

// Stripping types and compiling take more time than most handlers. The cache is in the temporary folder.
module.enableCompileCache();

/** The request ID of the running call. */
const current = new AsyncLocalStorage<string>();

function send(answer: DirectAnswer): void {
  parentPort?.postMessage(answer);
}

// Node's own stream would not reveal which call wrote to it.
for (const output of [process.stdout, process.stderr]) {
  // A write may end within a character.
  const decoder = new StringDecoder();
  output.write = (
    chunk: Uint8Array | string,
    encodingOrDone?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ) => {
    const printed = typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk));
    send({ requestId: current.getStore(), printed });
    const whenDone = typeof encodingOrDone === "function" ? encodingOrDone : done;
    if (whenDone !== undefined) queueMicrotask(whenDone);
    return true;
  };
}

async function run({ moduleUrl, handler, call }: DirectCall): Promise<InvocationResult> {
  try {
    return await callHandler(await loadHandler(moduleUrl, handler), call);
  } catch (error) {
    return { error: errorShape(error) };
  }
}

parentPort?.on("message", (message: DirectCall) => {
  const { requestId } = message.call;
  void current.run(requestId, async () => send({ requestId, outcome: await run(message) }));
});
