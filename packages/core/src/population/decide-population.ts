/** Decides what to do with the population file, and why. A plan and a run both follow the decision. */
import { reasons } from "../bronze/reasons.ts";
import { isHeld, type StoredFile } from "../bronze/stored-file.ts";

/** Facts about the stored population file, including how it compares with the source's response. */
export type PopulationFacts = {
  stored: StoredFile | undefined;
  /** The stored file has the same bytes as the response. */
  same: boolean;
  /** An operator made the stored version by copying an older one. */
  copied: boolean;
  /** `acceptSource` lists the file. */
  accepted: boolean;
};

export type PopulationDecision = { do: "create" | "update" | "keep" | "hold"; reason: string };

/** Decides what to do with the source's response. */
export function decidePopulation({ stored, same, copied, accepted }: PopulationFacts): PopulationDecision {
  if (stored === undefined) return { do: "create", reason: reasons.new };
  if (!accepted && (isHeld(stored) || (!same && copied)))
    return { do: "hold", reason: same ? reasons.heldSame : reasons.heldDiffers };
  return same ? { do: "keep", reason: reasons.sameBytes } : { do: "update", reason: reasons.changed };
}
