import { lambdaFunctionEvents } from "../../history.ts";
import type { Visit } from "../run.ts";
import { parsePayload, payloadOf } from "./lambda-answer.ts";
import type { TaskCall } from "./task-call.ts";

/** A call to a function by its ARN: the Arguments are the event, and the result is the function's value. */
export function lambdaFunction({ run }: Visit, resource: string, event: string): TaskCall {
  return {
    scheduled: (limits) => lambdaFunctionEvents.scheduled(event, resource, limits),
    events: lambdaFunctionEvents,
    source: resource,
    perform: async (signal, scheduledEventId) => {
      const options = { signal, executionArn: run.context.execution.id, scheduledEventId };
      return parsePayload(payloadOf(await run.invokeLambda(resource, event, options)));
    },
  };
}
