/** Traverses the tree of a timeline. */
import type { Thread, Timeline, Visit } from "./timeline.ts";

/** A state, or a thread of states. */
export type Node = Visit | Thread;

/** The node that encloses a node. Undefined for the execution's own thread. */
export function around(node: Node): Node | undefined {
  return node.kind === "state" ? node.thread : node.parent;
}

/** The nearest visit for which `matches` is true, from a node outward. */
export function enclosing(node: Node, matches: (visit: Visit) => boolean): Visit | undefined {
  for (let at: Node | undefined = node; at !== undefined; at = around(at))
    if (at.kind === "state" && matches(at)) return at;
  return undefined;
}

/** True for a state without an exit in the history, whether or not it failed. */
export function isUnfinished({ status }: Visit): boolean {
  return status !== "succeeded" && status !== "caught";
}

/** True for a state in progress. */
export function isOpen({ status }: Visit): boolean {
  return status === "running" || status === "retrying";
}

/** The threads of a Map's or Parallel's latest attempt. */
export function currentThreads(visit: Visit): Thread[] {
  // Usually, there is only one attempt.
  const start = startOfLatestAttempt(visit);
  return start === 0 ? visit.threads : visit.threads.slice(start);
}

/**
 * The position in `threads` of the first thread of the latest attempt of a Map or Parallel. Does not examine
 * all threads of earlier attempts.
 */
export function startOfLatestAttempt({ threads }: Visit): number {
  const latest = threads.at(-1)?.attempt;
  if (threads[0]?.attempt === latest) return 0;
  let start = threads.length;
  while (start > 0 && threads[start - 1]?.attempt === latest) start--;
  return start;
}

/** The unfinished visits at the end of a thread and of its inner threads, outermost first. */
export function* unfinishedVisits(thread: Thread): Generator<Visit> {
  const visit = thread.visits.at(-1);
  if (visit === undefined || !isUnfinished(visit)) return;
  yield visit;
  for (const child of currentThreads(visit)) if (child.status !== "succeeded") yield* unfinishedVisits(child);
}

/** All visits of an execution or a thread. Each visit comes before the visits inside it. */
export function* allVisits({ root }: Pick<Timeline, "root">): Generator<Visit> {
  yield* visitsOf(root);
}

function* visitsOf(thread: Thread): Generator<Visit> {
  for (const visit of thread.visits) {
    yield visit;
    for (const child of visit.threads) yield* visitsOf(child);
  }
}

/**
 * The path of a node: names of states and indexes of iterations or branches, such as `["SyncFiles", 3,
 * "SyncFile"]`.
 */
export function pathOf(node: Node): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = around(at)) {
    if (at.kind === "state") path.unshift(at.name);
    else if (at.parent !== undefined) path.unshift(at.index);
  }
  return path;
}

/** The states in progress, outermost first. */
export function openVisits({ root }: Pick<Timeline, "root">): Visit[] {
  return [...unfinishedVisits(root)].filter(isOpen);
}
