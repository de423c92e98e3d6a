/** The Retry and Catch rules of the deployed workflow. */
import { pipelineDefinition } from "@data-quest/local/deployment/deployment";
import * as z from "zod";

const Retry = z.object({
  ErrorEquals: z.array(z.string()),
  MaxAttempts: z.int(),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number(),
  JitterStrategy: z.string().default("NONE"),
});
const Task = z.object({
  Retry: z.array(Retry),
  Catch: z.array(z.object({ ErrorEquals: z.array(z.string()) })).default([]),
});
const Definition = z.object({
  States: z.object({
    DiscoverFiles: Task,
    SyncFiles: z.object({ ItemProcessor: z.object({ States: z.object({ SyncFile: Task }) }) }),
    SyncFailedFiles: z.object({ ItemProcessor: z.object({ States: z.object({ SyncFailedFile: Task }) }) }),
  }),
});

const { States } = Definition.parse(JSON.parse(pipelineDefinition()));
const { SyncFile } = States.SyncFiles.ItemProcessor.States;
const { SyncFailedFile } = States.SyncFailedFiles.ItemProcessor.States;
/** The Retry rules of each step. */
export const rules = {
  DiscoverFiles: States.DiscoverFiles.Retry,
  SyncFile: SyncFile.Retry,
  SyncFailedFile: SyncFailedFile.Retry,
};
/** The errors that stop only one file. */
export const caught: ReadonlySet<string> = new Set(SyncFile.Catch.flatMap(({ ErrorEquals }) => ErrorEquals));
/** The errors that at least one step retries. */
export const retriedErrors: ReadonlySet<string> = new Set(
  Object.values(rules).flatMap((retries) => retries.flatMap(({ ErrorEquals }) => ErrorEquals)),
);
