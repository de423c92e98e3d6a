import { isRecord } from "../json.ts";
import { isExpression } from "../jsonata/expression.ts";
import { LAMBDA_INVOKE, START_EXECUTION } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";

const FUNCTION_ARN = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;

const RESOURCES: ReadonlySet<string> = new Set([LAMBDA_INVOKE, ...Object.keys(START_EXECUTION)]);

/** Fields that only the JSONPath query language has. */
const JSONPATH_FIELDS = new Set([
  "InputPath",
  "OutputPath",
  "ResultPath",
  "ResultSelector",
  "Parameters",
  "Result",
  "ItemsPath",
  "SecondsPath",
  "TimestampPath",
  "TimeoutSecondsPath",
  "HeartbeatSecondsPath",
  "MaxConcurrencyPath",
  "ToleratedFailureCountPath",
  "ToleratedFailurePercentagePath",
  "ErrorPath",
  "CausePath",
]);

/** Fields that only JSONata has. A state with one of these fields needs an explicit query language. */
const JSONATA_FIELDS = ["Arguments", "Output", "Items", "Condition"];

/** A state machine that specifies JSONPath, whatever its states specify. */
export function jsonPathMachine(definition: Record<string, unknown>): Diagnostic[] {
  return definition.QueryLanguage === "JSONPath"
    ? [refusal("JSONPath state machines do not run here: write this one in JSONata", "/QueryLanguage")]
    : [];
}

/** States that use JSONPath, or that have no query language although their meaning depends on it. */
export function jsonPathStates(definition: Record<string, unknown>): Diagnostic[] {
  const machineLanguage = definition.QueryLanguage ?? undefined;
  if (machineLanguage === "JSONPath") return [];
  return [...rawStates(definition, "")].flatMap(({ state, location }) => {
    const language = state.QueryLanguage ?? machineLanguage;
    if (language === "JSONata") return [];
    if (language === "JSONPath" && machineLanguage === "JSONata") {
      const message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
      return [{ severity: "ERROR" as const, code: "SCHEMA_VALIDATION_FAILED", message, location }];
    }
    const reason = whyJsonPath(state, language === undefined);
    return reason === undefined ? [] : [refusal(reason, location)];
  });
}

/** Distributed Maps, which start an execution for each item. */
export function distributedMaps(definition: Record<string, unknown>): Diagnostic[] {
  return [...rawStates(definition, "")].flatMap(({ state, location }) =>
    state.Type === "Map" ? mapRefusals(state, location) : [],
  );
}

/** Tasks whose resource is not supported here. */
export function otherResources(definition: Record<string, unknown>): Diagnostic[] {
  return [...rawStates(definition, "")].flatMap(({ state, location }) =>
    state.Type === "Task" ? resourceRefusals(state.Resource, location) : [],
  );
}

/** Maps with both ItemProcessor and Iterator, its old name. */
export function twoProcessors(definition: Record<string, unknown>): Diagnostic[] {
  return [...rawStates(definition, "")].flatMap(({ state, location }) => {
    const both = (state.ItemProcessor ?? null) !== null && (state.Iterator ?? null) !== null;
    const message = "Only one of 'ItemProcessor' and 'Iterator' is allowed";
    return both ? [{ severity: "ERROR" as const, code: "SCHEMA_VALIDATION_FAILED", message, location }] : [];
  });
}

/** Processors with their own query language. */
export function processorLanguage(definition: Record<string, unknown>): Diagnostic[] {
  return [...rawStates(definition, "")].flatMap(({ state, location }) =>
    ["ItemProcessor", "Iterator"].flatMap((field) => {
      const processor = state[field];
      if (!isRecord(processor) || (processor.QueryLanguage ?? null) === null) return [];
      const message = "Field 'QueryLanguage' is not supported";
      const at = `${location}/${field}`;
      return [{ severity: "ERROR" as const, code: "SCHEMA_VALIDATION_FAILED", message, location: at }];
    }),
  );
}

function refusal(message: string, location: string): Diagnostic {
  return { severity: "ERROR", code: "UNSUPPORTED_HERE", message, location };
}

/**
 * Why a state that does not specify JSONata cannot run. A state without a query language can run if its fields
 * mean the same in JSONata and JSONPath.
 */
function whyJsonPath(state: Record<string, unknown>, unnamed: boolean): string | undefined {
  const advice = 'set "QueryLanguage": "JSONata" and write it in JSONata';
  if (!unnamed) return `The JSONPath query language is not supported: ${advice}`;
  const pathField = Object.keys(state).find((field) => JSONPATH_FIELDS.has(field) && state[field] !== null);
  if (pathField !== undefined)
    return `Field '${pathField}' belongs to JSONPath, which is not supported: ${advice}`;
  const jsonataField = JSONATA_FIELDS.find((field) => field in state);
  if (jsonataField !== undefined) {
    return `The QueryLanguage is set to 'JSONPath', but field '${jsonataField}' is only supported for the 'JSONata' QueryLanguage`;
  }
  if (state.Type === "Choice")
    return `A Choice with no QueryLanguage uses JSONPath, which is not supported: ${advice}`;
  return dependsOnLanguage({ ...state, ItemProcessor: undefined, Iterator: undefined, Branches: undefined })
    ? `A state with expressions and no QueryLanguage uses JSONPath, which is not supported: ${advice}`
    : undefined;
}

function dependsOnLanguage(value: unknown): boolean {
  if (isExpression(value)) return true;
  if (Array.isArray(value)) return value.some(dependsOnLanguage);
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([key, member]) => key.endsWith(".$") || dependsOnLanguage(member));
}

function mapRefusals(state: Record<string, unknown>, location: string): Diagnostic[] {
  const processor = processorOf(state) ?? {};
  const config = isRecord(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  const distributed = ["ItemReader", "ItemBatcher", "ResultWriter"].find(
    (field) => (state[field] ?? null) !== null,
  );
  if (config.Mode === "DISTRIBUTED" || distributed !== undefined) {
    const because = distributed === undefined ? "Mode DISTRIBUTED" : `Field '${distributed}'`;
    return [
      refusal(`A Distributed Map is not supported (${because}): only an inline Map runs here`, location),
    ];
  }
  return [];
}

function resourceRefusals(resource: unknown, location: string): Diagnostic[] {
  if (typeof resource !== "string" || RESOURCES.has(resource) || FUNCTION_ARN.test(resource)) return [];
  const message = `The resource '${resource}' is not supported: only ${[...RESOURCES].join(", ")} and the ARN of a Lambda function are supported here`;
  return [refusal(message, `${location}/Resource`)];
}

function processorOf(state: Record<string, unknown>): Record<string, unknown> | undefined {
  const processor = state.ItemProcessor ?? state.Iterator;
  return isRecord(processor) ? processor : undefined;
}

function* rawStates(
  group: Record<string, unknown>,
  location: string,
): Generator<{ state: Record<string, unknown>; location: string }> {
  if (!isRecord(group.States)) return;
  for (const [name, state] of Object.entries(group.States)) {
    if (!isRecord(state)) continue;
    const at = `${location}/States/${name}`;
    yield { state, location: at };
    const processor = processorOf(state);
    if (processor !== undefined) yield* rawStates(processor, `${at}/ItemProcessor`);
    if (!Array.isArray(state.Branches)) continue;
    for (const [index, branch] of state.Branches.entries()) {
      if (isRecord(branch)) yield* rawStates(branch, `${at}/Branches/${index}`);
    }
  }
}
