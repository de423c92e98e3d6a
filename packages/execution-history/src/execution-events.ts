/** Handles the execution's own start, end, and redrive. */
import { type HistoryEvent, payloadText } from "./event.ts";
import { abortThread, abortThreads, closeSpan, endThread, failOutward, openSpan, reopen } from "./nodes.ts";
import type { Reading } from "./reading.ts";
import type { ExecutionStatus, Thread, Visit } from "./timeline.ts";
import { currentThreads, isOpen, isUnfinished, type Node, unfinishedVisits } from "./walk.ts";

export function startExecution(reading: Reading, event: HistoryEvent): Thread {
  const { timeline, now } = reading;
  timeline.input = payloadText(event.executionStartedEventDetails?.input);
  openSpan(timeline.spans, now);
  openSpan(timeline.root.spans, now);
  return timeline.root;
}

/** Handles ExecutionSucceeded and ExecutionFailed. ExecutionFailed follows the event of the failure. */
export function endExecution(reading: Reading, event: HistoryEvent, from: Node): Node {
  const { timeline, now } = reading;
  const { root } = timeline;
  if (event.type === "ExecutionSucceeded") {
    timeline.output = payloadText(event.executionSucceededEventDetails?.output);
    endThread(root, "succeeded", now);
    close(reading, "SUCCEEDED");
    return root;
  }
  const { error, cause } = event.executionFailedEventDetails ?? {};
  timeline.error = error;
  timeline.cause = payloadText(cause);
  const open = innermostOpen(root);
  const failure = failOutward(from, root, now) ?? open.at(-1);
  if (failure !== undefined) {
    failure.error ??= timeline.error;
    failure.cause ??= timeline.cause;
    // If the history does not show where the failure occurred, the open states are the ones that failed.
    if (from === root) failOutward(failure, root, now);
  }
  const last = root.visits.at(-1);
  if (last !== undefined) abortThreads(last, now);
  timeline.failure = failure;
  endThread(root, "failed", now);
  close(reading, "FAILED");
  return root;
}

/** Handles ExecutionAborted and ExecutionTimedOut, which follow no event and end everything that is open. */
export function abortExecution(reading: Reading, event: HistoryEvent): Thread {
  const { timeline, now } = reading;
  const { error, cause } = event.executionAbortedEventDetails ?? event.executionTimedOutEventDetails ?? {};
  timeline.error = error;
  timeline.cause = payloadText(cause);
  timeline.interrupted = innermostOpen(timeline.root);
  abortThread(timeline.root, now);
  close(reading, event.type === "ExecutionAborted" ? "ABORTED" : "TIMED_OUT");
  return timeline.root;
}

function close({ timeline, now }: Reading, status: ExecutionStatus): void {
  timeline.status = status;
  closeSpan(timeline.spans, now);
}

/** The innermost states in progress. */
function innermostOpen(thread: Thread): Visit[] {
  const open = [...unfinishedVisits(thread)].filter(isOpen);
  const outer = new Set(open.map((visit) => visit.thread.parent));
  return open.filter((visit) => !outer.has(visit));
}

/**
 * Handles a redrive. The state in which the execution ended runs again. In a Map or Parallel, only the
 * threads that had not succeeded run again.
 */
export function redriveExecution(reading: Reading, event: HistoryEvent): Thread {
  const { timeline, now } = reading;
  const { root, status, error, cause } = timeline;
  const endedAt = timeline.spans.at(-1)?.to;
  timeline.redrives.push({
    number: timeline.redrives.length + 1,
    eventId: event.id ?? 0,
    at: now,
    idle: endedAt === undefined || now === undefined ? undefined : Math.max(0, now - endedAt),
    after: { status, error, cause },
  });
  timeline.status = "RUNNING";
  timeline.error = undefined;
  timeline.cause = undefined;
  timeline.failure = undefined;
  timeline.interrupted = [];
  openSpan(timeline.spans, now);
  if (root.status !== "running") {
    root.status = "running";
    openSpan(root.spans, now);
  }
  reading.aborted.clear();
  reading.entries++;
  const unfinished = [...unfinishedVisits(root)];
  reading.toRedrive = unfinished.filter(({ type }) => type === "Task");
  const first = unfinished[0];
  if (first !== undefined && RESUMED.has(first.type)) resume(first, now);
  if (event.id != null) reading.redrives.add(event.id);
  return root;
}

/**
 * The types of states that a redrive resumes where they stopped. A state of any other type is entered again.
 */
const RESUMED = new Set(["Task", "Map", "Parallel"]);

function resume(visit: Visit, now: number | undefined): void {
  if (!isUnfinished(visit)) return;
  reopen(visit, now);
  visit.failedBy = undefined;
  const attempt = visit.attempts.at(-1);
  if (currentThreads(visit).length > 0 && attempt !== undefined) {
    attempt.status = "running";
    attempt.endedAt = undefined;
    attempt.error = undefined;
    attempt.cause = undefined;
  }
}
