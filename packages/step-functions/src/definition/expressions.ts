import { isRecord } from "../json.ts";
import { expressionText, isExpression, parseExpression } from "../jsonata/expression.ts";
import type { Processor, State } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { statesOf } from "./walk.ts";

/** The expressions of a definition that do not parse, with the parser's words. */
export function expressionFaults(definition: Processor): Diagnostic[] {
  const faults: Diagnostic[] = [];
  for (const { state, location } of statesOf(definition)) {
    for (const { text, at } of expressionsIn(ownFields(state), location)) {
      const message = parseFault(text);
      if (message === undefined) continue;
      faults.push({ severity: "ERROR", code: "INVALID_JSONATA_EXPRESSION", message, location: at });
    }
  }
  return faults;
}

/** The state without the states in it, which have their own turn. */
function ownFields(state: State): unknown {
  if (state.Type === "Map") return { ...state, ItemProcessor: undefined };
  return state.Type === "Parallel" ? { ...state, Branches: undefined } : state;
}

function* expressionsIn(value: unknown, at: string): Generator<{ text: string; at: string }> {
  if (isExpression(value)) yield { text: expressionText(value), at };
  else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* expressionsIn(element, `${at}[${index}]`);
  } else if (isRecord(value)) {
    for (const [key, member] of Object.entries(value)) yield* expressionsIn(member, `${at}/${key}`);
  }
}

function parseFault(text: string): string | undefined {
  try {
    parseExpression(text);
    return undefined;
  } catch (error) {
    return isRecord(error) ? String(error.message) : String(error);
  }
}
