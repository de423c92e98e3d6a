/** Ways to start a fault that the replica injects. */
import type { Fault, FaultRule } from "@data-quest/bls-replica";
import type { Scene } from "./scene.ts";

/** Matches the URL of the file that changed. */
export const OF_CHANGED = /pr\.data\.0\.Current$/;

/** Sets the faults that the replica injects from now on. */
export const rules =
  (...faults: FaultRule[]) =>
  ({ harness }: Scene) =>
    harness.replica.setFaults(faults);
export const onListing = (fault: Fault) => rules({ match: "listing", fault });
export const onChanged = (fault: Fault, times?: number) =>
  rules({ match: OF_CHANGED, fault, ...(times === undefined ? {} : { times }) });
