import { html } from "hono/html";
import { formatNumber, seriesName } from "../../format.ts";
import { decimalCell, mostDecimals, scrolling, sortable } from "../../page/figure.ts";
import { BASIS_NAMES } from "./basis-names.ts";
import type { BestYearsAnswer } from "./question.ts";

/** Every series with its best year, for searching and sorting. */
export function allSeriesSection({ series, complete, rows }: BestYearsAnswer) {
  const decimals = mostDecimals(rows.map(({ value }) => value));
  return html`<section id="all-series" aria-labelledby="all-series-title">
<h2 id="all-series-title">All series</h2>
<p>${
    complete
      ? `All ${formatNumber(series)} series, each with its best year.`
      : html`The first ${formatNumber(rows.length)} of ${formatNumber(series)} series, in order of their IDs:
<a href="best-years.csv">best-years.csv</a> has all of them, and so has <a href="best-years.csv.gz">best-years.csv.gz</a>, which is compressed.`
  } The sum is in the series’ own unit.</p>
${scrolling(
  { label: "Table of all series", rows: rows.length, noun: "series", csv: "best-years.csv" },
  html`<table id="series-table" class="stacked"><caption>Best year by series</caption>
<thead><tr>${sortable("Series", "text")}${sortable("Best year", "number")}${sortable("Sum", "number")}${sortable("Summed from", "text")}${sortable("Tied with", "text")}</tr></thead>
<tbody>${rows.map(
    ({ seriesId, names, year, value, basis, ties }) =>
      html`<tr><th scope="row">${seriesId} <small>${seriesName(names)}</small></th><td>${year ?? ""}</td>${value === null ? html`<td></td>` : decimalCell(value, decimals)}<td>${BASIS_NAMES[basis]}</td><td>${ties.join(", ")}</td></tr>
`,
  )}</tbody></table>`,
)}
</section>`;
}
