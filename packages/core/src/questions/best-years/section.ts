import { html } from "hono/html";
import { count, fileName, formatNumber } from "../../format.ts";
import { figure, sortable } from "../../page/figure.ts";
import { bestYearsChart } from "./chart.ts";
import type { BestYearsAnswer } from "./question.ts";

const BASES = {
  months: "Summed from months (M01 to M12)",
  quarters: "Summed from quarters (Q01 to Q04)",
  halves: "Summed from half-years (S01, S02)",
  annual: "With annual values only",
  all: "With all periods added up, averages included",
  none: "Without any value",
} as const;

/** Question 2: what a best year is, and how the best years are distributed. */
export function bestYearsSection(bestYears: BestYearsAnswer, includeAverages: boolean) {
  const { dataFile, observations, series, byBasis, byYear, tied } = bestYears;
  return html`<section id="best-years" aria-labelledby="best-years-title">
<h2 id="best-years-title">The best year of each series</h2>
<p>A series’ best year is the one with the largest sum of its values, taken over ${
    includeAverages
      ? html`<strong>all periods, averages included</strong>, as this run’s <code>analysis.includeAverages</code> requests.`
      : "the finest periods that the series has. Averages are never part of a sum."
  }
Sums are exact decimals in the series’ own unit; if sums are equal, the earliest year counts.</p>
<dl class="facts">
<div><dt>Series</dt><dd>${formatNumber(series)}</dd></div>
<div><dt>Observations in ${fileName(dataFile)}</dt><dd>${formatNumber(observations)}</dd></div>
${(["months", "quarters", "halves", "annual", "all", "none"] as const)
  .filter((basis) => byBasis[basis] > 0)
  .map((basis) => html`<div><dt>${BASES[basis]}</dt><dd>${formatNumber(byBasis[basis])}</dd></div>`)}
<div><dt>With a tie</dt><dd>${formatNumber(tied)}</dd></div>
</dl>
${
  byYear.length === 0
    ? html`<p>No series of the data file has a value.</p>`
    : figure(
        bestYearsChart(bestYears),
        html`<table><caption>${count(byYear.length, "year")} that ${byYear.length === 1 ? "is" : "are"} the best year of a series</caption>
<thead><tr>${sortable("Year", "number")}${sortable("Series", "number")}</tr></thead>
<tbody>${byYear.map(
          (row) =>
            html`<tr><th scope="row">${row.year}</th><td class="number">${formatNumber(row.series)}</td></tr>`,
        )}</tbody></table>`,
      )
}
<p><a href="#all-series">${count(series, "series", "series")}, each with its best year</a>, also as <a href="best-years.csv">best-years.csv</a> and compressed as <a href="best-years.csv.gz">best-years.csv.gz</a></p>
</section>`;
}
