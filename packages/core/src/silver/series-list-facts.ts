/** What series.parquet says of itself, for readers that have nothing else, such as the Explore page. It runs in browsers, too. */
import * as z from "zod/mini";

/** The key of the facts among the file's metadata. */
export const FACTS_KEY = "data-quest";

/** The columns that the list has beside the survey's names. */
export const SERIES_LIST_COLUMNS = [
  "series_id",
  "begin_year",
  "begin_period",
  "end_year",
  "end_period",
  "year",
  "value",
  "basis",
  "ties",
] as const;

export const SeriesListFacts = z.strictObject({
  version: z.literal(1),
  survey: z.string(),
  /** The survey's full name; null where it is not known. */
  name: z.nullable(z.string()),
  /** The data file that the list is of, by its path: the partition of Silver that has the observations. */
  dataFile: z.string(),
  series: z.number(),
  /** True where any of it was computed from made data. */
  synthetic: z.boolean(),
  /** The survey's own columns, each with all of its texts, or null where they are very many. */
  columns: z.array(z.strictObject({ name: z.string(), values: z.nullable(z.array(z.string())) })),
  /** The texts of the survey's footnote codes. */
  footnotes: z.record(z.string(), z.string()),
});
export type SeriesListFacts = z.infer<typeof SeriesListFacts>;
