/**
 * Runs in an execution environment: loads the handler, then takes one call after another from the parent
 * process.
 */
import { pathToFileURL } from "node:url";
import { type Call, callHandler, endOfCall, errorShape, loadHandler } from "./call.ts";
import type { RuntimeMessage } from "./environment.ts";

function send(message: RuntimeMessage, sent?: () => void): void {
  if (!process.send) throw new Error("Only the local Lambda can start this runtime");
  process.send(message, undefined, undefined, () => sent?.());
}

const [bundle = "", handlerName = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
try {
  const handler = await loadHandler(pathToFileURL(bundle).href, handlerName);
  process.on("message", async (call: Call) => {
    // During a call, only the handler's own work keeps the process alive: if its promise can never settle, the
    // process ends, as on AWS.
    process.channel?.unref();
    const outcome = await callHandler(handler, call);
    // Pipes and messages are not ordered relative to each other, so these lines mark the end of what was
    // printed before the response.
    for (const output of [process.stdout, process.stderr]) output.write(`${endOfCall(call.requestId)}\n`);
    process.channel?.ref();
    send({ outcome, memoryMB: Math.round(process.resourceUsage().maxRSS / 1024) });
  });
  send({ ready: true });
} catch (error) {
  console.error(error);
  send({ initError: errorShape(error) }, () => process.exit(1));
}
