/** Handles events of states that are entered, exited, or aborted. */
import { type HistoryEvent, payloadText } from "./event.ts";
import { abortThreads, endAttempt, endThread, endVisit, newThread, openSpan, reopen } from "./nodes.ts";
import { addUnseenVisit, addVisit, findVisit, type Reading } from "./reading.ts";
import type { Thread, Visit } from "./timeline.ts";
import {
  currentThreads,
  enclosing,
  isOpen,
  isUnfinished,
  type Node,
  startOfLatestAttempt,
  unfinishedVisits,
} from "./walk.ts";

export function stateEntered(reading: Reading, event: HistoryEvent, from: Node): Node {
  const { name = "", input } = event.stateEnteredEventDetails ?? {};
  const thread = threadOfEntry(reading, event, from, name);
  reopen(thread, reading.now);
  const visit = addVisit(reading, thread, event, name, stateType(event, "StateEntered"));
  visit.input = payloadText(input);
  return visit;
}

function threadOfEntry(reading: Reading, event: HistoryEvent, from: Node, name: string): Thread {
  if (from.kind !== "state") {
    const isRedriven = reading.redrives.has(event.previousEventId ?? -1);
    return (isRedriven && redrivenThread(reading, name)) || from;
  }
  const previous = event.previousEventId ?? undefined;
  const startsBranch =
    previous === undefined
      ? reading.lastType === "ParallelStateStarted"
      : reading.branchStarts.has(previous) && from.type === "Parallel";
  return startsBranch ? addBranch(reading, from) : from.thread;
}

function addBranch(reading: Reading, parallel: Visit): Thread {
  const attempt = Math.max(1, parallel.attempts.length);
  const last = parallel.threads.at(-1);
  const index = last?.attempt === attempt ? last.index + 1 : 0;
  const branch = newThread("branch", index, attempt, parallel);
  openSpan(branch.spans, reading.now);
  parallel.threads.push(branch);
  return branch;
}

/**
 * The thread that continues with the state `name` after a redrive: the thread in which that state had not
 * ended, or a thread that was between two states.
 */
function redrivenThread({ timeline }: Reading, name: string): Thread | undefined {
  const unfinished = [...unfinishedVisits(timeline.root)];
  const again = unfinished.find((visit) => visit.name === name);
  if (again !== undefined) return again.thread;
  return unfinished
    .flatMap(currentThreads)
    .find((thread) => thread.status !== "succeeded" && !thread.visits.some(isUnfinished));
}

export function stateExited(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const { name = "", output, assignedVariables } = event.stateExitedEventDetails ?? {};
  const visit =
    findVisit(reading, from, (visit) => visit.name === name && isUnfinished(visit)) ??
    addUnseenVisit(reading, from, event, name, stateType(event, "StateExited"));
  const { now } = reading;
  const hasFailed =
    visit.status === "failed" || visit.status === "retrying" || currentThreads(visit).some(hasNotSucceeded);
  endAttempt(visit.attempts.at(-1), hasFailed ? "failed" : "succeeded", now);
  if (hasFailed) abortThreads(visit, now);
  else {
    endThreads(visit, now);
    visit.error = undefined;
    visit.cause = undefined;
    visit.failedBy = undefined;
  }
  // If a Map's failure is caught, its last span already has an end, but the Map exits later.
  const last = visit.spans.at(-1);
  if (last !== undefined) last.to = now;
  visit.status = hasFailed ? "caught" : "succeeded";
  visit.output = payloadText(output);
  if (assignedVariables !== undefined) visit.assigned = textsOf(assignedVariables);
  return visit;
}

function hasNotSucceeded({ status, visits }: Thread): boolean {
  if (status === "failed" || status === "aborted") return true;
  const last = visits.at(-1);
  return status === "running" && last !== undefined && isUnfinished(last);
}

function textsOf(variables: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, payloadText(value) ?? "null"]),
  );
}

/**
 * Ends the threads of a state that succeeded. No event records the end of a branch: a branch ends when its
 * last state exits.
 */
function endThreads(visit: Visit, now: number | undefined): void {
  for (const thread of currentThreads(visit))
    endThread(thread, "succeeded", thread.visits.at(-1)?.spans.at(-1)?.to ?? now);
}

/**
 * Handles TaskStateAborted and the like. These events do not identify their state, and follow the event of
 * the failure that caused them. One of them belongs to the failed state itself, which stays failed.
 */
export function stateAborted(reading: Reading, event: HistoryEvent, from: Node): Node {
  const visit = abortedVisit(reading, from, stateType(event, "StateAborted"));
  if (visit === undefined) return from;
  reading.aborted.add(visit);
  const isTheFailure = visit === from && visit.status !== "running";
  endVisit(visit, isTheFailure ? "failed" : "aborted", reading.now);
  return visit;
}

function abortedVisit(reading: Reading, from: Node, type: string): Visit | undefined {
  const { abortedThread, aborted } = reading;
  const matches = (visit: Visit) => visit.type === type && !aborted.has(visit);
  if (abortedThread !== undefined) {
    for (const visit of unfinishedVisits(abortedThread)) if (matches(visit)) return visit;
    return undefined;
  }
  if (from.kind === "state" && matches(from) && isUnfinished(from)) return from;
  const container = enclosing(from, (visit) => visit.threads.length > 0);
  return container && abortedWithin(reading, container, type, matches);
}

/**
 * The first match in the threads of a Map or Parallel. Threads without a match stay without one until a state
 * is entered.
 */
function abortedWithin(
  { abortSearches, entries }: Reading,
  container: Visit,
  type: string,
  matches: (visit: Visit) => boolean,
): Visit | undefined {
  const searches = abortSearches.get(container) ?? new Map<string, { entries: number; thread: number }>();
  abortSearches.set(container, searches);
  const known = searches.get(type);
  const search = known?.entries === entries ? known : { entries, thread: startOfLatestAttempt(container) };
  searches.set(type, search);
  const { threads } = container;
  for (; search.thread < threads.length; search.thread++) {
    const thread = threads[search.thread];
    if (thread === undefined || thread.status === "succeeded") continue;
    for (const visit of unfinishedVisits(thread)) if (matches(visit)) return visit;
  }
  return undefined;
}

/**
 * Handles the failure of an expression. The event contains the state's name, because it may follow the event
 * before the state's entry.
 */
export function evaluationFailed(reading: Reading, event: HistoryEvent, from: Node): Node {
  const { state, error, cause } = event.evaluationFailedEventDetails ?? {};
  const isIt = (visit: Visit) => isOpen(visit) && (state === undefined || visit.name === state);
  const thread = from.kind === "state" ? from.thread : from;
  const visit = enclosing(from, isIt) ?? thread.visits.findLast(isIt) ?? findVisit(reading, from, isIt);
  if (visit === undefined) return from;
  endAttempt(visit.attempts.at(-1), visit.type === "Task" ? "succeeded" : "failed", reading.now);
  visit.status = "retrying";
  visit.error = error;
  visit.cause = payloadText(cause);
  return visit;
}

/** `Task` from `TaskStateEntered`. */
function stateType({ type = "" }: HistoryEvent, suffix: string): string {
  return type.slice(0, -suffix.length);
}
