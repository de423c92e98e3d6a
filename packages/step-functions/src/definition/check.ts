import { isRecord, jsonDepth } from "../json.ts";
import { Limits } from "../limits.ts";
import { StateMachineDefinition as Schema, type StateMachineDefinition } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { costlyExpressions } from "./expressions.ts";
import { RAW_RULES, RULES, type Rule } from "./rules.ts";
import { schemaFaults } from "./schema-faults.ts";

/** A definition that the service or this interpreter refuses. The message is that of the API's exception. */
export class InvalidDefinition extends Error {
  override readonly name = "InvalidDefinition";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(`Invalid State Machine Definition: '${diagnostics.map(describe).join(", ")}'`);
    this.diagnostics = diagnostics;
  }
}

/** The maximum number of cached definitions. Every start of an execution needs a parsed definition. */
const MOST_KEPT = 20;
const kept = new Map<string, StateMachineDefinition>();

/**
 * Reads a state machine's definition from its JSON text. Throws InvalidDefinition, which lists the faults of
 * the definition.
 */
export function readDefinition(text: string): StateMachineDefinition {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const result = checkDefinition(text);
  if (!("definition" in result)) throw new InvalidDefinition(result.diagnostics);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, result.definition);
  return result.definition;
}

/**
 * The definition, or the faults that the first failed check finds. The checks are, in order: the JSON
 * text, unsupported features, the shape, the cost of checking the expressions, and the rules for states and
 * expressions.
 */
export function checkDefinition(
  text: string,
): { definition: StateMachineDefinition } | { diagnostics: Diagnostic[] } {
  if (text.length > Limits.definitionLength) {
    return fault(
      "INVALID_JSON_DESCRIPTION",
      `The definition is longer than ${Limits.definitionLength} characters`,
    );
  }
  if (jsonDepth(text, Limits.jsonDepth) > Limits.jsonDepth) {
    return fault(
      "INVALID_JSON_DESCRIPTION",
      `The definition is nested more than ${Limits.jsonDepth} levels deep`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fault("INVALID_JSON_DESCRIPTION", `The definition is not JSON: ${error.message}`);
  }
  if (!isRecord(value)) return fault("SCHEMA_VALIDATION_FAILED", "The definition must be a JSON object", "/");
  const refused = findAll(RAW_RULES, value);
  if (refused.length > 0) return { diagnostics: refused };
  const parsed = Schema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.flatMap(schemaFaults);
    return {
      diagnostics: faults.map(({ message, path }) => ({
        severity: "ERROR",
        code: "SCHEMA_VALIDATION_FAILED",
        message,
        location: `/${path.join("/")}`,
      })),
    };
  }
  const definition = parsed.data;
  const costly = costlyExpressions(definition);
  if (costly.length > 0) return { diagnostics: costly };
  const faults = findAll(RULES, definition);
  return faults.length > 0 ? { diagnostics: faults } : { definition };
}

function findAll<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Diagnostic[] {
  return rules.flatMap(({ find }) => find(subject));
}

function fault(code: string, message: string, location?: string): { diagnostics: Diagnostic[] } {
  return {
    diagnostics: [{ severity: "ERROR", code, message, ...(location === undefined ? {} : { location }) }],
  };
}

function describe({ code, message, location }: Diagnostic): string {
  return location === undefined ? `${code}: ${message}` : `${code}: ${message} at ${location}`;
}
