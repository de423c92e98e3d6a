import { html } from "hono/html";
import { count, formatNumber } from "../../format.ts";
import { figure, sortable } from "../../page/figure.ts";
import { populationChart } from "./chart.ts";
import type { PopulationAnswer } from "./question.ts";

/** Question 1: the population by year, its mean, and its standard deviation. */
export function populationSection(population: PopulationAnswer) {
  const { years, mean, standardDeviation, byYear } = population;
  const [first, last] = years;
  return html`<section id="population" aria-labelledby="population-title">
<h2 id="population-title">Population of the United States</h2>
<dl class="facts">
<div><dt>Mean, ${first} to ${last}</dt><dd>${formatNumber(mean, 1)}</dd></div>
<div><dt>Standard deviation (sample, n − 1)</dt><dd>${formatNumber(standardDeviation, 2)}</dd></div>
<div><dt>Years known</dt><dd>${byYear[0]?.year} to ${byYear.at(-1)?.year}</dd></div>
</dl>
${figure(
  populationChart(population),
  html`<table><caption>Population by year, ${count(byYear.length, "year")}</caption>
<thead><tr>${sortable("Year", "number")}${sortable("Population", "number")}</tr></thead>
<tbody>${byYear.map(
    (row) =>
      html`<tr><th scope="row">${row.year}</th><td class="number">${formatNumber(row.population)}</td></tr>`,
  )}</tbody></table>`,
)}
</section>`;
}
