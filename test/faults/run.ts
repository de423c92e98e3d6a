/**
 * A run as the state machine performs it, with the Retry and Catch rules of the deployed definition. Waits are
 * recorded but skipped.
 */
import type { Discovery, SyncItem, SyncResult } from "@data-quest/core/workflow";
import type { Harness } from "../mirror/harness.ts";
import { caught, rules } from "./workflow-rules.ts";

/**
 * How a run ended. `retried` lists the errors that a Retry rule retried, in the order of their first
 * occurrence. `waits` lists the wait before each retry under a rule without jitter, in milliseconds. `stops` says
 * what the error that ended the run stopped: the rest of the run, or only the files that failed.
 */
export type Run = {
  retried: string[];
  error: string | null;
  waits: number[];
  stops: "nothing" | "the file" | "the run";
};

/** Runs the steps of an execution one after the other, up to the first one that fails permanently. */
export async function runSteps(harness: Harness, execution: string): Promise<Run> {
  const run: Run = { retried: [], error: null, waits: [], stops: "nothing" };
  const discovery = await attempt("DiscoverFiles", run, () => harness.discover());
  const failed: SyncItem[] = [];
  for (const item of discovery?.items ?? []) {
    if (run.error !== null) break;
    await attempt("SyncFile", run, () => syncItem(harness, discovery, item, execution));
    if (run.error === null || !caught.has(run.error)) continue;
    run.error = null;
    failed.push(item);
  }
  run.stops = run.error === null ? "nothing" : "the run";
  for (const item of failed) {
    if (run.error !== null) break;
    await attempt("SyncFailedFile", run, () => syncItem(harness, discovery, item, execution));
    if (run.error !== null) run.stops = "the file";
  }
  return run;
}

async function syncItem(
  harness: Harness,
  discovery: Discovery | undefined,
  item: SyncItem,
  execution: string,
): Promise<SyncResult | undefined> {
  if (discovery === undefined) return undefined;
  const result = (await harness.syncItems({ ...discovery, items: [item] }, execution)).get(item.path);
  if (result instanceof Error) throw result;
  return result;
}

/** One step with its retries. Each rule counts its own attempts, as in the Amazon States Language. */
async function attempt<T>(
  step: keyof typeof rules,
  run: Run,
  call: () => Promise<T>,
): Promise<T | undefined> {
  const left = rules[step].map(({ MaxAttempts }) => MaxAttempts);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const rule = rules[step].findIndex(({ ErrorEquals }) => ErrorEquals.includes(error.name));
      const matched = rules[step][rule];
      const attempts = left[rule] ?? 0;
      if (rule !== -1 && !run.retried.includes(error.name)) run.retried.push(error.name);
      if (attempts === 0) {
        run.error = error.name;
        return undefined;
      }
      left[rule] = attempts - 1;
      if (matched?.JitterStrategy === "NONE") {
        const { IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds } = matched;
        const delay = IntervalSeconds * BackoffRate ** (MaxAttempts - attempts);
        run.waits.push(1000 * Math.min(delay, MaxDelaySeconds));
      }
    }
  }
}
