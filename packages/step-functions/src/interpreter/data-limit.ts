import { ErrorName } from "../error-names.ts";
import { Limits } from "../limits.ts";
import { StateFailure } from "./failure.ts";

/**
 * Refuses data above 256 KiB, with the service's message. `from` is a state's name, an integration, or the ARN of a
 * function.
 */
export function checkDataLimit(text: string, from: string): void {
  // UTF-8 takes at most three bytes for each code unit of a JavaScript string, so most strings need no byte count.
  if (text.length * 3 <= Limits.dataBytes || Buffer.byteLength(text) <= Limits.dataBytes) return;
  throw new StateFailure(
    ErrorName.dataLimitExceeded,
    `The state/task '${from}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/**
 * Refuses an Assign whose values exceed 256 KiB in total
 * (docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
 */
export function checkAssignLimit(bytes: number, state: string): void {
  if (bytes <= Limits.assignBytes) return;
  throw new StateFailure(
    ErrorName.dataLimitExceeded,
    `The values that the state '${state}' assigns exceed the ${Limits.assignBytes} bytes that one Assign may hold.`,
  );
}

/** Refuses an assignment that makes the execution's variables exceed 10 MiB in total. */
export function checkVariablesLimit(bytes: number, state: string): void {
  if (bytes <= Limits.variableBytes) return;
  throw new StateFailure(
    ErrorName.dataLimitExceeded,
    `The state '${state}' makes the execution's variables exceed the ${Limits.variableBytes} bytes that an execution may hold.`,
  );
}
