/**
 * The data that passes between the states of the workflow. Everything here must stay small: a state's payload
 * is at most 256 KiB.
 */
import * as z from "zod";
import { maxConcurrency, pipelineParentKey, surveyPattern } from "./constants.ts";
import { DataFileChoice, DataFileSettings } from "./data-files/choice.ts";
import { InvalidInput } from "./errors.ts";
import { settingsShape } from "./questions/registry.ts";
import { schemaFaults } from "./schema-faults.ts";

export const Survey = z.string().regex(surveyPattern, "must be a BLS survey's abbreviation, such as pr");
const SettleSeconds = z.int().min(0).max(86_400);
/** What the analysis works on: the data files, and the settings of each question. */
const Analysis = z.strictObject({ ...DataFileChoice.shape, ...settingsShape });
const AnalysisInput = z.strictObject({
  ...DataFileSettings.shape,
  ...z.strictObject(settingsShape).partial().shape,
});

/** The input of an execution. All keys are optional; unknown ones are refused. */
export const ExecutionInput = z.strictObject({
  survey: Survey.optional(),
  settleSeconds: SettleSeconds.optional(),
  analysis: AnalysisInput.optional(),
  verify: z.boolean().optional(),
  acceptSource: z.array(z.string().min(1)).optional(),
  refresh: z.boolean().optional(),
  /** The execution of `AllSurveys` that started this one. */
  [pipelineParentKey]: z.string().optional(),
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;

/** The complete settings of a run, with defaults filled in. */
export const Settings = z.strictObject({
  survey: Survey,
  settleSeconds: SettleSeconds,
  analysis: Analysis,
  verify: z.boolean(),
  acceptSource: z.array(z.string()),
  refresh: z.boolean(),
  /** How many files are synced at a time. Set by the deployment, to be polite to BLS. */
  concurrency: z.int().min(1).max(maxConcurrency),
});
export type Settings = z.infer<typeof Settings>;

/**
 * One listed file to bring up to date (`sync`), one object whose source seems to be gone (`remove`), or one
 * listed entry whose name cannot be stored (`refuse`). Times are UTC, to the minute. `synthetic` is true if
 * the source says that its data is synthetic.
 */
export const SyncItem = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("sync"),
    name: z.string(),
    path: z.string(),
    size: z.int().min(0),
    modified: z.iso.datetime(),
    synthetic: z.literal(true).optional(),
  }),
  z.strictObject({
    do: z.literal("remove"),
    name: z.string(),
    path: z.string(),
    synthetic: z.literal(true).optional(),
  }),
  z.strictObject({
    do: z.literal("refuse"),
    name: z.string(),
    path: z.string(),
    reason: z.string(),
    synthetic: z.literal(true).optional(),
  }),
]);
export type SyncItem = z.infer<typeof SyncItem>;

export const SyncAction = z.enum(["created", "updated", "unchanged", "removed", "held"]);
export type SyncAction = z.infer<typeof SyncAction>;

/**
 * What sync did with one file. For a removed file, `versionId` is that of the delete marker, and `sha256` is
 * null.
 */
export const SyncResult = z.strictObject({
  key: z.string(),
  action: SyncAction,
  reason: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().nullable(),
  versionId: z.string().nullable(),
  sourceModified: z.string().nullable(),
});
export type SyncResult = z.infer<typeof SyncResult>;

/**
 * A file that failed to sync because of a problem with the file itself. `cause` has at most 300 characters,
 * all printable ASCII.
 */
export const FailedFile = z.strictObject({
  key: z.string(),
  action: z.literal("failed"),
  error: z.string(),
  cause: z.string().max(300),
});
export type FailedFile = z.infer<typeof FailedFile>;

/** The output of one iteration of SyncFiles. */
export const FileOutcome = z.discriminatedUnion("action", [SyncResult, FailedFile]);
export type FileOutcome = z.infer<typeof FileOutcome>;

/** The output of DiscoverFiles. `present` is filled instead of `items` if `refresh` is false. */
export const Discovery = z.strictObject({
  settings: Settings,
  source: z.string(),
  listedAt: z.iso.datetime(),
  items: z.array(SyncItem),
  present: z.array(SyncResult),
});
export type Discovery = z.infer<typeof Discovery>;

/** The output of FetchPopulation. */
export const PopulationResult = z.strictObject({
  key: z.string(),
  action: SyncAction,
  reason: z.string(),
  bytes: z.int().min(0),
  sha256: z.string(),
  versionId: z.string(),
  years: z.tuple([z.int(), z.int()]),
});
export type PopulationResult = z.infer<typeof PopulationResult>;

/** The exact version of an object that an answer was computed from. */
export const ObjectVersion = z.strictObject({
  key: z.string(),
  versionId: z.string(),
  sha256: z.string(),
  bytes: z.int().min(0),
});
export type ObjectVersion = z.infer<typeof ObjectVersion>;

/**
 * Names that Step Functions accepts but a report's folder cannot have: `latest/` is the latest report, and
 * `.` and `..` have a special meaning in paths.
 */
const reservedNames = new Set(["latest", ".", ".."]);

/** The execution that a step belongs to: its ARN, its name, and its start time. */
export const Execution = z.strictObject({
  id: z.string(),
  name: z.string().refine((name) => !reservedNames.has(name), {
    error: ({ input }) =>
      `an execution cannot be named ${input}, because the folder of its reports cannot have that name: start it with a different name`,
  }),
  startTime: z.iso.datetime(),
});
export type Execution = z.infer<typeof Execution>;

/**
 * Checks an incoming `value` against `schema`. Throws InvalidInput, whose message lists every invalid key.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidInput(`${what}: ${schemaFaults(result.error, Number.POSITIVE_INFINITY)}`);
}
