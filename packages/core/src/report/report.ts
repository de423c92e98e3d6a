/** report.json: the three answers and where every number comes from. */
import * as z from "zod";
import { answerShape } from "../questions/registry.ts";
import { Names, Value } from "../questions/schemas.ts";
import { Execution, ObjectVersion, Settings } from "../workflow.ts";

/** The exact version of an object that an answer was computed from. */
export const Input = ObjectVersion.extend({
  sourceModified: z.string().nullable().describe("Last-Modified at the source, if it sent one"),
  storedAt: z.iso.datetime(),
  synthetic: z.boolean().describe("True if the object contains synthetic data, for demonstration"),
});
export type Input = z.infer<typeof Input>;

/**
 * The version of report.json's shape. It increases with every change that a reader must know about.
 * Version 2 added `revisions` and `bestYears.byYear`. Version 3 added `$schema` and the basis `all`.
 * Version 4 added `failedFiles` and `dataFiles`, and made `revisions.previous` a list.
 * Version 5 added `revisions.causes`, and the origin of each version in `heldFiles`.
 * Version 6 added `seriesWithPopulation.footnoteTexts`. Version 7 added `earlier`.
 * Version 8 added the `footnotes` counts in `revisions`. Version 9 added `releases`.
 * Since version 10, sums and changes have as many decimal places as the series' published values.
 */
export const REPORT_VERSION = 10;

/** The name of the schema file next to report.json. */
const SCHEMA_FILE = "report.schema.json";

/** How many series with revised values report.json lists. */
export const MOST_REVISED_SERIES_LISTED = 1_000;

const Observations = z.int().min(0);
const Counts = z.strictObject({
  changed: Observations.describe("Observations with a different value"),
  added: Observations.describe("Observations that the earlier version lacks, or has no value for"),
  dropped: Observations.describe("Observations that only the earlier version has a value for"),
  footnotes: Observations.describe("Observations with the same value but different footnotes"),
});

/** Why a version differs from the previous one. */
export const CAUSES = ["published", "restored", "copied", "put", "accepted"] as const;
export type Cause = (typeof CAUSES)[number];

const Causes = z
  .array(
    z.strictObject({
      key: z.string(),
      cause: z
        .enum(CAUSES)
        .describe(
          "published: the source published the change. restored, copied, put: an operator wrote the newer version. accepted: an operator wrote the earlier version, and the source's version replaced it",
        ),
      restoredFrom: z.string().nullable().describe("The version that an operator restored"),
    }),
  )
  .describe("For each data file that changed, what caused it");
export type Causes = z.infer<typeof Causes>;

/** What changed in the data file since its newest earlier version with different bytes. */
export const Revisions = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("first").describe("There is no such version") }),
  z.strictObject({
    outcome: z.literal("not compared"),
    previous: z.array(Input).min(1),
    causes: Causes,
    reason: z.string(),
  }),
  Counts.extend({
    outcome: z.literal("compared"),
    previous: z.array(Input).min(1),
    causes: Causes,
    byYear: z.array(Counts.extend({ year: z.int() })).describe("Years with a difference"),
    changedSeries: z.int().min(0).describe("Series with a changed observation"),
    complete: z.boolean().describe("False if rows has only the series with the largest changes"),
    rows: z.array(
      Counts.extend({
        seriesId: z.string(),
        names: Names,
        largest: z
          .strictObject({ year: z.int(), period: z.string(), before: Value, after: Value, change: Value })
          .describe("The largest change, in the series' own unit: after minus before"),
      }),
    ),
  }),
]);
export type Revisions = z.infer<typeof Revisions>;

/** A version of the data set with different bytes than the previous version, and how the two versions differ. */
export const Release = z.strictObject({
  id: z.string().describe("Identifies the release in this list"),
  storedAt: z.iso.datetime().describe("When the mirror stored its first version with these bytes"),
  sourceModified: z.string().nullable().describe("Last-Modified at the source, if it sent one"),
  sha256: z.string().describe("SHA-256 of the data file or, for merged files, of the list of their hashes"),
  synthetic: z.boolean(),
  files: z
    .array(
      z.strictObject({ key: z.string(), versionId: z.string(), previousVersionId: z.string().nullable() }),
    )
    .describe("The data files that changed. Old versions expire, so they may no longer exist"),
  comparison: z.discriminatedUnion("outcome", [
    z.strictObject({ outcome: z.literal("first").describe("There was no earlier version to compare with") }),
    z.strictObject({ outcome: z.literal("pending").describe("One of the next runs will compare it") }),
    z.strictObject({ outcome: z.literal("not compared"), causes: Causes, reason: z.string() }),
    Counts.extend({
      outcome: z.literal("compared"),
      causes: Causes,
      changedSeries: z.int().min(0).describe("Series with a changed observation"),
      differences: z
        .string()
        .nullable()
        .describe("The key in Silver of the observations that differ; null if there are none"),
    }),
  ]),
});
export type Release = z.infer<typeof Release>;

/** The contents of report.json. Values of series are strings, because they are exact decimals. */
export const Report = z.strictObject({
  $schema: z.literal(SCHEMA_FILE),
  version: z.literal(REPORT_VERSION),
  survey: z.string(),
  generatedAt: z.iso.datetime(),
  synthetic: z.boolean().describe("True if any input contains synthetic data"),
  execution: Execution,
  earlier: z
    .string()
    .nullable()
    .describe("The execution whose report was the latest one before this one; null if there was none"),
  settings: Settings,
  dataFiles: z.strictObject({
    files: z.array(z.string()).describe("The data files that were analyzed; several were merged by series"),
    choice: z.string().describe("Which files these are and why, as a sentence"),
    largerFile: z
      .string()
      .nullable()
      .describe(
        "A larger file that, judging by its name, contains all data of the survey, if another file was analyzed",
      ),
    seriesLeftOut: z
      .int()
      .min(0)
      .describe("Series left out because merged files contradict each other or have unreadable rows"),
    faults: z.array(z.string()).describe("Faults in the survey's data files; each names the file and line"),
  }),
  ...answerShape,
  revisions: Revisions,
  releases: z
    .strictObject({
      rows: z.array(Release),
      inCsv: z
        .int()
        .min(0)
        .describe("How many rows, counted from the first, have their differences in releases.csv"),
    })
    .describe("All releases of the data set that the mirror has recorded, newest first"),
  heldFiles: z
    .array(
      z.strictObject({
        key: z.string(),
        versionId: z.string(),
        reason: z.string(),
        storedAt: z.iso.datetime(),
        origin: z
          .enum(["workflow", "restored", "copied", "put"])
          .describe("Who wrote the version; workflow: an execution wrote it, and an operator's tag holds it"),
        restoredFrom: z.string().nullable().describe("The version that an operator restored"),
        tag: z.string().nullable().describe("The version's tag `held`, if it has one"),
      }),
    )
    .describe("Inputs whose version an operator wrote or holds, which sync does not replace"),
  failedFiles: z
    .array(
      z.strictObject({
        key: z.string(),
        error: z.string(),
        cause: z.string(),
        versionId: z.string().nullable().describe("The last good version; null if none is stored"),
      }),
    )
    .describe("Files that failed to sync in this run; their last good versions were analyzed"),
  lineage: z.array(Input).describe("What the three answers were computed from"),
});
export type Report = z.infer<typeof Report>;

/** The JSON Schema of report.json. */
export function reportSchema(): string {
  const schema = {
    $id: `urn:data-quest:report:${REPORT_VERSION}`,
    title: "report.json of Data Quest",
    ...z.toJSONSchema(Report),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
