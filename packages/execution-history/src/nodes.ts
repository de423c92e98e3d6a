/** Creates, opens, and closes the nodes of a timeline. */
import type { Attempt, Span, Thread, ThreadStatus, Timeline, Visit } from "./timeline.ts";
import { around, currentThreads, isOpen, type Node } from "./walk.ts";

export function newTimeline(): Timeline {
  return {
    status: "RUNNING",
    input: undefined,
    output: undefined,
    error: undefined,
    cause: undefined,
    spans: [],
    root: newThread("execution", 0, 1, undefined),
    redrives: [],
    failure: undefined,
    interrupted: [],
    events: 0,
    lastEventId: 0,
    lastEventAt: undefined,
  };
}

export function newThread(
  kind: Thread["kind"],
  index: number,
  attempt: number,
  parent: Visit | undefined,
): Thread {
  return { kind, index, attempt, status: "running", spans: [], visits: [], parent, lastEventId: 0 };
}

export function newVisit(id: number, name: string, type: string, thread: Thread): Visit {
  return {
    kind: "state",
    id,
    name,
    type,
    status: "running",
    spans: [],
    input: undefined,
    output: undefined,
    assigned: undefined,
    error: undefined,
    cause: undefined,
    attempts: [],
    length: undefined,
    threads: [],
    mapRun: undefined,
    failedBy: undefined,
    thread,
    lastEventId: id,
  };
}

export function newAttempt(
  { attempts }: Visit,
  status: Attempt["status"],
  at: number | undefined,
  redrive: number,
): Attempt {
  const before = attempts.at(-1);
  const attempt: Attempt = {
    number: attempts.length + 1,
    scheduledEventId: undefined,
    status,
    redrive,
    scheduledAt: at,
    startedAt: status === "running" ? at : undefined,
    endedAt: undefined,
    backoff:
      before?.redrive === redrive && before.endedAt !== undefined && at !== undefined
        ? Math.max(0, at - before.endedAt)
        : undefined,
    error: undefined,
    cause: undefined,
    resourceType: undefined,
    resource: undefined,
    parameters: undefined,
    submitted: undefined,
    output: undefined,
    timeoutSeconds: undefined,
    heartbeatSeconds: undefined,
  };
  attempts.push(attempt);
  return attempt;
}

export function openSpan(spans: Span[], at: number | undefined): void {
  spans.push({ from: at, to: undefined });
}

export function closeSpan(spans: readonly Span[], at: number | undefined): void {
  const last = spans.at(-1);
  if (last !== undefined) last.to ??= at;
}

/** Records that an event changed a node and all enclosing nodes. */
export function touch(node: Node, eventId: number): void {
  for (let at: Node | undefined = node; at !== undefined; at = around(at))
    at.lastEventId = Math.max(at.lastEventId, eventId);
}

/** Makes a node and all enclosing nodes run again if they had ended without success. */
export function reopen(node: Node, at: number | undefined): void {
  for (let next: Node | undefined = node; next !== undefined; next = around(next)) {
    const ended = next.status === "failed" || next.status === "aborted";
    if (!ended) continue;
    next.status = "running";
    openSpan(next.spans, at);
  }
}

/** Ends a thread that is still in progress. */
export function endThread(thread: Thread, status: ThreadStatus, at: number | undefined): void {
  if (thread.status !== "running") return;
  thread.status = status;
  closeSpan(thread.spans, at);
}

/** Ends an attempt that is still in progress. */
export function endAttempt(
  attempt: Attempt | undefined,
  status: Attempt["status"],
  at: number | undefined,
): void {
  if (attempt === undefined || (attempt.status !== "scheduled" && attempt.status !== "running")) return;
  attempt.status = status;
  attempt.endedAt = at;
}

/** Marks a state that is still in progress, and its attempt, as aborted or failed. */
export function endVisit(visit: Visit, status: "aborted" | "failed", at: number | undefined): void {
  if (!isOpen(visit)) return;
  visit.status = status;
  closeSpan(visit.spans, at);
  endAttempt(visit.attempts.at(-1), status, at);
}

/** Marks everything in progress in a thread as aborted, including the thread. */
export function abortThread(thread: Thread, at: number | undefined): void {
  const visit = thread.visits.at(-1);
  if (visit !== undefined) {
    abortThreads(visit, at);
    endVisit(visit, "aborted", at);
  }
  endThread(thread, "aborted", at);
}

/** Marks everything in progress in the threads of a state as aborted. */
export function abortThreads(visit: Visit, at: number | undefined): void {
  for (const thread of currentThreads(visit)) if (thread.status === "running") abortThread(thread, at);
}

/**
 * Marks `from`, which failed, and its enclosing nodes up to `end` (exclusive) as failed. Returns the
 * innermost failed state, or the state that is already recorded as the cause of its failure.
 */
export function failOutward(from: Node, end: Node, at: number | undefined): Visit | undefined {
  let innermost: Visit | undefined;
  for (let node: Node | undefined = from; node !== undefined && node !== end; node = around(node)) {
    if (node.kind !== "state") {
      endThread(node, "failed", at);
      continue;
    }
    innermost ??= node.failedBy ?? node;
    if (node.status === "succeeded" || node.status === "caught") continue;
    abortThreads(node, at);
    if (isOpen(node)) endVisit(node, "failed", at);
    // An earlier event may have marked the state as aborted.
    node.status = "failed";
    blame(node, innermost);
  }
  return innermost;
}

/** Records which inner state caused a state's failure, and copies the inner state's error. */
export function blame(visit: Visit, innermost: Visit | undefined): void {
  if (innermost === undefined || innermost === visit) return;
  visit.failedBy = innermost;
  visit.error = innermost.error;
  visit.cause = innermost.cause;
}
