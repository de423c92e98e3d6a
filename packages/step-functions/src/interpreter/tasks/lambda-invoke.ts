import { taskEvents } from "../../history.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { InvokeOptions } from "../../lambda.ts";
import { StateFailure } from "../failure.ts";
import type { Visit } from "../run.ts";
import { invalidArguments } from "./invalid-arguments.ts";
import { acceptedEnvelope, invokeEnvelope, parsePayload, payloadOf } from "./lambda-answer.ts";
import type { TaskCall } from "./task-call.ts";

const INTEGRATION = { resource: "invoke", resourceType: "lambda" };

/** The maximum number of bytes of the Base64 text (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
const LONGEST_CLIENT_CONTEXT = 3583;

/**
 * `arn:aws:states:::lambda:invoke`: the Arguments specify the function, and the result is the response of
 * Lambda's API with the function's value as `Payload`. InvocationType Event calls the function and does not
 * wait for it. Unlike Lambda, this interpreter does not retry that call. DryRun calls nothing.
 * docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export function lambdaInvoke(visit: Visit, parameters: JsonObject, text: string): TaskCall {
  const { run } = visit;
  const functionName = readFunction(visit, parameters);
  const clientContext = readText(visit, parameters, "ClientContext");
  const event = parameters.Payload === undefined ? "{}" : JSON.stringify(parameters.Payload);
  const events = taskEvents(INTEGRATION);
  const options = (signal: AbortSignal, scheduledEventId: number): InvokeOptions => ({
    signal,
    executionArn: run.context.execution.id,
    scheduledEventId,
    ...(clientContext === undefined ? {} : { clientContext }),
    ...(parameters.LogType === "Tail" ? { logTail: true } : {}),
  });
  return {
    scheduled: (limits) => events.scheduled(text, run.region, limits),
    events,
    source: INTEGRATION.resourceType,
    perform: async (signal, scheduledEventId) => {
      checkEnum("invocationType", parameters.InvocationType, ["Event", "RequestResponse", "DryRun"]);
      checkEnum("logType", parameters.LogType, ["None", "Tail"]);
      checkClientContext(clientContext);
      if (parameters.InvocationType === "DryRun") return acceptedEnvelope(204, run.clock.now());
      if (parameters.InvocationType === "Event") {
        // Nothing waits for the call: its failure has no effect, and the call may continue after the task.
        const unending = new AbortController().signal;
        run.invokeLambda(functionName, event, options(unending, scheduledEventId)).catch(() => undefined);
        return acceptedEnvelope(202, run.clock.now());
      }
      const result = await run.invokeLambda(functionName, event, options(signal, scheduledEventId));
      const payload = payloadOf(result);
      const logTail = "logTail" in result ? result.logTail : undefined;
      return invokeEnvelope(parsePayload(payload), payload, run.clock.now(), logTail);
    },
  };
}

/** The function's name or ARN, with the version or alias if the Arguments have a Qualifier. */
function readFunction(visit: Visit, parameters: JsonObject): string {
  const name = readText(visit, parameters, "FunctionName");
  if (name === undefined || name === "") {
    throw invalidArguments(visit, "'FunctionName' must be the name or ARN of a function");
  }
  const qualifier = readText(visit, parameters, "Qualifier");
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

function readText(visit: Visit, parameters: JsonObject, field: string): string | undefined {
  const value = parameters[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalidArguments(visit, `'${field}' must be a string`);
  return value;
}

/** An expression may return a value that is not allowed as a literal. Lambda refuses a request with such a value. */
function checkEnum(field: string, value: Json | undefined, known: string[]): void {
  if (value === undefined || value === null || known.some((text) => text === value)) return;
  refuse(
    `Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(", ")}]`,
  );
}

function checkClientContext(text: string | undefined): void {
  if (text !== undefined && text.length > LONGEST_CLIENT_CONTEXT)
    refuse(
      `Value at 'clientContext' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_CLIENT_CONTEXT}`,
    );
}

function refuse(message: string): never {
  const cause = `1 validation error detected: ${message} (Service: Lambda, Status Code: 400)`;
  throw new StateFailure("Lambda.AWSLambdaException", cause);
}
