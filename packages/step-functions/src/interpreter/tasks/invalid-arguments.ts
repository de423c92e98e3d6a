import { ErrorName } from "../../error-names.ts";
import { ExecutionFailure } from "../failure.ts";
import type { Visit } from "../run.ts";

/**
 * Arguments that the integration cannot use. The execution fails, as it does if a parameter has the wrong
 * type.
 */
export function invalidArguments(visit: Visit, message: string): ExecutionFailure {
  return new ExecutionFailure(
    ErrorName.runtime,
    `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.enteredId}). ` +
      `The Arguments cannot be used to start the Task: ${message}.`,
    visit.predecessor,
  );
}
