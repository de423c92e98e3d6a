import type { SucceedState } from "../../definition/definition.ts";
import type { Outcome, Visit } from "../run.ts";
import { ownOutcome } from "../visit.ts";

/** A Succeed state ends its branch: it has no Next. */
export async function succeed(visit: Visit<SucceedState>): Promise<Outcome> {
  return ownOutcome(visit.state, visit.input);
}
