/** The status of each state of the definition, across all its visits. */
import type { Thread, Timeline, Visit, VisitStatus } from "@data-quest/execution-history";
import { PATH_SEPARATOR } from "./definition.ts";

export type StateStatus = {
  visits: Visit[];
  counts: Partial<Record<VisitStatus, number>>;
  /** The most important status of all visits, in the order of `ORDER`. */
  status: VisitStatus;
  /** The visit to show first. */
  first: Visit;
};

const ORDER: readonly VisitStatus[] = ["failed", "retrying", "running", "aborted", "caught", "succeeded"];

/** The states that were visited, by their path in the definition. */
export function stateStatuses({ root }: Timeline): Map<string, StateStatus> {
  const found = new Map<string, StateStatus>();
  const walk = (thread: Thread, around: string) => {
    for (const visit of thread.visits) {
      const path = around === "" ? visit.name : `${around}${PATH_SEPARATOR}${visit.name}`;
      const before = found.get(path);
      if (before === undefined) {
        found.set(path, {
          visits: [visit],
          counts: { [visit.status]: 1 },
          status: visit.status,
          first: visit,
        });
      } else {
        before.visits.push(visit);
        before.counts[visit.status] = (before.counts[visit.status] ?? 0) + 1;
        if (ORDER.indexOf(visit.status) < ORDER.indexOf(before.status)) {
          before.status = visit.status;
          before.first = visit;
        }
      }
      for (const child of visit.threads) walk(child, path);
    }
  };
  walk(root, "");
  return found;
}

/** The path of a visit in the definition. */
export function definitionPath(visit: Visit): string {
  const names = [visit.name];
  for (let at = visit.thread.parent; at !== undefined; at = at.thread.parent) names.unshift(at.name);
  return names.join(PATH_SEPARATOR);
}

/**
 * Whether an iteration failed, or a Catch inside it handled a failure: for a file, both mean that it was not
 * synced.
 */
export function hasFault({ status, visits }: Thread): boolean {
  return status === "failed" || visits.some((visit) => visit.status === "caught");
}

/**
 * The threads of a Map's or Parallel's latest attempt: first the threads with a failure, then running, aborted,
 * and other threads. Each group is sorted by index.
 */
export function threadsToShow(visit: Visit): Thread[] {
  const latest = visit.threads.at(-1)?.attempt;
  const rank = (thread: Thread) =>
    hasFault(thread) ? 0 : thread.status === "running" ? 1 : thread.status === "aborted" ? 2 : 3;
  return visit.threads
    .filter(({ attempt }) => attempt === latest)
    .sort((one, other) => rank(one) - rank(other) || one.index - other.index);
}
