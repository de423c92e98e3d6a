/** A run as the state machine makes it: every step with the Retry rules of the deployed definition, whose waits are noted and not waited. */
import type { Discovery, SyncItem, SyncResult } from "@data-quest/core/workflow";
import { pipelineDefinition } from "@data-quest/local/deployment/deployment";
import * as z from "zod";
import type { Harness } from "../mirror/harness.ts";

/**
 * How a run ended. `retried` names the errors that a Retry rule caught, in the order of their first coming; `waits` has the
 * milliseconds before each retry of a rule without jitter.
 */
export type Run = { retried: string[]; error: string | null; waits: number[] };

const Retry = z.object({
  ErrorEquals: z.array(z.string()),
  MaxAttempts: z.int(),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number(),
  JitterStrategy: z.string().default("NONE"),
});
const Task = z.object({ Retry: z.array(Retry) });
const Definition = z.object({
  States: z.object({
    DiscoverFiles: Task,
    SyncFiles: z.object({ ItemProcessor: z.object({ States: z.object({ SyncFile: Task }) }) }),
  }),
});

const { States } = Definition.parse(JSON.parse(pipelineDefinition()));
const rules = {
  DiscoverFiles: States.DiscoverFiles.Retry,
  SyncFile: States.SyncFiles.ItemProcessor.States.SyncFile.Retry,
};

/** Runs the steps of an execution one after the other, up to the first that fails for good. */
export async function runSteps(harness: Harness, execution: string): Promise<Run> {
  const run: Run = { retried: [], error: null, waits: [] };
  const discovery = await attempt("DiscoverFiles", run, () => harness.discover());
  for (const item of discovery?.items ?? []) {
    if (run.error === null)
      await attempt("SyncFile", run, () => syncItem(harness, discovery, item, execution));
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

/** One step with its retries. Each rule counts its own attempts, as the Amazon States Language has it. */
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
