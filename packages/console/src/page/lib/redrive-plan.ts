/** Predicts what a redrive will run again, and what it will not. */
import type { Thread, Timeline, Visit } from "@data-quest/execution-history";
import { plural } from "./format.ts";
import { threadsToShow } from "./state-status.ts";

/** Phrases for what runs again and what is kept. */
export function redrivePlan({ root }: Timeline): { again: string[]; kept: string[] } {
  const again: string[] = [];
  const kept: string[] = [];
  describe(root, "", again, kept);
  return { again, kept };
}

function describe({ visits }: Thread, around: string, again: string[], kept: string[]): void {
  for (const visit of visits) {
    const name = `${around}${visit.name}`;
    if (visit.status === "succeeded" || visit.status === "caught") {
      if (around === "") kept.push(name);
    } else if (visit.threads.length > 0 || visit.length !== undefined)
      describeContainer(visit, name, again, kept);
    else again.push(name);
  }
  if (around === "" && again.length > 0) again.push("the states that follow");
  if (around === "" && again.length === 0) again.push("the execution from its beginning");
}

function describeContainer(visit: Visit, name: string, again: string[], kept: string[]): void {
  const threads = threadsToShow(visit);
  const succeeded = threads.filter(({ status }) => status === "succeeded").length;
  const unfinished = threads.length - succeeded;
  const notStarted = Math.max(0, (visit.length ?? threads.length) - threads.length);
  const parts = [
    unfinished > 0 ? `${plural(unfinished, "iteration")} that failed or did not end` : "",
    notStarted > 0 ? `${plural(notStarted, "iteration")} that had not started` : "",
  ].filter(Boolean);
  again.push(parts.length === 0 ? name : `${name}: ${parts.join(" and ")}`);
  if (succeeded > 0) kept.push(`${name}: ${plural(succeeded, "iteration")} that succeeded`);
}
