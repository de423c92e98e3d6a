/** Handles the events of Maps and Parallels, and of the iterations of Maps. */
import { type HistoryEvent, payloadText } from "./event.ts";
import {
  abortThread,
  abortThreads,
  blame,
  closeSpan,
  endAttempt,
  endThread,
  failOutward,
  newAttempt,
  newThread,
  openSpan,
  reopen,
} from "./nodes.ts";
import { addUnseenVisit, findVisit, type Reading } from "./reading.ts";
import type { MapRun, Thread, Visit } from "./timeline.ts";
import { enclosing, isOpen, isUnfinished, type Node } from "./walk.ts";

/** A Map or Parallel starts, or starts again for a retry. */
export function startContainer(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const { now, timeline } = reading;
  const visit = containerOf(reading, event, from, isOpen);
  const before = visit.attempts.at(-1);
  if (before !== undefined) {
    const innermost = failOutward(from, visit, now);
    abortThreads(visit, now);
    endAttempt(before, "failed", now);
    before.error = innermost?.error ?? visit.error;
    before.cause = innermost?.cause ?? visit.cause;
    blame(visit, innermost);
    visit.failedBy = undefined;
  }
  reopen(visit, now);
  visit.status = "running";
  newAttempt(visit, "running", now, timeline.redrives.length);
  visit.length = event.mapStateStartedEventDetails?.length ?? visit.length;
  reading.iterations.delete(visit);
  if (visit.type === "Parallel" && event.id != null) reading.branchStarts.add(event.id);
  return visit;
}

export function endContainer(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const visit = containerOf(reading, event, from, isOpen);
  endAttempt(visit.attempts.at(-1), "succeeded", reading.now);
  return visit;
}

/**
 * MapStateFailed and ParallelStateFailed follow the event of the inner failure. A Catcher may still handle
 * the failure of the Map or Parallel.
 */
export function failContainer(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const { now } = reading;
  const visit = containerOf(reading, event, from, isOpen);
  const innermost = from === visit ? undefined : failOutward(from, visit, now);
  abortThreads(visit, now);
  visit.status = "failed";
  closeSpan(visit.spans, now);
  blame(visit, innermost);
  const attempt = visit.attempts.at(-1);
  endAttempt(attempt, "failed", now);
  if (attempt !== undefined) {
    attempt.error = visit.error;
    attempt.cause = visit.cause;
  }
  return visit;
}

function containerOf(
  reading: Reading,
  event: HistoryEvent,
  from: Node,
  matches: (visit: Visit) => boolean,
): Visit {
  const type = event.type?.startsWith("Map") ? "Map" : "Parallel";
  return (
    findVisit(reading, from, (visit) => visit.type === type && matches(visit)) ??
    findVisit(reading, from, (visit) => visit.type === type && isUnfinished(visit)) ??
    addUnseenVisit(reading, from, event, "", type)
  );
}

export function iterationStarted(reading: Reading, event: HistoryEvent, from: Node): Thread {
  const { name = "", index = 0 } = event.mapIterationStartedEventDetails ?? {};
  const map = mapOf(reading, event, from, name);
  const known = iterationsOf(reading, map);
  const before = known.get(index);
  if (before !== undefined) {
    reopen(before, reading.now);
    return before;
  }
  reopen(map, reading.now);
  const thread = newThread("iteration", index, Math.max(1, map.attempts.length), map);
  openSpan(thread.spans, reading.now);
  map.threads.push(thread);
  known.set(index, thread);
  return thread;
}

export function iterationSucceeded(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const { name = "", index = 0 } = event.mapIterationSucceededEventDetails ?? {};
  const map = mapOf(reading, event, from, name);
  const thread = iterationOf(reading, map, index);
  endThread(thread, "succeeded", reading.now);
  return map;
}

/** MapIterationFailed follows the event of the failure that caused it. */
export function iterationFailed(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const { name = "", index = 0 } = event.mapIterationFailedEventDetails ?? {};
  const map = mapOf(reading, event, from, name);
  const thread = iterationOf(reading, map, index);
  const innermost = failOutward(from, map, reading.now);
  endThread(thread, "failed", reading.now);
  map.failedBy ??= innermost;
  reading.abortedThread = thread;
  return map;
}

export function iterationAborted(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const { name = "", index = 0 } = event.mapIterationAbortedEventDetails ?? {};
  const map = mapOf(reading, event, from, name);
  const thread = iterationOf(reading, map, index);
  abortThread(thread, reading.now);
  reading.abortedThread = thread;
  return map;
}

/** The Map whose name is in an iteration's event. */
function mapOf(reading: Reading, event: HistoryEvent, from: Node, name: string): Visit {
  const isIt = (visit: Visit) => visit.type === "Map" && visit.name === name;
  const latest = reading.latest.get(name);
  return (
    enclosing(from, isIt) ??
    (latest !== undefined && isIt(latest) ? latest : undefined) ??
    addUnseenVisit(reading, from, event, name, "Map")
  );
}

function iterationsOf(reading: Reading, map: Visit): Map<number, Thread> {
  let known = reading.iterations.get(map);
  if (known === undefined) {
    known = new Map();
    reading.iterations.set(map, known);
  }
  return known;
}

/** An iteration of a Map's latest attempt. It is added if a partial history lacks its start. */
function iterationOf(reading: Reading, map: Visit, index: number): Thread {
  const known = iterationsOf(reading, map);
  let thread = known.get(index);
  if (thread === undefined) {
    thread = newThread("iteration", index, Math.max(1, map.attempts.length), map);
    thread.spans.push({ from: undefined, to: undefined });
    map.threads.push(thread);
    known.set(index, thread);
  }
  return thread;
}

/** Handles an event of a Distributed Map's run. The iterations have their own histories. */
export function mapRunEvent(reading: Reading, event: HistoryEvent, from: Node): Visit {
  const visit = containerOf(reading, event, from, isOpen);
  const { mapRunArn } = event.mapRunStartedEventDetails ?? event.mapRunRedrivenEventDetails ?? {};
  const { error, cause } = event.mapRunFailedEventDetails ?? {};
  const run: MapRun = {
    arn: mapRunArn ?? visit.mapRun?.arn,
    status: MAP_RUN_STATUS.get(event.type ?? "") ?? visit.mapRun?.status ?? "running",
    error,
    cause: payloadText(cause),
  };
  visit.mapRun = run;
  if (run.status === "running") reopen(visit, reading.now);
  else if (error !== undefined) {
    visit.error = error;
    visit.cause = run.cause;
  }
  return visit;
}

const MAP_RUN_STATUS: ReadonlyMap<string, MapRun["status"]> = new Map([
  ["MapRunStarted", "running"],
  ["MapRunRedriven", "running"],
  ["MapRunSucceeded", "succeeded"],
  ["MapRunFailed", "failed"],
  ["MapRunAborted", "aborted"],
] as const);
