import { taskEvents } from "../../history.ts";
import type { JsonObject } from "../../json.ts";
import type { Visit } from "../run.ts";
import { invalidArguments } from "./invalid-arguments.ts";
import { invokeEnvelope, parsePayload, payloadOf } from "./lambda-answer.ts";
import type { TaskCall } from "./task-call.ts";

const INTEGRATION = { resource: "invoke", resourceType: "lambda" };

/**
 * `arn:aws:states:::lambda:invoke`: the Arguments name the function, and the result is the answer of Lambda's API with the
 * function's value as `Payload`.
 */
export function lambdaInvoke(visit: Visit, parameters: JsonObject, text: string): TaskCall {
  const { run } = visit;
  const { FunctionName: name } = parameters;
  if (typeof name !== "string" || name === "") {
    throw invalidArguments(visit, "'FunctionName' must be the name or ARN of a function");
  }
  const event = parameters.Payload === undefined ? "{}" : JSON.stringify(parameters.Payload);
  const events = taskEvents(INTEGRATION);
  return {
    scheduled: (limits) => events.scheduled(text, run.region, limits),
    events,
    source: INTEGRATION.resourceType,
    perform: async (signal) => {
      const options = { signal, executionArn: run.context.execution.id };
      const payload = payloadOf(await run.invokeLambda(name, event, options));
      return invokeEnvelope(parsePayload(payload), payload, run.clock.now());
    },
  };
}
