import jsonata from "jsonata";
import { addStepFunctionsDialect, MOST_NUMBERS } from "./functions.ts";

/** Bounds of one evaluation. The service's depth is 100; its time limit is not published. */
const BOUNDS = { stack: 100, sequence: MOST_NUMBERS, timeout: 10_000 };

/** A string is an expression only if it begins with `{%` and ends with `%}`: a blank outside makes it plain text. */
export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.length >= 4 && value.startsWith("{%") && value.endsWith("%}");
}

/** The JSONata text between the delimiters. */
export function expressionText(value: string): string {
  return value.slice(2, -2).trim();
}

/** The expression, parsed, with the functions of Step Functions. Throws a JsonataError where the text does not parse. */
export function parseExpression(text: string): jsonata.Expression {
  const expression = jsonata(text, BOUNDS);
  addStepFunctionsDialect(expression);
  return expression;
}
