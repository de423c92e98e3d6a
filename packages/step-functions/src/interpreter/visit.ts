import type { Json, JsonObject } from "../json.ts";
import { type Bindings, evaluateField, evaluateTemplate } from "../jsonata/evaluate.ts";
import { contextObject } from "./context-object.ts";
import type { Outcome, Visit } from "./run.ts";

/** What expressions of the state can read at this moment. `more` holds `$states.result` or `$states.errorOutput`. */
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

/** The value of a state's field, or the fallback where the state has none. */
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

/** The value of a numeric field, or undefined where the state has none. */
export function numberField(
  visit: Visit,
  value: Json | undefined,
  field: string,
): Promise<number | undefined> {
  return value === undefined
    ? Promise.resolve(undefined)
    : evaluateField(value, field, "number", bindings(visit));
}

/** The outcome of a state whose own Output, Assign, Next and End apply. */
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
