import { Limits } from "./limits.ts";

/** The facts that decide whether an execution can be redriven. Dates are milliseconds since 1970. */
export type RedriveFacts = {
  status: string;
  stopDate?: number | undefined;
  events: number;
  machineDeleting: boolean;
};

/** Why an execution cannot be redriven, in the service's words. Undefined if it can be redriven. */
export function whyNotRedrivable(facts: RedriveFacts, now: number): string | undefined {
  if (facts.status === "RUNNING" || facts.status === "SUCCEEDED") {
    return `Execution is ${facts.status} and cannot be redriven.`;
  }
  if (facts.machineDeleting) return "State machine is in DELETING status.";
  if (facts.events >= Limits.redriveEvents) return "Execution history event limit exceeded.";
  const days = (now - (facts.stopDate ?? now)) / 86_400_000;
  if (days > Limits.redriveDays) return "Execution redrivable period exceeded.";
  return undefined;
}
