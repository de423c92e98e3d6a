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

/** Fields that only JSONata has: with them a state cannot be meant as neither language. */
const JSONATA_FIELDS = ["Arguments", "Output", "Items", "Condition"];

/**
 * What the service runs and this interpreter does not, each refused by name: JSONPath, distributed Maps, integrations
 * other than Lambda and Step Functions itself. Looks at the definition before its shape is checked, so that the fault named is the one that matters.
 */
export function refusals(definition: Record<string, unknown>): Diagnostic[] {
  const found: Diagnostic[] = [];
  const machineLanguage = definition.QueryLanguage ?? undefined;
  if (machineLanguage === "JSONPath") {
    return [refusal("JSONPath state machines do not run here: write it in JSONata", "/QueryLanguage")];
  }
  for (const { state, location } of rawStates(definition, "")) {
    const language = state.QueryLanguage ?? machineLanguage;
    const reason = language === "JSONata" ? undefined : whyJsonPath(state, language === undefined);
    if (reason !== undefined) found.push(refusal(reason, location));
    if (state.Type === "Map") found.push(...mapRefusals(state, location));
    if (state.Type === "Task") found.push(...resourceRefusals(state.Resource, location));
  }
  return found;
}

function refusal(message: string, location: string): Diagnostic {
  return { severity: "ERROR", code: "UNSUPPORTED_HERE", message, location };
}

/**
 * Why a state that does not say JSONata cannot run. A state with no query language whose fields mean the same in both
 * languages can.
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
    return `A Choice with no QueryLanguage is JSONPath, which is not supported: ${advice}`;
  return dependsOnLanguage({ ...state, ItemProcessor: undefined, Iterator: undefined, Branches: undefined })
    ? `A state with expressions and no QueryLanguage is JSONPath, which is not supported: ${advice}`
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
  const message = `The resource '${resource}' is not supported: only ${[...RESOURCES].join(", ")} and the ARN of a Lambda function run here`;
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
