import { html } from "hono/html";
import { formatNumber, seriesName } from "../../format.ts";
import { decimalCell, figure, mostDecimals, scrolling, sortable } from "../../page/figure.ts";
import { seriesChart } from "./chart.ts";
import { footnotesInWords } from "./footnotes.ts";
import type { SeriesAnswer } from "./question.ts";

/** Question 3: the observations of one series, each with the population of its year, or why there are none. */
export function seriesSection(chosen: SeriesAnswer, whyNone: string) {
  if (chosen === null) {
    return html`<section id="series" aria-labelledby="series-title">
<h2 id="series-title">One series with the population</h2>
<p>${whyNone} Specify a series as <code>analysis.series</code> in the execution’s input.</p>
</section>`;
  }
  const { seriesId, period, names, rows, footnoteTexts } = chosen;
  const name = seriesName(names);
  const decimals = mostDecimals(rows.map(({ value }) => value));
  const missing = html`<span class="missing">none</span>`;
  return html`<section id="series" aria-labelledby="series-title">
<h2 id="series-title">${seriesId} in ${period}, with the population</h2>
${name === "" ? "" : html`<p>${name}</p>`}
${rows.some(({ value }) => value !== null) ? figure(seriesChart(chosen)) : ""}
${scrolling(
  {
    label: `Table of ${seriesId} by year`,
    rows: rows.length,
    noun: rows.length === 1 ? "year" : "years",
    csv: "population-by-year.csv",
  },
  html`<table><caption>${seriesId} in ${period} by year, latest first</caption>
<thead><tr>${sortable("Year", "number")}${sortable("Value", "number")}${sortable("Population", "number")}${sortable("Footnotes", "text")}</tr></thead>
<tbody>${rows.toReversed().map(
    ({ year, value, population, footnotes }) => html`<tr><th scope="row">${year}</th>
${decimalCell(value, decimals)}
<td class="number">${population === null ? missing : formatNumber(population)}</td><td>${footnotesInWords(footnotes, footnoteTexts)}</td></tr>`,
  )}</tbody></table>`,
)}
</section>`;
}
