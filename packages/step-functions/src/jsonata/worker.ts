/** Evaluates expressions in a separate thread, one at a time, so that the main thread can stop an evaluation. */
import { parentPort } from "node:worker_threads";
import type { JsonObject } from "../json.ts";
import { BOUNDS, parsedExpression } from "./expression.ts";
import { type Evaluated, evaluateParsed } from "./result.ts";

/** A request from the main thread. */
export type Question = { text: string; states: JsonObject; variables: JsonObject };
/** A message to the main thread: first that this thread is ready, then the response to each request. */
export type Answer = "ready" | Evaluated;

// JSONata assigns members with `object[key] = value`. Without the accessor `Object.prototype.__proto__`, the key
// `__proto__` is like any other.
Reflect.deleteProperty(Object.prototype, "__proto__");

parentPort?.on("message", async ({ text, states, variables }: Question) => {
  answer(await evaluateParsed(parsedExpression(text, BOUNDS.timeout).expression, states, variables));
});
answer("ready");

function answer(message: Answer): void {
  parentPort?.postMessage(message);
}
