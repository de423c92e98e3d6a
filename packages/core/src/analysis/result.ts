/** What the Analyze step takes and gives. */
import * as z from "zod";
import { shortShape } from "../questions/registry.ts";
import { Execution, ObjectVersion, PopulationResult, Settings, SyncResult } from "../workflow.ts";

/** The input of Analyze: the settings of the run and the exact versions that it found or wrote. */
export const AnalysisInput = z.strictObject({
  settings: Settings,
  execution: Execution,
  files: z.array(SyncResult),
  population: PopulationResult,
});
export type AnalysisInput = z.infer<typeof AnalysisInput>;

/** The output of Analyze: the three answers in short, where the report lies, and what they were computed from. */
export const AnalysisResult = z.strictObject({
  ...shortShape,
  revisions: z
    .strictObject({
      previousVersionId: z.string(),
      changed: z.int(),
      added: z.int(),
      dropped: z.int(),
      changedSeries: z.int(),
    })
    .nullable()
    .describe("Counts of observations beside the data file's earlier version; null where none was compared"),
  synthetic: z.boolean(),
  silver: z.array(
    z.strictObject({
      key: z.string(),
      action: z
        .enum(["created", "updated", "unchanged", "removed", "left"])
        .describe("`left`: a later execution has written it, or has removed it"),
    }),
  ),
  report: z.strictObject({
    bucket: z.string(),
    keys: z.array(z.string()),
    latest: z.boolean().describe("False where a later execution had already written the latest report"),
  }),
  lineage: z.array(ObjectVersion),
});
export type AnalysisResult = z.infer<typeof AnalysisResult>;
