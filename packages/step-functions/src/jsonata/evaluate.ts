import { isJsonObject, isRecord, type Json, type JsonObject, jsonType } from "../json.ts";
import { expressionText, isExpression, parseExpression } from "./expression.ts";

/** What an expression can read: the value of `$states`, and the variables. */
export type Bindings = {
  states: JsonObject;
  variables: Readonly<JsonObject>;
};

/** A field of a state could not be evaluated. `message` is the service's sentence without the words on the state. */
export class EvaluationFailure extends Error {
  override readonly name = "EvaluationFailure";
  /** The field as a path in the state, such as `Arguments/FunctionName`. The Map's own input has none. */
  readonly location: string | undefined;
  /** When the service looks at the value: with the state's entry, or in a step of its own after it. */
  readonly when: "on-entry" | "after-entry";

  constructor(message: string, location: string | undefined, when: "on-entry" | "after-entry" = "on-entry") {
    super(message);
    this.location = location;
    this.when = when;
  }
}

/**
 * The template with each expression in it replaced by its value, at any depth. `field` is the template's name in the state.
 * Throws EvaluationFailure, which names the field at fault: `Output/result`, `Items[1]`.
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
    // From entries, so that a key named __proto__ stays a key.
    return Object.fromEntries(entries);
  }
  return template;
}

/** The value of a field that must be of one type, be it literal or an expression. Throws EvaluationFailure. */
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
  let result: unknown;
  try {
    // $eval is the one function of JSONata that the service leaves out.
    const names = { ...bindings.variables, states: bindings.states, eval: undefined };
    result = await parseExpression(expressionText(template)).evaluate(undefined, names);
  } catch (error) {
    const fault = `${sentence(template, field)} threw an error during evaluation`;
    throw new EvaluationFailure(`${fault}${describe(error)}`, field);
  }
  if (result === undefined) {
    throw new EvaluationFailure(`${sentence(template, field)} returned nothing (undefined).`, field);
  }
  const json = toJson(result);
  if (json === undefined) {
    throw new EvaluationFailure(`${sentence(template, field)} returned an unsupported result type.`, field);
  }
  return json;
}

function sentence(template: string, field: string): string {
  const text = isExpression(template) ? expressionText(template) : template;
  return `The JSONata expression '${text}' specified for the field '${field}'`;
}

/** What follows the sentence: `. T2001: ...` for JSONata's own errors, `: ...` for a bound that was exceeded and for others. */
function describe(error: unknown): string {
  if (!isRecord(error)) return `: ${error}`;
  const { code, message } = error;
  if (typeof code !== "string") return `: ${message}`;
  const bound = BOUND_EXCEEDED.get(code);
  return bound === undefined ? `. ${code}: ${message}` : `: ${bound}`;
}

const BOUND_EXCEEDED = new Map([
  [
    "D1011",
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.",
  ],
  ["D1012", "Expression evaluation timeout: Check for infinite loop"],
  ["D2014", "Expression evaluation memory limit exceeded: Check for excessive memory usage"],
  ["D2015", "Expression evaluation memory limit exceeded: Check for excessive memory usage"],
]);

/**
 * A result of JSONata as a JSON value of its own, free of JSONata's marks on arrays. A number that is none becomes its
 * name, as on the service. Undefined when a function is in it.
 */
function toJson(value: unknown): Json | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) {
    const array: Json[] = [];
    for (const element of value) {
      const json = toJson(element);
      if (json === undefined) return undefined;
      array.push(json);
    }
    return array;
  }
  if (!isRecord(value) || value._jsonata_lambda === true || value._jsonata_function === true)
    return undefined;
  const entries: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const json = toJson(member);
    if (json === undefined) return undefined;
    entries.push([key, json]);
  }
  return Object.fromEntries(entries);
}
