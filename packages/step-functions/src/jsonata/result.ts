import type jsonata from "jsonata";
import { isRecord, type Json, type JsonObject } from "../json.ts";
import { Limits } from "../limits.ts";

/** How an evaluation ended. `fault` is the text after "threw an error during evaluation". */
export type Evaluated =
  | { kind: "value"; value: Json }
  | { kind: "nothing" }
  | { kind: "unsupported" }
  | { kind: "fault"; fault: string; code: string | undefined };

/** JSONata's error code for an exceeded time limit. */
export const TIMEOUT_CODE = "D1012";
const MEMORY_FAULT = "Expression evaluation memory limit exceeded: Check for excessive memory usage";

/** Evaluates an expression with `$states` and the variables that it may read. */
export async function evaluateParsed(
  expression: jsonata.Expression,
  states: JsonObject,
  variables: Readonly<JsonObject>,
): Promise<Evaluated> {
  try {
    // $eval is the only JSONata function that the service leaves out.
    const result: unknown = await expression.evaluate(undefined, { eval: undefined, ...variables, states });
    if (result === undefined) return { kind: "nothing" };
    const value = toJson(result, { left: MOST_CHARACTERS }, 0);
    return value === undefined ? { kind: "unsupported" } : { kind: "value", value };
  } catch (error) {
    return { kind: "fault", fault: describe(error), code: codeOf(error) };
  }
}

/** The fault for an expression that was stopped from outside. */
export function stopped(reason: "time" | "memory"): Evaluated {
  if (reason === "memory") return { kind: "fault", fault: `: ${MEMORY_FAULT}`, code: undefined };
  return { kind: "fault", fault: `: ${BOUND_EXCEEDED.get(TIMEOUT_CODE)}`, code: TIMEOUT_CODE };
}

const BOUND_EXCEEDED = new Map([
  [
    "D1011",
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.",
  ],
  [TIMEOUT_CODE, "Expression evaluation timeout: Check for infinite loop"],
  ["D2014", MEMORY_FAULT],
  ["D2015", MEMORY_FAULT],
]);

/** `. T2001: ...` for JSONata's own errors, `: ...` for an exceeded limit and for any other error. */
function describe(error: unknown): string {
  if (!isRecord(error)) return `: ${error}`;
  const { message } = error;
  const code = codeOf(error);
  if (code === undefined) return `: ${message}`;
  const bound = BOUND_EXCEEDED.get(code);
  return bound === undefined ? `. ${code}: ${message}` : `: ${bound}`;
}

function codeOf(error: unknown): string | undefined {
  return isRecord(error) && typeof error.code === "string" ? error.code : undefined;
}

/**
 * The maximum size of a result: the number of characters in its strings and keys, plus one for each value. States
 * accept 256 KiB, so no useful result is that large. Without the limit, an expression could fill the memory by
 * doubling a few bytes thirty times.
 */
const MOST_CHARACTERS = 5 * 1024 * 1024;

/**
 * Converts a result of JSONata to a separate JSON value, without JSONata's marks on arrays. A non-finite
 * number becomes a string, as on the service. Returns undefined if the result contains a function. Throws if the
 * result is too large.
 */
function toJson(value: unknown, budget: { left: number }, depth: number): Json | undefined {
  budget.left -= typeof value === "string" ? value.length + 1 : 1;
  if (budget.left < 0 || depth > Limits.jsonDepth) throw new Error(MEMORY_FAULT);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) {
    const array: Json[] = [];
    for (const element of value) {
      const json = toJson(element, budget, depth + 1);
      if (json === undefined) return undefined;
      array.push(json);
    }
    return array;
  }
  if (!isRecord(value) || value._jsonata_lambda === true || value._jsonata_function === true) {
    return undefined;
  }
  const entries: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    budget.left -= key.length;
    if (member === undefined) continue;
    const json = toJson(member, budget, depth + 1);
    if (json === undefined) return undefined;
    entries.push([key, json]);
  }
  // Object.fromEntries treats the key __proto__ like any other key.
  return Object.fromEntries(entries);
}
