/** Question 3: the observations of one series, each with the population of its year. */
import * as z from "zod";
import { seriesIdPattern } from "../../constants.ts";
import { count, formatNumber } from "../../format.ts";
import { headlineOf } from "../../surveys.ts";
import { defineQuestion, type Figure } from "../question.ts";
import { Names } from "../schemas.ts";

const SeriesId = z.string().regex(seriesIdPattern, "must be a BLS series ID, such as PRS30006032");
const Period = z.string().regex(/^[A-Z][0-9]{2}$/, "must be a BLS period code, such as Q01 or M12");

/** How many rows the short answers include. */
const MOST_ROWS = 50;

/** The answer in report.json. */
export const SeriesAnswer = z
  .strictObject({
    seriesId: z.string(),
    period: z.string(),
    names: Names,
    footnoteTexts: z
      .record(z.string(), z.string())
      .describe("The texts of the footnote codes in rows, from the survey's footnote file"),
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
  .describe("Null if the settings name no series, or if the data file lacks the survey's headline series");
export type SeriesAnswer = z.infer<typeof SeriesAnswer>;

export const seriesWithPopulation = defineQuestion({
  key: "seriesWithPopulation",
  settings: {
    series: SeriesId.nullable().describe("Null leaves the question out"),
    period: Period.nullable().describe("Null means any period that the series has"),
  },
  complete({ series, period }, survey) {
    const headline = headlineOf(survey);
    const chosen = series === undefined ? (headline?.series ?? null) : series;
    const usual = chosen === headline?.series ? headline?.period : undefined;
    return { series: chosen, period: period ?? usual ?? null };
  },
  series: ({ series }) => (series === null ? [] : [series]),
  answer: SeriesAnswer,
  short: z
    .strictObject({
      seriesId: z.string(),
      period: z.string(),
      observations: z.int(),
      rows: z
        .array(z.strictObject({ year: z.int(), value: z.string().nullable(), population: z.number() }))
        .describe("The rows with a population, at most the last 50; the report has all rows"),
    })
    .nullable(),
  shorten(answer) {
    if (answer === null) return null;
    const { seriesId, period, rows } = answer;
    const known = rows.flatMap(({ year, value, population }) =>
      population === null ? [] : [{ year, value, population }],
    );
    return { seriesId, period, observations: rows.length, rows: known.slice(-MOST_ROWS) };
  },
  files: ["population-by-year.csv"],
  terminal(short, paint) {
    if (short === null) {
      return {
        title: "Series with population",
        lines: ["left out: specify a series of the survey (analysis.series in the input)"],
      };
    }
    const { seriesId, period, rows, observations } = short;
    return {
      title: `${seriesId} in ${period} with the year's population`,
      lines: [
        paint("dim", `${"year".padEnd(6)}${"value".padStart(10)}${"population".padStart(16)}`),
        ...rows.map(
          (row) =>
            `${String(row.year).padEnd(6)}${(row.value ?? "-").padStart(10)}${formatNumber(row.population).padStart(16)}`,
        ),
        paint("dim", `${rows.length} of ${count(observations, "observation")} have a population`),
      ],
    };
  },
  figures: (answer) =>
    (answer?.rows ?? []).flatMap(({ year, value, population }): Figure[] => [
      { label: `${answer?.seriesId}, ${answer?.period} of ${year}`, value: value ?? "-", from: ["data"] },
      ...(population === null
        ? []
        : [
            {
              label: `Population with ${answer?.period} of ${year}`,
              value: formatNumber(population),
              from: ["population" as const],
            },
          ]),
    ]),
});
