import { html } from "hono/html";
import type { Report } from "../report.ts";
import { count, formatExact, formatNumber, seriesName } from "./format.ts";

/** The three answers in plain words, each with a way to more. */
export function answers(report: Report) {
  return html`<div class="answers">
<a class="answer" href="#population">${populationAnswer(report.population)}</a>
<a class="answer" href="#best-years">${bestYearsAnswer(report)}</a>
<a class="answer" href="#series">${seriesAnswer(report.seriesWithPopulation)}</a>
</div>`;
}

function populationAnswer({ years: [first, last], mean, standardDeviation }: Report["population"]) {
  return html`<h2>How many people?</h2>
<p class="figure">${formatNumber(mean, Number.isInteger(mean) ? 0 : 1)}</p>
<p>people lived in the United States on average from ${first} to ${last}. The standard deviation of the yearly figures, as
of a sample, is ${formatNumber(standardDeviation, 2)}.</p>`;
}

/** Years that share the first place are named up to this many. */
const MOST_YEARS_NAMED = 3;

function bestYearsAnswer({ bestYears: { byYear, series, tied }, settings }: Report) {
  const most = Math.max(0, ...byYear.map((row) => row.series));
  const years = byYear.filter((row) => row.series === most).map(({ year }) => year);
  if (years.length === 0) {
    return html`<h2>Which year was best?</h2>
<p class="figure">none</p>
<p>No series of the data file has a value.</p>`;
  }
  const more = years.length > MOST_YEARS_NAMED ? `and ${years.length - MOST_YEARS_NAMED} more ` : "";
  const is = years.length === 1 ? "is" : `${more}are each`;
  const tie =
    tied === 0 ? "" : ` ${count(tied, "series has", "series have")} a tie: the earliest year counts.`;
  return html`<h2>Which year was best?</h2>
<p class="figure">${years.slice(0, MOST_YEARS_NAMED).join(", ")}</p>
<p>${is} the best year of ${formatNumber(most)} of ${count(series, "series", "series")}, more than any other year. In its
best year a series has its largest yearly sum${settings.analysis.includeAverages ? ", of all periods, averages included" : ""}.${tie}</p>`;
}

function seriesAnswer(chosen: Report["seriesWithPopulation"]) {
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
