import type { MapState } from "../../definition/definition.ts";
import type { NewEvent } from "../../history.ts";
import type { Json } from "../../json.ts";
import { EvaluationFailure, evaluateField, evaluateTemplate } from "../../jsonata/evaluate.ts";
import { Limits } from "../../limits.ts";
import type { ThreadProgress } from "../progress.ts";
import { emit, emitAside, type Outcome, type RunStates, type Visit } from "../run.ts";
import { childThread, runConcurrently, type Siblings } from "../siblings.ts";
import { Bounds, bindings, numberField, ownOutcome } from "../visit.ts";

/**
 * An inline Map runs its processor once per item, at most MaxConcurrency at a time, and returns the outputs
 * in the order of the items. After a redrive, only iterations that did not succeed run. Definitions with
 * Distributed Maps, which start an execution for each item, are refused.
 */
export async function map(
  visit: Visit<MapState>,
  progress: Map<number, ThreadProgress> | undefined,
  runStates: RunStates,
): Promise<Outcome> {
  const { run, thread, name } = visit;
  const items = await itemsOf(visit);
  const concurrency =
    (await numberField(visit, visit.state.MaxConcurrency, "MaxConcurrency", Bounds.count)) ?? 0;
  // These two fields matter only to a Distributed Map, but expressions in them are evaluated anyway.
  await numberField(visit, visit.state.ToleratedFailureCount, "ToleratedFailureCount", Bounds.count);
  await numberField(
    visit,
    visit.state.ToleratedFailurePercentage,
    "ToleratedFailurePercentage",
    Bounds.percentage,
  );
  if (progress === undefined) {
    emit(run, thread, { type: "MapStateStarted", mapStateStartedEventDetails: { length: items.length } });
  }
  const work: Iterations = { items, outputs: [], progress, started: thread.last, next: 0, runStates };
  const lanes = Math.min(items.length, concurrency >= 1 ? concurrency : Limits.inlineMapConcurrency);
  await runConcurrently(
    visit,
    (siblings) => Array.from({ length: lanes }, () => lane(visit, siblings, work)),
    (index) => ({ type: "MapIterationFailed", mapIterationFailedEventDetails: { name, index } }),
  );
  emitAside(run, thread, { type: "MapStateSucceeded" }, thread.last);
  return ownOutcome(visit.state, work.outputs, work.outputs);
}

/** Creates the event for an iteration that was running when another iteration failed. */
export function iterationAborted(name: string): (index: number) => NewEvent {
  return (index) => ({ type: "MapIterationAborted", mapIterationAbortedEventDetails: { name, index } });
}

type Iterations = {
  items: Json[];
  outputs: Json[];
  progress: Map<number, ThreadProgress> | undefined;
  /** The ID of the event that the first iteration of each lane follows. */
  started: number;
  /** The index of the item that the next free lane takes. */
  next: number;
  runStates: RunStates;
};

async function itemsOf(visit: Visit<MapState>): Promise<Json[]> {
  const { Items } = visit.state;
  if (Items !== undefined) return evaluateField(Items, "Items", "array", bindings(visit));
  if (Array.isArray(visit.input)) return visit.input;
  throw new EvaluationFailure(
    `Map state input must be an array but was: ${JSON.stringify(visit.input)}`,
    undefined,
  );
}

/** Processes items one by one. The first event of an iteration follows the last event of the lane's previous iteration. */
async function lane(visit: Visit<MapState>, siblings: Siblings, work: Iterations): Promise<void> {
  const { run, thread, state, name } = visit;
  let last = work.started;
  while (work.next < work.items.length) {
    const index = work.next++;
    const before = work.progress?.get(index);
    if (before?.stage.kind === "finished") {
      work.outputs[index] = before.stage.output;
      continue;
    }
    const item = { index, value: work.items[index] ?? null };
    const input =
      state.ItemSelector === undefined
        ? item.value
        : await evaluateTemplate(state.ItemSelector, "ItemSelector", bindings(visit, {}, item));
    const child = childThread(visit, index, last, siblings.signal, item, before);
    await siblings.run(index, child, async () => {
      emit(run, child, { type: "MapIterationStarted", mapIterationStartedEventDetails: { name, index } });
      work.outputs[index] = await work.runStates(run, state.ItemProcessor, child, input, before);
      thread.last = emitAside(
        run,
        child,
        { type: "MapIterationSucceeded", mapIterationSucceededEventDetails: { name, index } },
        child.last,
      );
    });
    last = child.last;
  }
}
