/** report.json: the three answers and where every number comes from. */
import * as z from "zod";
import { Execution, ObjectVersion, Settings } from "../workflow.ts";

const Basis = z
  .enum(["months", "quarters", "halves", "annual", "all"])
  .describe(
    "The finest periods that the series has; all of them, averages included, where the settings say so",
  );
const Names = z
  .record(z.string(), z.string())
  .describe("The series' names out of the survey's mapping files");
const Value = z.string().regex(/^-?\d+(\.\d+)?$/);

/** One of the objects that an answer was computed from, in its exact version. */
export const Input = ObjectVersion.extend({
  sourceModified: z.string().nullable().describe("Last-Modified at the source, where it gave one"),
  storedAt: z.iso.datetime(),
  synthetic: z.boolean().describe("True where the object holds made data, for demonstration"),
});
export type Input = z.infer<typeof Input>;

/**
 * The version of report.json's shape. It grows with every change that a reader must know of.
 * Version 2 added `revisions` and `bestYears.byYear`, version 3 `$schema` and the basis `all`.
 */
export const REPORT_VERSION = 3;

/** The name of the file beside report.json that describes it. */
const SCHEMA_FILE = "report.schema.json";

/** How many series report.json lists. All of them are in best-years.csv. */
export const MOST_SERIES_LISTED = 10_000;

/** How many series with revised values report.json lists. */
export const MOST_REVISED_SERIES_LISTED = 1_000;

const Observations = z.int().min(0);
const Counts = z.strictObject({
  changed: Observations.describe("Observations with another value"),
  added: Observations.describe("Observations that the earlier version has not, or has without a value"),
  dropped: Observations.describe("Observations that only the earlier version has a value for"),
});

/** What BLS revised since the newest earlier version of the data file whose bytes differ. */
export const Revisions = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("first").describe("There is no such version") }),
  z.strictObject({
    outcome: z.literal("not compared"),
    previous: Input,
    reason: z.string(),
  }),
  Counts.extend({
    outcome: z.literal("compared"),
    previous: Input,
    byYear: z.array(Counts.extend({ year: z.int() })).describe("Years with a difference"),
    changedSeries: z.int().min(0).describe("Series with a changed observation"),
    complete: z.boolean().describe("False where rows holds only those with the largest changes"),
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

/** What report.json holds. Values of series are strings, because they are exact decimals. */
export const Report = z.strictObject({
  $schema: z.literal(SCHEMA_FILE),
  version: z.literal(REPORT_VERSION),
  survey: z.string(),
  generatedAt: z.iso.datetime(),
  synthetic: z.boolean().describe("True where any input holds made data"),
  execution: Execution,
  settings: Settings,
  population: z.strictObject({
    years: z.tuple([z.int(), z.int()]).describe("First and last year, both included"),
    mean: z.number(),
    standardDeviation: z.number().describe("Of a sample: n - 1"),
    byYear: z.array(z.strictObject({ year: z.int(), population: z.number() })),
  }),
  bestYears: z.strictObject({
    dataFile: z.string(),
    observations: z.int().min(0).describe("Rows of the data file"),
    series: z.int().min(0),
    byBasis: z.strictObject({
      months: z.int(),
      quarters: z.int(),
      halves: z.int(),
      annual: z.int(),
      all: z.int(),
    }),
    tied: z.int().min(0).describe("Series whose largest sum stands in more than one year"),
    byYear: z
      .array(z.strictObject({ year: z.int(), series: z.int().min(1) }))
      .describe("How many series have their best year in each year"),
    nameColumns: z.array(z.string()),
    complete: z.boolean().describe("False where rows holds only the first series; best-years.csv has all"),
    rows: z.array(
      z.strictObject({
        seriesId: z.string(),
        year: z.int(),
        value: Value,
        basis: Basis,
        ties: z.array(z.int()).describe("Other years with the same sum, all later"),
        names: Names,
      }),
    ),
  }),
  seriesWithPopulation: z
    .strictObject({
      seriesId: z.string(),
      period: z.string(),
      names: Names,
      rows: z.array(
        z.strictObject({
          year: z.int(),
          value: z.string().nullable(),
          population: z.number().nullable(),
          footnotes: z.string(),
        }),
      ),
    })
    .nullable()
    .describe("Null where the settings name no series"),
  revisions: Revisions,
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
