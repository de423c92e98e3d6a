import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { type EvaluationFailure, evaluateField, evaluateTemplate } from "./evaluate.ts";

const bindings = (variables: JsonObject = {}) => ({ states: { input: { a: 1, list: [1] } }, variables });
const evaluate = (template: Json, variables?: JsonObject) =>
  evaluateTemplate(template, "Output", bindings(variables));

async function failureOf(work: Promise<unknown>): Promise<Pick<EvaluationFailure, "message" | "location">> {
  const error = await work.then(
    () => undefined,
    (reason: EvaluationFailure) => reason,
  );
  return { message: error?.message ?? "", location: error?.location };
}

describe("a template", () => {
  test("keeps literals, and evaluates expressions at any depth", async () => {
    const template = {
      plain: [null, 0, "$x", " {% 1 %}"],
      deep: [{ sum: "{% $states.input.a + $x %}" }],
      "k.$": "$",
    };
    const expected = { plain: [null, 0, "$x", " {% 1 %}"], deep: [{ sum: 3 }], "k.$": "$" };
    expect(await evaluate(template, { x: 2 })).toEqual(expected);
  });
  test("keeps the value of an expression, even if it is null or an array with one element", async () => {
    expect(await evaluate("{% null %}")).toBeNull();
    expect(await evaluate("{% [0] %}")).toEqual([0]);
    expect(await evaluate("{% $states.input.list %}")).toEqual([1]);
  });
  test("turns a number that is not finite into a string, as the service does", async () => {
    expect(await evaluate("{% [1/0] %}")).toEqual(["Infinity"]);
  });
  test("can check whether a variable exists", async () => {
    expect(await evaluate("{% $exists($nowhere) %}")).toBe(false);
  });
  test("reads a variable that is named like an object's property", async () => {
    expect(await evaluate("{% $constructor %}", { constructor: 5 })).toBe(5);
    expect(await evaluate("{% $eval %}", { eval: 5 })).toBe(5);
  });
  test("does not affect the next evaluation", async () => {
    expect(await evaluate("{% $y := 1 %}")).toBe(1);
    expect(await evaluate("{% $exists($y) %}")).toBe(false);
  });
});

describe("a failure has the service's message", () => {
  test.each<[string, Json, string, string]>([
    [
      "nothing",
      { v: "{% $nowhere %}" },
      "Output/v",
      "'$nowhere' specified for the field 'Output/v' returned nothing (undefined).",
    ],
    [
      "in an array",
      { v: [1, "{% $no %}"] },
      "Output/v[1]",
      "'$no' specified for the field 'Output/v[1]' returned nothing (undefined).",
    ],
    [
      "a function",
      "{% function($x){$x} %}",
      "Output",
      "specified for the field 'Output' returned an unsupported result type.",
    ],
    [
      "a function inside",
      "{% {'f': $sum} %}",
      "Output",
      "specified for the field 'Output' returned an unsupported result type.",
    ],
    [
      "an error",
      '{% 1 + "a" %}',
      "Output",
      'threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number',
    ],
    [
      "an argument",
      "{% $abs('x') %}",
      "Output",
      'threw an error during evaluation. T0410: Argument 1 of function "abs" does not match function signature',
    ],
    [
      "$eval",
      "{% $eval('1') %}",
      "Output",
      "threw an error during evaluation. T1006: Attempted to invoke a non-function",
    ],
    [
      "no end",
      "{% ($f := function($x){ 1 + $f($x) }; $f(1)) %}",
      "Output",
      "threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function.",
    ],
    [
      "too much",
      "{% [1..900000] %}",
      "Output",
      "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage",
    ],
  ])("%s", async (_what, template, location, message) => {
    const failure = await failureOf(evaluate(template));
    expect(failure.location).toBe(location);
    expect(failure.message).toContain(message);
    expect(failure.message).toMatch(/^The JSONata expression '/);
  });
});

test.each<[string, Json, "array" | "boolean" | "number" | "string", string]>([
  ["object for array", "{% {'a': 1} %}", "array", "Expected 'array', but was 'object' for value: {\"a\":1}"],
  ["null for array", "{% null %}", "array", "Expected 'array', but was 'null' for value: null"],
  ["number for boolean", "{% 1 %}", "boolean", "Expected 'boolean', but was 'number' for value: 1"],
  ["text for number", "{% 'x' %}", "number", "Expected 'number', but was 'string' for value: \"x\""],
  ["array for text", "{% ['x'] %}", "string", "Expected 'string', but was 'array' for value: [\"x\"]"],
])("a field of the wrong type: %s", async (_what, value, type, message) => {
  const failure = await failureOf(evaluateField(value, "Field", type, bindings()));
  expect(failure).toEqual({
    location: "Field",
    message: expect.stringContaining(
      `specified for the field 'Field' returned an unexpected result type. ${message}`,
    ),
  });
});
