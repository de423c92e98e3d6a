/** The input and output of the Analyze step. */
import * as z from "zod";
import { shortShape } from "../questions/registry.ts";
import { CAUSES } from "../report/report.ts";
import {
  Execution,
  FailedFile,
  FileOutcome,
  ObjectVersion,
  PopulationResult,
  Settings,
  Survey,
  SyncResult,
} from "../workflow.ts";

/**
 * A file that failed to sync in this run, and the earlier version that was read instead. `versionId` is null
 * if no version is stored.
 */
export const FailedInput = FailedFile.omit({ action: true }).extend({ versionId: z.string().nullable() });
export type FailedInput = z.infer<typeof FailedInput>;

/** The input of the analysis: the settings of the run and the exact versions that it found or wrote. */
export const AnalysisInput = z.strictObject({
  settings: Settings,
  execution: Execution,
  files: z.array(SyncResult),
  population: PopulationResult,
  failed: z.array(FailedInput).optional(),
});
export type AnalysisInput = z.infer<typeof AnalysisInput>;

/**
 * The event of the Analyze step: AnalysisInput plus the files that failed. `resynced` lists the keys of the
 * files that failed at first and synced later. It is present only in the execution's second analysis.
 */
export const AnalysisEvent = AnalysisInput.omit({ failed: true }).extend({
  files: z.array(FileOutcome),
  resynced: z.array(z.string()).optional(),
});
export type AnalysisEvent = z.infer<typeof AnalysisEvent>;

/** The output of Analyze if a file that it needs failed. The execution continues with SyncFailedFiles. */
export type PostponedAnalysis = { postponed: string };

/** The output of Analyze: the three answers in short form, the location of the report, and its inputs. */
export const AnalysisResult = z.strictObject({
  survey: Survey,
  dataFiles: z.strictObject({
    choice: z.string().describe("Which data files were analyzed and why, as a sentence"),
    largerFile: z.string().nullable(),
    seriesLeftOut: z.int(),
  }),
  ...shortShape,
  revisions: z
    .strictObject({
      previousVersionIds: z.array(z.string()),
      causes: z.array(z.enum(CAUSES)).describe("The distinct causes of the changes"),
      changed: z.int(),
      added: z.int(),
      dropped: z.int(),
      footnotes: z.int(),
      changedSeries: z.int(),
    })
    .nullable()
    .describe(
      "Counts of observations compared with the data file's earlier version; null if no version was compared",
    ),
  releases: z
    .strictObject({
      recorded: z.int(),
      pending: z.int().describe("Releases that the next runs will compare"),
      notCompared: z.int(),
      oldest: z.string().nullable().describe("When the mirror stored the oldest one"),
    })
    .describe("How many releases of the data file are known"),
  synthetic: z.boolean(),
  unchangedSince: z
    .strictObject({ execution: z.string(), startTime: z.iso.datetime() })
    .nullable()
    .describe(
      "The execution whose report is still current because nothing changed; this execution stored no report",
    ),
  silver: z.array(
    z.strictObject({
      key: z.string(),
      action: z
        .enum(["created", "updated", "unchanged", "removed", "left"])
        .describe("`left`: a later execution wrote or removed it"),
    }),
  ),
  report: z.strictObject({
    bucket: z.string(),
    keys: z.array(z.string()),
    latest: z.boolean().describe("False if a later execution had already written the latest report"),
  }),
  lineage: z.array(ObjectVersion),
});
export type AnalysisResult = z.infer<typeof AnalysisResult>;
