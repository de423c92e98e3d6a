/** Question 1: mean and standard deviation of the yearly U.S. population over a span of years. */
import * as z from "zod";
import { defaultPopulationYears } from "../../constants.ts";
import { formatNumber } from "../../format.ts";
import { defineQuestion, type Figure } from "../question.ts";

const Year = z.int().min(1800).max(2200);
const Years = z
  .tuple([Year, Year])
  .refine(([first, last]) => first <= last, "must be the first year and the last, in that order");

const statistics = {
  years: z.tuple([z.int(), z.int()]).describe("First and last year, both included"),
  mean: z.number(),
  standardDeviation: z.number().describe("Of a sample: n - 1"),
};

/** The answer in report.json. */
export const PopulationAnswer = z.strictObject({
  ...statistics,
  byYear: z.array(z.strictObject({ year: z.int(), population: z.number() })),
});
export type PopulationAnswer = z.infer<typeof PopulationAnswer>;

export const population = defineQuestion({
  key: "population",
  settings: { years: Years },
  complete: ({ years }): { years: [number, number] } => ({ years: years ?? [...defaultPopulationYears] }),
  answer: PopulationAnswer,
  short: z.strictObject(statistics),
  shorten: ({ years, mean, standardDeviation }) => ({ years, mean, standardDeviation }),
  files: [],
  terminal: ({ years: [first, last], mean, standardDeviation }) => ({
    title: `U.S. population ${first} to ${last}`,
    lines: [
      `mean                ${formatNumber(mean, 1)}`,
      `standard deviation  ${formatNumber(standardDeviation, 2)} (sample)`,
    ],
  }),
  figures: ({ years: [first, last], mean, standardDeviation, byYear }) => [
    { label: `Mean, ${first} to ${last}`, value: formatNumber(mean, 1), from: ["population"] },
    {
      label: `Standard deviation (sample), ${first} to ${last}`,
      value: formatNumber(standardDeviation, 2),
      from: ["population"],
    },
    ...byYear.map(
      ({ year, population }): Figure => ({
        label: `Population, ${year}`,
        value: formatNumber(population),
        from: ["population"],
      }),
    ),
  ],
});
