/** The faults on the source's side. */
import { answerFaults } from "./answer-faults.ts";
import { changeFaults } from "./change-faults.ts";
import type { FaultCase } from "./fault.ts";
import { listingFaults } from "./listing-faults.ts";

export const sourceFaults: FaultCase[] = [...answerFaults, ...changeFaults, ...listingFaults].map(
  (fault) => ({
    side: "source",
    ...fault,
  }),
);
