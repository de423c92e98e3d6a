import { YEARLY_PERIODS } from "../../bls-file/periods.ts";
import { AnalysisImpossible } from "../../errors.ts";
import { headlineOf } from "../../surveys.ts";
import { defineAnswering } from "../answering.ts";
import { populationByYearCsv } from "./csv.ts";
import { footnoteCodes } from "./footnotes.ts";
import { joinPopulation } from "./join.ts";
import { seriesWithPopulation } from "./question.ts";

export const seriesWithPopulationAnswering = defineAnswering(seriesWithPopulation, {
  async answer({ survey, data, names, footnotes, population }, { series, period }) {
    if (series === null) return null;
    const observations = data.observationsOf(series);
    const headline = headlineOf(survey);
    const has = (code: string) => observations.some((row) => row.period === code);
    const isUsual = series === headline?.series && (period === null || period === headline.period);
    const chosen = period !== null && (has(period) || !isUsual) ? period : YEARLY_PERIODS.find(has);
    if (chosen === undefined || !has(chosen)) {
      if (isUsual) return null;
      throw new AnalysisImpossible(
        `${data.file} has no row of series ${series}${period === null ? "" : ` in period ${period}`}: ` +
          "choose another series or period (analysis.series, analysis.period)",
      );
    }
    const rows = observations.filter((row) => row.period === chosen);
    return {
      seriesId: series,
      period: chosen,
      names: (await names.find([series])).get(series) ?? {},
      footnoteTexts: await footnotes(rows.flatMap((row) => footnoteCodes(row.footnotes))),
      rows: joinPopulation(rows, population),
    };
  },
  csvFiles: (answer, { population }) => [
    { name: "population-by-year.csv", records: () => populationByYearCsv(answer, population) },
  ],
  page: async (answer, own) => (await import("./page.ts")).seriesPage(answer, own),
});
