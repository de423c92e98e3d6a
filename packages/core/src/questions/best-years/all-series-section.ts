import { html } from "hono/html";
import { formatExact, formatNumber, seriesName } from "../../format.ts";
import { scrolling } from "../../page/figure.ts";
import type { BestYearsAnswer } from "./question.ts";
import { BASIS_NAMES } from "./section.ts";

/** Every series with its best year, for searching and sorting. */
export function allSeriesSection({ series, complete, rows }: BestYearsAnswer) {
  const column = (name: string, kind: "text" | "number") =>
    html`<th scope="col" ${kind === "number" ? html`class="number"` : ""}><button type="button" data-sort="${kind}">${name}</button></th>`;
  return html`<section id="all-series" aria-labelledby="all-series-title">
<h2 id="all-series-title">All series</h2>
<p>${
    complete
      ? `The best year of all ${formatNumber(series)} series.`
      : html`The first ${formatNumber(rows.length)} of ${formatNumber(series)} series, in the order of their ids:
<a href="best-years.csv">best-years.csv</a> has all of them.`
  } The sum is in the series’ own unit.</p>
<p class="search" hidden><label>Search <input type="search" id="search" autocomplete="off" placeholder="id, name or year"></label>
<output id="found" for="search"></output></p>
${scrolling(
  "Table of all series",
  rows.length,
  html`<table id="series-table" class="stacked"><caption>Best year by series</caption>
<thead><tr>${column("Series", "text")}${column("Best year", "number")}${column("Sum", "number")}${column("Summed from", "text")}${column("Tied with", "text")}</tr></thead>
<tbody>${rows.map(
    ({ seriesId, names, year, value, basis, ties }) =>
      html`<tr><th scope="row">${seriesId} <small>${seriesName(names)}</small></th><td>${year ?? ""}</td><td>${value === null ? "" : formatExact(value)}</td><td>${BASIS_NAMES[basis]}</td><td>${ties.join(", ")}</td></tr>
`,
  )}</tbody></table>`,
)}
</section>`;
}
