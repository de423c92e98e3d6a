import jsonata from "jsonata";
import { type Analysis, analyze } from "./analysis.ts";
import { addStepFunctionsDialect, MOST_NUMBERS } from "./functions.ts";
import { INLINE_MS } from "./inline.ts";

/**
 * Limits of one evaluation. The limits for depth and sequence length were measured on the service. The service's
 * time limit is not published; here, an expression may run for ten seconds.
 */
export const BOUNDS = { stack: 100, sequence: MOST_NUMBERS, timeout: 10_000 };

/**
 * A string is an expression only if it starts with `{%` and ends with `%}`. With a space before or after
 * these delimiters, it is plain text.
 */
export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.length >= 4 && value.startsWith("{%") && value.endsWith("%}");
}

/** A string that starts like an expression but does not end like one, or the reverse. */
export function isNearExpression(text: string): boolean {
  return (text.startsWith("{%") || text.endsWith("%}")) && !isExpression(text);
}

/** The JSONata text between the delimiters. */
export function expressionText(value: string): string {
  return value.slice(2, -2).trim();
}

/**
 * The expression, parsed, with the functions of Step Functions. Throws a JsonataError if the text does not
 * parse.
 */
export function parseExpression(text: string, timeout: number = BOUNDS.timeout): jsonata.Expression {
  const expression = jsonata(text, { ...BOUNDS, timeout });
  addStepFunctionsDialect(expression);
  return expression;
}

/** An expression that was parsed once for many evaluations. */
export type Parsed = {
  expression: jsonata.Expression;
  analysis: Analysis;
  /** Whether the expression may take a long time, judging by its text or an earlier evaluation. */
  isSlow: boolean;
};

/** The maximum number of cached expressions: more than the largest definitions in use have. */
const MOST_KEPT = 2000;
const kept = new Map<string, Parsed>();

/** The expression, parsed once in each thread. `timeout` is the same in all calls on one thread. */
export function parsedExpression(text: string, timeout: number = INLINE_MS): Parsed {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const expression = parseExpression(text, timeout);
  const analysis = analyze(expression.ast(), text);
  const parsed = { expression, analysis, isSlow: !analysis.isBounded };
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, parsed);
  return parsed;
}
