import { setMaxListeners } from "node:events";
import type { NewEvent } from "../history.ts";
import { EvaluationFailure } from "../jsonata/evaluate.ts";
import type { MapItem } from "./context-object.ts";
import { ExecutionFailure, StateFailure } from "./failure.ts";
import type { ThreadProgress } from "./progress.ts";
import type { OpenState, Run, Thread, Visit } from "./run.ts";
import { release, storedVariables } from "./stored-variables.ts";

/** A thread for an iteration or branch. It sees outer variables, and its own variables from before a redrive. */
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

/** The threads of a running Map or Parallel. */
export type Siblings = {
  signal: AbortSignal;
  /** Runs one thread until it ends. If it fails, the other threads are aborted. */
  run(index: number, thread: Thread, work: () => Promise<void>): Promise<void>;
};

/**
 * Runs lanes of work concurrently until all have finished. The first failure aborts the other lanes. Then events
 * record which thread failed and which threads were aborted, and the failure is rethrown. `failedEvent` creates the
 * event for the failed thread, if there is such an event.
 */
export async function runConcurrently(
  visit: Visit,
  lanes: (siblings: Siblings) => Promise<void>[],
  failedEvent?: (index: number) => NewEvent,
): Promise<void> {
  const { run, thread, open } = visit;
  const controller = new AbortController();
  const signal = AbortSignal.any([thread.signal, controller.signal]);
  // Every lane adds a listener, so the number of listeners is not limited.
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
  // The enclosing states record no events for a failure that ends the whole execution.
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

/**
 * Records that the thread's current state, and all threads within it, were aborted. All these events follow
 * the failure.
 */
function recordAborted(run: Run, thread: Thread, previousEventId: number): void {
  const { open } = thread;
  if (open === undefined || open.failed) return;
  if (open.type === "Task" || open.type === "Wait" || open.type === "Map" || open.type === "Parallel") {
    run.history.record(thread.place, previousEventId, { type: `${open.type}StateAborted` });
  }
  recordAbortedThreads(run, open, previousEventId);
}
