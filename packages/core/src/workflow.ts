/** What passes between the states of the workflow. Everything here must stay small: a state's payload is at most 256 KiB. */
import * as z from "zod";
import { maxConcurrency, surveyPattern } from "./constants.ts";
import { InvalidInput } from "./errors.ts";

const Survey = z.string().regex(surveyPattern, "must be a BLS survey's abbreviation, such as pr");
const Year = z.int().min(1800).max(2200);
const Period = z.string().regex(/^[A-Z][0-9]{2}$/, "must be a BLS period code, such as Q01 or M12");
const Years = z
  .tuple([Year, Year])
  .refine(([first, last]) => first <= last, "must be the first year and the last, in that order");
const SettleSeconds = z.int().min(0).max(86_400);
const SeriesId = z.string().regex(/^[A-Z0-9#_-]{3,40}$/, "must be a BLS series id, such as PRS30006032");
/** A path below the survey's folder, so nothing that climbs out of it. */
const FileName = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, "must be a file's path below the survey's folder");

/** The input of an execution: all keys are optional, unknown ones are refused. */
export const ExecutionInput = z.strictObject({
  survey: Survey.optional(),
  settleSeconds: SettleSeconds.optional(),
  analysis: z
    .strictObject({
      years: Years.optional(),
      series: SeriesId.optional(),
      period: Period.optional(),
      dataFile: FileName.optional(),
      includeAverages: z.boolean().optional(),
    })
    .optional(),
  verify: z.boolean().optional(),
  acceptSource: z.array(z.string().min(1)).optional(),
  refresh: z.boolean().optional(),
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;

/** The complete settings of a run, defaults filled in. `series` is null where a survey has no default and none was asked for. */
export const Settings = z.strictObject({
  survey: Survey,
  settleSeconds: SettleSeconds,
  analysis: z.strictObject({
    years: Years,
    series: SeriesId.nullable(),
    period: Period,
    dataFile: FileName,
    includeAverages: z.boolean(),
  }),
  verify: z.boolean(),
  acceptSource: z.array(z.string()),
  refresh: z.boolean(),
  /** Files synced at a time; from the deployment, for politeness towards BLS. */
  concurrency: z.int().min(1).max(maxConcurrency),
});
export type Settings = z.infer<typeof Settings>;

/**
 * One file of the listing to bring up to date, or one object whose source seems gone. Times are UTC, to the minute. `synthetic`
 * is true where the source says that its data is made up.
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
]);
export type SyncItem = z.infer<typeof SyncItem>;

export const SyncAction = z.enum(["created", "updated", "unchanged", "removed", "held"]);
export type SyncAction = z.infer<typeof SyncAction>;

/** What sync did with one file. For a removed file `versionId` is the delete marker's and `sha256` is null. */
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

/** The output of DiscoverFiles. `present` is filled instead of `items` where `refresh` is false. */
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
  years: Years,
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

/** The execution that a step belongs to: its ARN, its name and the time it began. */
export const Execution = z.strictObject({
  id: z.string(),
  name: z.string(),
  startTime: z.iso.datetime(),
});
export type Execution = z.infer<typeof Execution>;

/** Checks `value` with `schema`, at the door. Throws InvalidInput, which names every key at fault. */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) =>
    issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message,
  );
  throw new InvalidInput(`${what}: ${faults.join("; ")}`);
}
