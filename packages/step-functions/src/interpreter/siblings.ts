import { setMaxListeners } from "node:events";
import type { NewEvent } from "../history.ts";
import { EvaluationFailure } from "../jsonata/evaluate.ts";
import type { MapItem } from "./context-object.ts";
import { ExecutionFailure, StateFailure } from "./failure.ts";
import type { ThreadProgress } from "./progress.ts";
import type { OpenState, Run, Thread, Visit } from "./run.ts";
import { release, storedVariables } from "./stored-variables.ts";

/** A thread for an iteration or a branch of the state. It sees the variables around it, and those that it had before a redrive. */
export function childThread(
  visit: Visit,
  index: number,
  last: number,
  signal: AbortSignal,
  item: MapItem | undefined,
  progress: ThreadProgress | undefined,
): Thread {
  return {
    place: [...visit.thread.place, visit.name, index],
    signal,
    item,
    variables: { ...visit.thread.variables, ...progress?.variables },
    stored: storedVariables(visit.run, progress?.variables ?? {}),
    last,
    open: undefined,
  };
}

/** The threads of one Map or Parallel under way. */
export type Siblings = {
  signal: AbortSignal;
  /** Runs one thread to its end. Its failure aborts the others. */
  run(index: number, thread: Thread, work: () => Promise<void>): Promise<void>;
};

/**
 * Runs lanes of work side by side until all are through. The first failure aborts the others; then the events say which
 * thread failed (`failedEvent` makes that event, where there is one) and which were aborted, and the failure is thrown on.
 */
export async function runConcurrently(
  visit: Visit,
  lanes: (siblings: Siblings) => Promise<void>[],
  failedEvent?: (index: number) => NewEvent,
): Promise<void> {
  const { run, thread, open } = visit;
  const controller = new AbortController();
  const signal = AbortSignal.any([thread.signal, controller.signal]);
  // Every lane listens to it.
  setMaxListeners(0, signal);
  let first: { error: unknown; failed: { index: number; thread: Thread } | undefined } | undefined;
  const fail = (error: unknown, failed?: { index: number; thread: Thread }) => {
    first ??= { error, failed };
    controller.abort(error);
  };
  const siblings: Siblings = {
    signal,
    run: async (index, child, work) => {
      open.threads.set(index, child);
      try {
        await work();
        open.threads.delete(index);
      } catch (error) {
        fail(error, { index, thread: child });
        throw error;
      } finally {
        release(run, child);
      }
    },
  };
  await Promise.allSettled(lanes(siblings).map((lane) => lane.catch(fail)));
  thread.signal.throwIfAborted();
  if (first === undefined) return;
  const { error, failed } = first;
  // What ends the whole execution leaves no events on the states around it.
  const isOfThisState = error instanceof StateFailure || error instanceof EvaluationFailure;
  if (!isOfThisState || error instanceof ExecutionFailure) throw error;
  if (failed !== undefined) {
    thread.last = failed.thread.last;
    if (failedEvent !== undefined) {
      run.history.record(failed.thread.place, thread.last, failedEvent(failed.index));
    }
    recordAborted(run, failed.thread, thread.last);
    open.threads.delete(failed.index);
  }
  recordAbortedThreads(run, open, thread.last);
  open.threads.clear();
  throw error;
}

function recordAbortedThreads(run: Run, open: OpenState, previousEventId: number): void {
  for (const [index, thread] of open.threads) {
    const event = open.threadAborted?.(index);
    if (event !== undefined) run.history.record(thread.place, previousEventId, event);
    recordAborted(run, thread, previousEventId);
  }
}

/** Says of the state that the thread was in that it was aborted, and of all threads within. All follow the one failure. */
function recordAborted(run: Run, thread: Thread, previousEventId: number): void {
  const { open } = thread;
  if (open === undefined || open.failed) return;
  if (open.type === "Task" || open.type === "Wait" || open.type === "Map" || open.type === "Parallel") {
    run.history.record(thread.place, previousEventId, { type: `${open.type}StateAborted` });
  }
  recordAbortedThreads(run, open, previousEventId);
}
