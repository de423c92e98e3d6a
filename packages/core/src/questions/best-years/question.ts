/** Question 2: the best year of every series. */
import * as z from "zod";
import { count, formatNumber } from "../../format.ts";
import { defineQuestion, type Figure } from "../question.ts";
import { Names, Value } from "../schemas.ts";

/** How many series report.json lists. best-years.csv has all of them. */
export const MOST_SERIES_LISTED = 10_000;

/**
 * The largest number of series whose best years become figures. All best years are computed from the same files,
 * so those of the first series are enough to show how.
 */
const MOST_SERIES_FIGURES = 300;

const Basis = z
  .enum(["months", "quarters", "halves", "annual", "all", "none"])
  .describe(
    "The finest periods that the series has; all periods, averages included, if the settings say so; none if the series has no value",
  );

const ByBasis = z.strictObject({
  months: z.int(),
  quarters: z.int(),
  halves: z.int(),
  annual: z.int(),
  all: z.int(),
  none: z.int(),
});

/** The answer in report.json. Sums are strings, because they are exact decimals. */
export const BestYearsAnswer = z.strictObject({
  dataFile: z.string(),
  observations: z.int().min(0).describe("Rows of the data file"),
  series: z.int().min(0),
  byBasis: ByBasis,
  tied: z.int().min(0).describe("Series with the same largest sum in more than one year"),
  byYear: z
    .array(z.strictObject({ year: z.int(), series: z.int().min(1) }))
    .describe("How many series have their best year in each year"),
  nameColumns: z.array(z.string()),
  complete: z.boolean().describe("False if rows has only the first series; best-years.csv has all of them"),
  rows: z.array(
    z.strictObject({
      seriesId: z.string(),
      year: z.int().nullable(),
      value: Value.nullable(),
      basis: Basis,
      ties: z.array(z.int()).describe("Other years with the same sum, all later"),
      names: Names,
    }),
  ),
});
export type BestYearsAnswer = z.infer<typeof BestYearsAnswer>;

const BASES: ReadonlyMap<string, string> = new Map([
  ["months", "monthly"],
  ["quarters", "quarterly"],
  ["halves", "semiannual"],
  ["annual", "annual only"],
  ["all", "from all periods, averages included"],
]);

export const bestYears = defineQuestion({
  key: "bestYears",
  settings: { includeAverages: z.boolean() },
  complete: ({ includeAverages = false }) => ({ includeAverages }),
  answer: BestYearsAnswer,
  short: z.strictObject({
    dataFile: z.string(),
    observations: z.int(),
    series: z.int(),
    byBasis: ByBasis,
    tied: z.int(),
  }),
  shorten: ({ dataFile, observations, series, byBasis, tied }) => ({
    dataFile,
    observations,
    series,
    byBasis,
    tied,
  }),
  files: ["best-years.csv", "best-years.csv.gz"],
  terminal: ({ dataFile, observations, series, byBasis, tied }) => ({
    title: `Best year of each series in ${dataFile}`,
    lines: [
      `${count(series, "series", "series")} from ${count(observations, "observation")}: ${bases(byBasis)}; ${tied} tied`,
    ],
  }),
  figures: ({ observations, series, tied, byYear, rows }) => [
    { label: "Series", value: formatNumber(series), from: ["data"] },
    { label: "Observations", value: formatNumber(observations), from: ["data"] },
    { label: "Series with ties", value: formatNumber(tied), from: ["data"] },
    ...byYear.map(
      (each): Figure => ({
        label: `Series with their best year in ${each.year}`,
        value: formatNumber(each.series),
        from: ["data"],
      }),
    ),
    ...rows.slice(0, MOST_SERIES_FIGURES).map(
      ({ seriesId, year, value, names }): Figure => ({
        label: `Best year of ${[seriesId, ...Object.values(names)].join(", ")}`,
        value: year === null ? "-" : `${year}: ${value}`,
        from: ["data", "names"],
      }),
    ),
  ],
});

function bases(byBasis: z.infer<typeof ByBasis>): string {
  const parts = Object.entries(byBasis)
    .filter(([basis, series]) => series > 0 && basis !== "none")
    .map(([basis, series]) => `${series} ${BASES.get(basis) ?? basis}`);
  if (byBasis.none > 0) parts.push(`${byBasis.none} without values`);
  return parts.join(", ");
}
