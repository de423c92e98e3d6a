import { html } from "hono/html";
import { count, formatNumber } from "../../format.ts";
import type { QuestionPage } from "../answering.ts";
import { allSeriesSection } from "./all-series-section.ts";
import type { BestYearsAnswer } from "./question.ts";
import { bestYearsSection } from "./section.ts";

/** If several years share first place, at most this many are shown. */
const MOST_YEARS_NAMED = 3;

/** The question's part of the report's page. */
export function bestYearsPage(
  answer: BestYearsAnswer,
  { includeAverages }: { includeAverages: boolean },
): QuestionPage {
  return {
    card: { section: "best-years", markup: card(answer, includeAverages) },
    settings: `averages ${includeAverages ? "added" : "left out"}`,
    section: { id: "best-years", link: "Best years", markup: bestYearsSection(answer, includeAverages) },
    appendix: { id: "all-series", link: "All series", markup: allSeriesSection(answer) },
  };
}

function card({ byYear, series, tied }: BestYearsAnswer, includeAverages: boolean) {
  const most = byYear.reduce((largest, row) => Math.max(largest, row.series), 0);
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
best year, a series has its largest yearly sum${includeAverages ? ", of all periods, averages included" : ""}.${tie}</p>`;
}
