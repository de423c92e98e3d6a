import { isRecord } from "../json.ts";
import { topLevelReferencesOf } from "../jsonata/analysis.ts";
import { expressionText, isExpression, isNearExpression, parsedExpression } from "../jsonata/expression.ts";
import type { Processor, State } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { statesOf } from "./walk.ts";

/** Texts that begin as an expression and do not end as one, or the other way around. */
export function misdelimited(definition: Processor): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { value, at } of textsIn(definition)) {
    if (!isNearExpression(value)) continue;
    const message = `'${value}' is not an expression: it must begin with {% and end with %}, with no blanks outside`;
    found.push({ severity: "ERROR", code: "INVALID_JSONATA_EXPRESSION", message, location: at });
  }
  return found;
}

/** The expressions of a definition that do not parse, with the parser's words. */
export function unparsable(definition: Processor): Diagnostic[] {
  return forEachExpression(definition, ({ text }) => {
    const message = parseFault(text);
    return message === undefined ? [] : [{ code: "INVALID_JSONATA_EXPRESSION", message }];
  });
}

/** References to a context that expressions in a state do not have: `name`, `$`, `$$`, `*`. */
export function topLevelReferences(definition: Processor): Diagnostic[] {
  return forEachExpression(definition, ({ text }) => {
    if (parseFault(text) !== undefined) return [];
    return topLevelReferencesOf(parsedExpression(text).expression.ast()).map((name) => ({
      code: "UNSUPPORTED_JSONATA_EXPRESSION",
      message: `Reference to '${name}' at the top level is not supported.`,
    }));
  });
}

/**
 * `$states.result` outside Output and Assign of a Task, Parallel or Map, and `$states.errorOutput` outside those of a
 * Catcher.
 */
export function unreachableStates(definition: Processor): Diagnostic[] {
  return forEachExpression(definition, ({ text, state, path }) => {
    if (parseFault(text) !== undefined) return [];
    const { states } = parsedExpression(text).analysis;
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
      message: `Reference to '$states.${member}' is not supported in this field: there is none`,
    }));
  });
}

type PlacedText = { value: string; state: State; path: string; at: string };

function forEachExpression(
  definition: Processor,
  find: (expression: { text: string; state: State; path: string }) => { code: string; message: string }[],
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { value, state, path, at } of textsIn(definition)) {
    if (!isExpression(value)) continue;
    for (const fault of find({ text: expressionText(value), state, path }))
      found.push({ severity: "ERROR", ...fault, location: at });
  }
  return found;
}

/** Fields that never hold an expression. */
const PLAIN_FIELDS = new Set([
  "Comment",
  "Type",
  "Resource",
  "Next",
  "Default",
  "QueryLanguage",
  "ErrorEquals",
]);

/** All texts in the fields of a definition's states that may hold expressions. */
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

/** The state without the states in it, which have their own turn. */
function ownFields(state: State): object {
  if (state.Type === "Map") return { ...state, ItemProcessor: undefined };
  return state.Type === "Parallel" ? { ...state, Branches: undefined } : state;
}

type FoundText = { text: string; path: string };

/**
 * Adds all texts in a value to `found`; with `hasRules`, the value is a list of rules with fields of their own. Nested generators
 * would pass each text through every level above it.
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

function parseFault(text: string): string | undefined {
  try {
    parsedExpression(text);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return "The expression is too long or nested too deeply to be parsed";
    return isRecord(error) ? String(error.message) : String(error);
  }
}
