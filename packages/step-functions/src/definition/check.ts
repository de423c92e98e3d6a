import type * as z from "zod";
import { isRecord } from "../json.ts";
import { Limits } from "../limits.ts";
import { StateMachineDefinition as Schema, type StateMachineDefinition } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { expressionFaults } from "./expressions.ts";
import { graphFaults } from "./graph.ts";
import { refusals } from "./refusals.ts";

/** A definition that the service or this interpreter does not take. The message is the one of the API's exception. */
export class InvalidDefinition extends Error {
  override readonly name = "InvalidDefinition";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(`Invalid State Machine Definition: '${diagnostics.map(describe).join(", ")}'`);
    this.diagnostics = diagnostics;
  }
}

/** Reads a state machine's definition from its JSON text. Throws InvalidDefinition, which names all that is wrong with it. */
export function readDefinition(text: string): StateMachineDefinition {
  const result = checkDefinition(text);
  if ("definition" in result) return result.definition;
  throw new InvalidDefinition(result.diagnostics);
}

/** The definition, or all that is wrong with it: first what it is, then its shape, then how its states hang together. */
export function checkDefinition(
  text: string,
): { definition: StateMachineDefinition } | { diagnostics: Diagnostic[] } {
  if (text.length > Limits.definitionLength) {
    return fault(
      "INVALID_JSON_DESCRIPTION",
      `The definition is longer than ${Limits.definitionLength} characters`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fault("INVALID_JSON_DESCRIPTION", `The definition is no JSON: ${error.message}`);
  }
  if (!isRecord(value)) return fault("SCHEMA_VALIDATION_FAILED", "The definition must be a JSON object", "/");
  const refused = refusals(value);
  if (refused.length > 0) return { diagnostics: refused };
  const parsed = Schema.safeParse(value);
  if (!parsed.success) return { diagnostics: parsed.error.issues.flatMap(schemaFaults) };
  const definition = parsed.data;
  const faults = [...graphFaults(definition), ...expressionFaults(definition)];
  return faults.length > 0 ? { diagnostics: faults } : { definition };
}

function fault(code: string, message: string, location?: string): { diagnostics: Diagnostic[] } {
  return {
    diagnostics: [{ severity: "ERROR", code, message, ...(location === undefined ? {} : { location }) }],
  };
}

function describe({ code, message, location }: Diagnostic): string {
  return location === undefined ? `${code}: ${message}` : `${code}: ${message} at ${location}`;
}

function schemaFaults(issue: z.core.$ZodIssue): Diagnostic[] {
  const location = `/${issue.path.join("/")}`;
  const make = (message: string): Diagnostic => ({
    severity: "ERROR",
    code: "SCHEMA_VALIDATION_FAILED",
    message,
    location,
  });
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => make(`Field '${key}' is not supported`));
  }
  if (issue.code === "invalid_key") return issue.issues.map((inner) => make(inner.message));
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // A field with two forms, such as a number or an expression: say what both forms want.
    const wants = issue.errors.flatMap((form) => form.map((inner) => inner.message));
    return [make([...new Set(wants)].join("; or "))];
  }
  return [make(issue.message)];
}
