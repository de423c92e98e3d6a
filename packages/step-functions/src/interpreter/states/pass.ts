import type { PassState } from "../../definition/definition.ts";
import type { Outcome, Visit } from "../run.ts";
import { ownOutcome } from "../visit.ts";

/** A Pass state passes its input on; Output and Assign do all the work. */
export async function pass(visit: Visit<PassState>): Promise<Outcome> {
  return ownOutcome(visit.state, visit.input);
}
