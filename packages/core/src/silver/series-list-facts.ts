/**
 * The metadata of series.parquet, for readers that have no other information about the survey, such as the Explore
 * page. This module runs in browsers, too.
 */
import * as z from "zod/mini";

/** The key of the facts in the file's metadata. */
export const FACTS_KEY = "data-quest";

export const SeriesListFacts = z.strictObject({
  version: z.literal(1),
  survey: z.string(),
  /** The survey's full name. Null if it is unknown. */
  name: z.nullable(z.string()),
  /** The path of the data file that the list describes, and so the partition of Silver with the observations. */
  dataFile: z.string(),
  series: z.number(),
  /** True if any part of the list was computed from synthetic data. */
  synthetic: z.boolean(),
  /** The survey's own columns, each with all of its distinct values, or null if there are too many. */
  columns: z.array(z.strictObject({ name: z.string(), values: z.nullable(z.array(z.string())) })),
  /** The texts of the survey's footnote codes. */
  footnotes: z.record(z.string(), z.string()),
});
export type SeriesListFacts = z.infer<typeof SeriesListFacts>;
/** What the caller of the writer knows. The writer adds the rest. */
export type KnownFacts = Omit<SeriesListFacts, "version" | "series" | "columns">;
