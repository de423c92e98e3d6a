import { html } from "hono/html";
import { formatNumber } from "../../format.ts";
import { defineAnswering } from "../answering.ts";
import { type PopulationAnswer, population } from "./question.ts";
import { populationSection } from "./section.ts";
import { populationStatistics } from "./statistics.ts";

export const populationAnswering = defineAnswering(population, {
  async answer({ population }, { years }) {
    return { ...populationStatistics(population, years), byYear: [...population] };
  },
  csvFiles: () => [],
  page(answer, { years: [first, last] }) {
    return {
      card: { section: "population", markup: card(answer) },
      settings: `years ${first} to ${last}`,
      section: { id: "population", link: "Population", markup: populationSection(answer) },
    };
  },
});

function card({ years: [first, last], mean, standardDeviation }: PopulationAnswer) {
  return html`<h2>How many people?</h2>
<p class="figure">${formatNumber(mean, Number.isInteger(mean) ? 0 : 1)}</p>
<p>people lived in the United States on average from ${first} to ${last}. The standard deviation of the yearly figures, as
of a sample, is ${formatNumber(standardDeviation, 2)}.</p>`;
}
