import type { Json, JsonObject } from "../json.ts";
import { type Bindings, evaluateField, evaluateTemplate, outOfRange } from "../jsonata/evaluate.ts";
import { Limits } from "../limits.ts";
import { contextObject } from "./context-object.ts";
import type { Outcome, Visit } from "./run.ts";

/** What the state's expressions can read now. `more` has `$states.result` or `$states.errorOutput`. */
export function bindings(visit: Visit, more: JsonObject = {}, item = visit.thread.item): Bindings {
  const context = contextObject(visit.run.context, visit, item);
  const { thread, run } = visit;
  return {
    states: { input: visit.input, context, ...more },
    variables: thread.variables,
    signal: thread.signal,
    hasOddKeys: run.hasOddKeys,
  };
}

/** The value of a state's field, or the fallback if the state does not have the field. */
export function fieldOr(
  visit: Visit,
  template: Json | undefined,
  field: string,
  fallback: Json,
): Promise<Json> {
  return template === undefined
    ? Promise.resolve(fallback)
    : evaluateTemplate(template, field, bindings(visit));
}

/** The allowed values of a numeric field, whether it is a literal or an expression. */
export type Bounds = { least: number; most: number; isInteger: boolean };

export const Bounds = {
  timeout: { least: 1, most: Limits.seconds, isInteger: true },
  wait: { least: 0, most: Limits.seconds, isInteger: true },
  count: { least: 0, most: Number.MAX_SAFE_INTEGER, isInteger: true },
  percentage: { least: 0, most: 100, isInteger: false },
} as const;

/**
 * The value of a numeric field, or undefined if the state does not have it. If an expression returns a value
 * that would be invalid as a literal, the state fails before anything is called
 * (docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, errors: value out of range).
 */
export async function numberField(
  visit: Visit,
  value: Json | undefined,
  field: string,
  bounds: Bounds,
): Promise<number | undefined> {
  if (value === undefined) return undefined;
  const number = await evaluateField(value, field, "number", bindings(visit));
  const { least, most, isInteger } = bounds;
  if (number >= least && number <= most && (!isInteger || Number.isInteger(number))) return number;
  throw outOfRange(
    String(value),
    field,
    `${isInteger ? "an integer" : "a number"} from ${least} to ${most}`,
    number,
  );
}

/** The outcome of a state whose own Output, Assign, Next, and End apply. */
export function ownOutcome(
  state: Outcome["rule"] & { Next?: string | undefined },
  output: Json,
  result?: Json,
): Outcome {
  return {
    output,
    rule: state,
    ruleLocation: "",
    next: state.Next ?? null,
    ...(result === undefined ? {} : { result }),
  };
}
