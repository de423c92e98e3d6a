import type { ParallelState } from "../../definition/definition.ts";
import type { Json } from "../../json.ts";
import type { ThreadProgress } from "../progress.ts";
import { emit, emitAside, type Outcome, type RunStates, type Visit } from "../run.ts";
import { childThread, runConcurrently } from "../siblings.ts";
import { fieldOr, ownOutcome } from "../visit.ts";

/**
 * A Parallel runs its branches concurrently and returns their outputs in order. The input of each branch is
 * Arguments, or the state's input if there is no Arguments field. After a redrive, only branches that did not finish
 * run.
 */
export async function parallel(
  visit: Visit<ParallelState>,
  progress: Map<number, ThreadProgress> | undefined,
  runStates: RunStates,
): Promise<Outcome> {
  const { state, run, thread } = visit;
  const input = await fieldOr(visit, state.Arguments, "Arguments", visit.input);
  if (progress === undefined) emit(run, thread, { type: "ParallelStateStarted" });
  const started = thread.last;
  const outputs: Json[] = [];
  await runConcurrently(visit, (siblings) =>
    state.Branches.map(async (branch, index) => {
      const child = childThread(visit, index, started, siblings.signal, thread.item, progress?.get(index));
      await siblings.run(index, child, async () => {
        outputs[index] = await runStates(run, branch, child, input, progress?.get(index));
        // The end of the Parallel follows the branch that ends last.
        thread.last = child.last;
      });
    }),
  );
  emitAside(run, thread, { type: "ParallelStateSucceeded" }, thread.last);
  return ownOutcome(state, outputs, outputs);
}
