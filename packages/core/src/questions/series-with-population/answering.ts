import { html } from "hono/html";
import { PERIODS } from "../../bls-file/periods.ts";
import { AnalysisImpossible } from "../../errors.ts";
import { count, formatExact, formatNumber, seriesName } from "../../format.ts";
import { headlineOf } from "../../surveys.ts";
import { defineAnswering } from "../answering.ts";
import { populationByYearCsv } from "./csv.ts";
import { footnoteCodes } from "./footnotes.ts";
import { joinPopulation } from "./join.ts";
import { type SeriesAnswer, seriesWithPopulation } from "./question.ts";
import { seriesSection } from "./section.ts";

/** Periods that stand for a year, the best first: annual averages and values, then the first of the year. */
const YEARLY = ["M13", "A01", "Q05", "S03", ...PERIODS];

export const seriesWithPopulationAnswering = defineAnswering(seriesWithPopulation, {
  async answer({ survey, data, names, footnotes, population }, { series, period }) {
    if (series === null) return null;
    const observations = data.observationsOf(series);
    const headline = headlineOf(survey);
    const has = (code: string) => observations.some((row) => row.period === code);
    const isUsual = series === headline?.series && (period === null || period === headline.period);
    const chosen = period !== null && (has(period) || !isUsual) ? period : YEARLY.find(has);
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
  page(answer, { series, period }) {
    return {
      card: { section: "series", markup: card(answer, series) },
      settings:
        series === null ? "no series" : `series ${series} in ${answer?.period ?? period ?? "any period"}`,
      section: {
        id: "series",
        link: "Series with population",
        markup: seriesSection(answer, leftOut(series)),
      },
    };
  },
});

/** Why there is no answer. */
function leftOut(series: string | null): string {
  return series === null
    ? "No series was asked for, and the survey has no headline series."
    : `The data file has no value of ${series}, the survey’s headline series.`;
}

function card(chosen: SeriesAnswer, series: string | null) {
  if (chosen === null) {
    return html`<h2>One series with the population</h2>
<p class="figure">none</p>
<p>${leftOut(series)} Name one as <code>analysis.series</code> in the execution’s input.</p>`;
  }
  const { seriesId, period, names, rows } = chosen;
  const both = rows.filter((row) => row.value !== null && row.population !== null);
  const { year, value = null, population = null } = both.at(-1) ?? {};
  if (value === null || population === null) {
    return html`<h2>${seriesId} in ${period}</h2>
<p class="figure">none</p>
<p>No year has both a value of this series and a population.</p>`;
  }
  return html`<h2>${seriesId} in ${period}</h2>
<p class="figure">${formatExact(value)}</p>
<p>was its value in ${year}, when ${formatNumber(population)} people lived in the United States.
${count(both.length, "year has", "years have")} both figures.</p>
<p class="fine">${seriesName(names)}</p>`;
}
