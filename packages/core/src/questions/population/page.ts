import { html } from "hono/html";
import { formatNumber } from "../../format.ts";
import type { QuestionPage } from "../answering.ts";
import type { PopulationAnswer } from "./question.ts";
import { populationSection } from "./section.ts";

/** The question's part of the report's page. */
export function populationPage(answer: PopulationAnswer): QuestionPage {
  const [first, last] = answer.years;
  return {
    card: { section: "population", markup: card(answer) },
    settings: `years ${first} to ${last}`,
    section: { id: "population", link: "Population", markup: populationSection(answer) },
  };
}

function card({ years: [first, last], mean, standardDeviation }: PopulationAnswer) {
  return html`<h2>How many people?</h2>
<p class="figure">${formatNumber(mean, Number.isInteger(mean) ? 0 : 1)}</p>
<p>people lived in the United States on average from ${first} to ${last}. The sample standard deviation of the yearly
figures is ${formatNumber(standardDeviation, 2)}.</p>`;
}
