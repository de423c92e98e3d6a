import { html } from "hono/html";
import { count, formatExact, formatNumber, seriesName } from "../../format.ts";
import type { QuestionPage } from "../answering.ts";
import type { SeriesAnswer } from "./question.ts";
import { seriesSection } from "./section.ts";

/** The question's part of the report's page. */
export function seriesPage(
  answer: SeriesAnswer,
  { series, period }: { series: string | null; period: string | null },
): QuestionPage {
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
}

/** Why there is no answer. */
function leftOut(series: string | null): string {
  return series === null
    ? "The settings of this run do not include a series."
    : `The data file has no values for ${series}, the survey’s headline series.`;
}

function card(chosen: SeriesAnswer, series: string | null) {
  if (chosen === null) {
    return html`<h2>One series with the population</h2>
<p class="figure">none</p>
<p>${leftOut(series)} Specify a series as <code>analysis.series</code> in the execution’s input.</p>`;
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
