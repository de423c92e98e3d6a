import { isJsonObject, type Json, type JsonObject, jsonType } from "../json.ts";
import { expressionText, isExpression, parsedExpression } from "./expression.ts";
import { INLINE_MS, inTurn } from "./inline.ts";
import { evaluateInThread } from "./pool.ts";
import { type Evaluated, evaluateParsed, TIMEOUT_CODE } from "./result.ts";

/** What an expression can read: the value of `$states`, and the variables. */
export type Bindings = {
  states: JsonObject;
  variables: Readonly<JsonObject>;
  /** Stops the evaluation when the execution ends. */
  signal?: AbortSignal;
  /** Whether the data may have keys named `__proto__`, which only the evaluation threads handle. */
  hasOddKeys?: boolean;
};

/**
 * A field of a state could not be evaluated. `message` is the service's sentence without the part about the
 * state.
 */
export class EvaluationFailure extends Error {
  override readonly name = "EvaluationFailure";
  /** The field as a path in the state, such as `Arguments/FunctionName`. Undefined if a Map's input is invalid. */
  readonly location: string | undefined;
  /** When the service evaluates the value: on entry to the state, or in a separate step afterward. */
  readonly when: "on-entry" | "after-entry";

  constructor(message: string, location: string | undefined, when: "on-entry" | "after-entry" = "on-entry") {
    super(message);
    this.location = location;
    this.when = when;
  }
}

/**
 * The template with each expression replaced by its value, at any depth. `field` is the template's path in
 * the state. Throws EvaluationFailure with the path of the failed field, such as `Output/result` or `Items[1]`.
 */
export async function evaluateTemplate(template: Json, field: string, bindings: Bindings): Promise<Json> {
  if (isExpression(template)) return evaluate(template, field, bindings);
  if (Array.isArray(template)) {
    const values: Json[] = [];
    for (const [index, element] of template.entries()) {
      values.push(await evaluateTemplate(element, `${field}[${index}]`, bindings));
    }
    return values;
  }
  if (isJsonObject(template)) {
    const entries: [string, Json][] = [];
    for (const [key, value] of Object.entries(template)) {
      entries.push([key, await evaluateTemplate(value, `${field}/${key}`, bindings)]);
    }
    // Object.fromEntries treats the key __proto__ like any other key.
    return Object.fromEntries(entries);
  }
  return template;
}

/**
 * The value of a field with a required type, whether it is a literal or an expression. Throws
 * EvaluationFailure.
 */
export async function evaluateField<Type extends keyof FieldTypes>(
  value: Json,
  field: string,
  expected: Type,
  bindings: Bindings,
): Promise<FieldTypes[Type]> {
  const result = await evaluateTemplate(value, field, bindings);
  if (isOfType(result, expected)) return result;
  throw new EvaluationFailure(
    `${sentence(String(value), field)} returned an unexpected result type. ` +
      `Expected '${expected}', but was '${jsonType(result)}' for value: ${JSON.stringify(result)}`,
    field,
  );
}

type FieldTypes = {
  array: Json[];
  string: string;
  number: number;
  boolean: boolean;
};

function isOfType<Type extends keyof FieldTypes>(value: Json, type: Type): value is FieldTypes[Type] & Json {
  return jsonType(value) === type;
}

async function evaluate(template: string, field: string, bindings: Bindings): Promise<Json> {
  const evaluated = await run(expressionText(template), bindings);
  switch (evaluated.kind) {
    case "value":
      return evaluated.value;
    case "nothing":
      throw new EvaluationFailure(`${sentence(template, field)} returned nothing (undefined).`, field);
    case "unsupported":
      throw new EvaluationFailure(`${sentence(template, field)} returned an unsupported result type.`, field);
    case "fault":
      throw new EvaluationFailure(
        `${sentence(template, field)} threw an error during evaluation${evaluated.fault}`,
        field,
      );
  }
}

/**
 * Evaluates bounded expressions on this thread, and all others in a thread that can be stopped. A bounded expression
 * that takes more than a few milliseconds also moves to such a thread: expressions have no side effects, so they can
 * start over.
 */
async function run(text: string, { states, variables, signal, hasOddKeys }: Bindings): Promise<Evaluated> {
  const parsed = parsedExpression(text);
  const { expression, analysis } = parsed;
  if (!parsed.isSlow && !hasOddKeys) {
    const { evaluated, cpuMs } = await inTurn(() => evaluateParsed(expression, states, variables));
    if (evaluated.kind !== "fault" || evaluated.code !== TIMEOUT_CODE) return evaluated;
    // On a busy machine, other processes may have used the time.
    if (cpuMs > INLINE_MS / 2) parsed.isSlow = true;
  }
  const question = {
    text,
    states: analysis.states === "all" ? states : pick(states, analysis.states),
    variables: pick(variables, analysis.variables),
  };
  return evaluateInThread(question, signal);
}

function pick(object: Readonly<JsonObject>, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.has(key)));
}

/** The failure for a value of the right type that the field does not accept. */
export function outOfRange(
  template: string,
  field: string,
  expected: string,
  value: number,
): EvaluationFailure {
  return new EvaluationFailure(
    `${sentence(template, field)} returned a value out of range. Expected ${expected}, but was: ${value}`,
    field,
  );
}

function sentence(template: string, field: string): string {
  const text = isExpression(template) ? expressionText(template) : template;
  return `The JSONata expression '${text}' specified for the field '${field}'`;
}
