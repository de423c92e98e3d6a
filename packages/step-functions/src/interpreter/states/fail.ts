import type { FailState } from "../../definition/definition.ts";
import { evaluateField } from "../../jsonata/evaluate.ts";
import { StateFailure } from "../failure.ts";
import type { Visit } from "../run.ts";
import { bindings } from "../visit.ts";

/** A Fail state fails with its Error and Cause, if it has them. */
export async function fail(visit: Visit<FailState>): Promise<never> {
  const { Error: error, Cause: cause } = visit.state;
  throw new StateFailure(
    error === undefined ? undefined : await evaluateField(error, "Error", "string", bindings(visit)),
    cause === undefined ? undefined : await evaluateField(cause, "Cause", "string", bindings(visit)),
  );
}
