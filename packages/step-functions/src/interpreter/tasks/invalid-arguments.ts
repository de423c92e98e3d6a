import { ErrorName } from "../../error-names.ts";
import { ExecutionFailure } from "../failure.ts";
import type { Visit } from "../run.ts";

/**
 * The failure for Arguments that the integration cannot use, such as a parameter of the wrong type. It ends the
 * execution.
 */
export function invalidArguments(visit: Visit, message: string): ExecutionFailure {
  return new ExecutionFailure(
    ErrorName.runtime,
    `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.enteredId}). ` +
      `The Arguments cannot be used to start the Task: ${message}.`,
    visit.predecessor,
  );
}
