import { isRecord } from "../json.ts";
import { type Analysis, topLevelReferencesOf } from "../jsonata/analysis.ts";
import { expressionText, isExpression, isNearExpression, parsedExpression } from "../jsonata/expression.ts";
import { CheckLimits } from "../limits.ts";
import type { Processor, State } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { statesOf } from "./walk.ts";

/** Strings that start like an expression but do not end like one, or the reverse. */
export function misdelimited(definition: Processor): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { value, at } of textsIn(definition)) {
    if (!isNearExpression(value)) continue;
    const message = `'${value}' is not an expression: it must start with {% and end with %}, with no spaces before or after`;
    found.push({ severity: "ERROR", code: "INVALID_JSONATA_EXPRESSION", message, location: at });
  }
  return found;
}

/** What the rules check in an expression. If the expression does not parse, it has only a `fault`. */
type CheckedExpression = {
  state: State;
  path: string;
  at: string;
  fault?: string;
  topLevel: readonly string[];
  states: Analysis["states"];
};

const checked = new WeakMap<Processor, CheckedExpression[]>();

/** The expressions of a definition. Each is parsed once, however many rules check it. */
function expressionsOf(definition: Processor): readonly CheckedExpression[] {
  const known = checked.get(definition);
  if (known !== undefined) return known;
  const found: CheckedExpression[] = [];
  for (const { value, ...place } of textsIn(definition))
    if (isExpression(value)) found.push({ ...place, ...check(expressionText(value)) });
  checked.set(definition, found);
  return found;
}

function check(text: string): Pick<CheckedExpression, "fault" | "topLevel" | "states"> {
  try {
    const { expression, analysis } = parsedExpression(text);
    return { topLevel: topLevelReferencesOf(expression.ast()), states: analysis.states };
  } catch (error) {
    return { fault: parseFault(error), topLevel: [], states: new Set() };
  }
}

/**
 * Finds expressions that would take seconds to check, because there are too many of them or too many path steps,
 * as in `$a.b.c`.
 */
export function costlyExpressions(definition: Processor): Diagnostic[] {
  const { expressions, pathSteps, pathStepsInAll } = CheckLimits;
  let count = 0;
  let stepsInAll = 0;
  for (const { value, at } of textsIn(definition)) {
    if (!isExpression(value)) continue;
    const steps = pathStepsIn(value);
    count++;
    stepsInAll += steps;
    if (steps > pathSteps) return [tooCostly(`The expression has more than ${pathSteps} path steps`, at)];
  }
  if (count > expressions) return [tooCostly(`The definition has more than ${expressions} expressions`, "/")];
  if (stepsInAll > pathStepsInAll)
    return [tooCostly(`The definition's expressions have more than ${pathStepsInAll} path steps`, "/")];
  return [];
}

function tooCostly(message: string, location: string): Diagnostic {
  return {
    severity: "ERROR",
    code: "UNSUPPORTED_HERE",
    message: `${message}, which takes too long to check here: simplify it, or split the state machine`,
    location,
  };
}

/**
 * The number of dots in an expression, not counting dots in strings and numbers. The parser takes time
 * proportional to the square of a path's length.
 */
function pathStepsIn(text: string): number {
  let steps = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.?)*"?|'(?:[^'\\]|\\.?)*'?|`[^`]*`?|\d+\.\d+|\./gs))
    if (token === ".") steps++;
  return steps;
}

/** The expressions in a definition that do not parse, with the parser's messages. */
export function unparsable(definition: Processor): Diagnostic[] {
  return forEachExpression(definition, ({ fault }) =>
    fault === undefined ? [] : [{ code: "INVALID_JSONATA_EXPRESSION", message: fault }],
  );
}

/** References that need a context, such as `name`, `$`, `$$`, or `*`. Expressions in a state have no context. */
export function topLevelReferences(definition: Processor): Diagnostic[] {
  return forEachExpression(definition, ({ topLevel }) =>
    topLevel.map((name) => ({
      code: "UNSUPPORTED_JSONATA_EXPRESSION",
      message: `Reference to '${name}' at the top level is not supported.`,
    })),
  );
}

/**
 * `$states.result` outside the Output and Assign of a Task, Parallel, or Map, and `$states.errorOutput` outside
 * the Output and Assign of a Catcher.
 */
export function unreachableStates(definition: Processor): Diagnostic[] {
  return forEachExpression(definition, ({ states, state, path }) => {
    if (states === "all") return [];
    const hasResult = state.Type === "Task" || state.Type === "Parallel" || state.Type === "Map";
    const inCatcher = /^Catch\[\d+\]\/(Output|Assign)(\/|\[|$)/.test(path);
    const inResult = hasResult && /^(Output|Assign)(\/|\[|$)/.test(path);
    const missing = [
      ...(states.has("result") && !inResult ? ["result"] : []),
      ...(states.has("errorOutput") && !inCatcher ? ["errorOutput"] : []),
    ];
    return missing.map((member) => ({
      code: "UNSUPPORTED_JSONATA_EXPRESSION",
      message: `Reference to '$states.${member}' is not supported in this field`,
    }));
  });
}

type PlacedText = { value: string; state: State; path: string; at: string };

function forEachExpression(
  definition: Processor,
  find: (expression: CheckedExpression) => { code: string; message: string }[],
): Diagnostic[] {
  return expressionsOf(definition).flatMap((expression) =>
    find(expression).map((fault) => ({ severity: "ERROR" as const, ...fault, location: expression.at })),
  );
}

/** Fields that never contain an expression. */
const PLAIN_FIELDS = new Set([
  "Comment",
  "Type",
  "Resource",
  "Next",
  "Default",
  "QueryLanguage",
  "ErrorEquals",
]);

/** All strings in a definition's states, except in fields that never contain an expression. */
function* textsIn(definition: Processor): Generator<PlacedText> {
  for (const { state, location } of statesOf(definition)) {
    for (const [field, value] of Object.entries(ownFields(state))) {
      if (PLAIN_FIELDS.has(field)) continue;
      const texts: FoundText[] = [];
      collectTexts(value, field, field === "Choices" || field === "Catch", texts);
      for (const { text, path } of texts) yield { value: text, state, path, at: `${location}/${path}` };
    }
  }
}

/** The state without nested states, which are visited separately. */
function ownFields(state: State): object {
  if (state.Type === "Map") return { ...state, ItemProcessor: undefined };
  return state.Type === "Parallel" ? { ...state, Branches: undefined } : state;
}

type FoundText = { text: string; path: string };

/**
 * Adds all strings in a value to `found`. With `hasRules`, the value is a list of rules with their own fields.
 * This is not a generator, because nested generators pass each string through every enclosing level.
 */
function collectTexts(value: unknown, path: string, hasRules: boolean, found: FoundText[]): void {
  if (typeof value === "string") found.push({ text: value, path });
  else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      if (!hasRules || !isRecord(element)) collectTexts(element, `${path}[${index}]`, false, found);
      else {
        for (const [field, member] of Object.entries(element))
          if (!PLAIN_FIELDS.has(field)) collectTexts(member, `${path}[${index}]/${field}`, false, found);
      }
    }
  } else if (isRecord(value)) {
    for (const [key, member] of Object.entries(value)) collectTexts(member, `${path}/${key}`, false, found);
  }
}

function parseFault(error: unknown): string {
  if (error instanceof RangeError) return "The expression is too long or nested too deeply to be parsed";
  return isRecord(error) ? String(error.message) : String(error);
}
