import { isRecord, type Json } from "../json.ts";
import { isExpression } from "../jsonata/expression.ts";
import { LAMBDA_INVOKE, type Processor, START_EXECUTION, type TaskState } from "./definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { statesOf } from "./walk.ts";

/** The type of an argument: a string, one of several strings, or any JSON value. */
type Form = "string" | readonly string[] | "any";
type Parameters = { fields: Record<string, Form>; required: string };

/** See docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html. For LogType, see Invoke in Lambda's API. */
const LAMBDA_PARAMETERS: Parameters = {
  required: "FunctionName",
  fields: {
    ClientContext: "string",
    FunctionName: "string",
    InvocationType: ["RequestResponse", "Event", "DryRun"],
    LogType: ["None", "Tail"],
    Payload: "any",
    Qualifier: "string",
  },
};
/** See docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html and StartExecution in the API. */
const START_PARAMETERS: Parameters = {
  required: "StateMachineArn",
  fields: { Input: "any", Name: "string", StateMachineArn: "string", TraceHeader: "string" },
};

/** Faults of literal Arguments: unsupported fields, missing required fields, and values of the wrong type. */
export function invalidArguments(definition: Processor): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { state, location } of statesOf(definition)) {
    if (state.Type !== "Task") continue;
    for (const { message, at } of faultsOf(state))
      found.push({
        severity: "ERROR",
        code: "SCHEMA_VALIDATION_FAILED",
        message,
        location: `${location}/${at}`,
      });
  }
  return found;
}

function faultsOf({ Resource, Arguments }: TaskState): { message: string; at: string }[] {
  const parameters = parametersOf(Resource);
  // Without Arguments, the state's input is used. The input and the value of an expression are known only when the
  // state runs.
  if (parameters === undefined || Arguments === undefined || isExpression(Arguments)) return [];
  if (!isRecord(Arguments)) return [{ message: "The Arguments must be an object", at: "Arguments" }];
  const found: { message: string; at: string }[] = [];
  for (const [name, value] of Object.entries(Arguments)) {
    const form = Object.hasOwn(parameters.fields, name) ? parameters.fields[name] : undefined;
    const at = `Arguments/${name}`;
    if (form === undefined)
      found.push({ message: `The field '${name}' is not supported by Step Functions`, at });
    else if (!isOfForm(value, form))
      found.push({ message: `The field '${name}' must be ${describe(form)}`, at });
  }
  if (!Object.hasOwn(Arguments, parameters.required)) {
    found.push({
      message: `The field '${parameters.required}' is required but was missing`,
      at: "Arguments",
    });
  }
  return found;
}

/** The first name that is not an argument of this resource's integration. */
export function unsupportedArgument(resource: string, names: string[]): string | undefined {
  const parameters = parametersOf(resource);
  return parameters && names.find((name) => !Object.hasOwn(parameters.fields, name));
}

function parametersOf(resource: string): Parameters | undefined {
  if (resource === LAMBDA_INVOKE) return LAMBDA_PARAMETERS;
  return Object.hasOwn(START_EXECUTION, resource) ? START_PARAMETERS : undefined;
}

function isOfForm(value: Json | unknown, form: Form): boolean {
  if (form === "any" || isExpression(value)) return true;
  return form === "string" ? typeof value === "string" : form.some((text) => text === value);
}

function describe(form: Form): string {
  return typeof form === "string" ? "a string" : `one of ${form.join(", ")}`;
}
