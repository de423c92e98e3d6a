import { check } from "@data-quest/core/workflow";
import type { Context } from "aws-lambda";
import type * as z from "zod";

/**
 * A Lambda handler that checks its event with `schema` and passes it to `run`. Throws InvalidInput for an
 * invalid event.
 */
export function handle<Event, Result>(
  schema: z.ZodType<Event>,
  run: (event: Event, context: Context) => Promise<Result>,
): (event: unknown, context: Context) => Promise<Result> {
  return (event, context) => run(check(schema, event, `The event of ${context.functionName}`), context);
}
