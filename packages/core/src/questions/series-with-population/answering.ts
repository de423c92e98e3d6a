import { html } from "hono/html";
import { AnalysisImpossible } from "../../errors.ts";
import { count, formatExact, formatNumber, seriesName } from "../../format.ts";
import { defineAnswering } from "../answering.ts";
import { populationByYearCsv } from "./csv.ts";
import { joinPopulation } from "./join.ts";
import { type SeriesAnswer, seriesWithPopulation } from "./question.ts";
import { seriesSection } from "./section.ts";

export const seriesWithPopulationAnswering = defineAnswering(seriesWithPopulation, {
  async answer({ data, names, population }, { series, period }) {
    if (series === null) return null;
    const rows = data.observationsOf(series).filter((row) => row.period === period);
    if (rows.length === 0) {
      throw new AnalysisImpossible(
        `${data.file} has no row of series ${series} in period ${period}: ` +
          "choose another series or period (analysis.series, analysis.period)",
      );
    }
    return {
      seriesId: series,
      period,
      names: (await names.find([series])).get(series) ?? {},
      rows: joinPopulation(rows, population),
    };
  },
  csvFiles: (answer, { population }) => [
    { name: "population-by-year.csv", records: () => populationByYearCsv(answer, population) },
  ],
  page(answer, { series, period }) {
    return {
      card: { section: "series", markup: card(answer) },
      settings: series === null ? "no series" : `series ${series} in ${period}`,
      section: { id: "series", link: "Series with population", markup: seriesSection(answer) },
    };
  },
});

function card(chosen: SeriesAnswer) {
  if (chosen === null) {
    return html`<h2>One series with the population</h2>
<p class="figure">none</p>
<p>No series was asked for. Name one as <code>analysis.series</code> in the execution’s input.</p>`;
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
