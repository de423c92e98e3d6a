import { html } from "hono/html";
import type { BestYear } from "../../bls-file/best-years.ts";
import { count, formatNumber } from "../../format.ts";
import { defineAnswering, type QuestionInput } from "../answering.ts";
import { allSeriesSection } from "./all-series-section.ts";
import { bestYearsCsvWithNames } from "./csv.ts";
import { type BestYearsAnswer, bestYears, MOST_SERIES_LISTED } from "./question.ts";
import { bestYearsSection } from "./section.ts";

/** Years that share the first place are named up to this many. */
const MOST_YEARS_NAMED = 3;

export const bestYearsAnswering = defineAnswering(bestYears, {
  async answer({ data, names }) {
    return listBestYears(data, names);
  },
  csvFiles: (_, { data, names }) => [
    { name: "best-years.csv", records: () => bestYearsCsvWithNames(data.bestYears, names) },
  ],
  page(answer, { includeAverages }) {
    return {
      card: { section: "best-years", markup: card(answer, includeAverages) },
      settings: `averages ${includeAverages ? "added" : "left out"}`,
      section: { id: "best-years", link: "Best years", markup: bestYearsSection(answer, includeAverages) },
      appendix: { id: "all-series", link: "All series", markup: allSeriesSection(answer) },
    };
  },
});

async function listBestYears(
  data: QuestionInput["data"],
  names: QuestionInput["names"],
): Promise<BestYearsAnswer> {
  const byBasis: BestYearsAnswer["byBasis"] = {
    months: 0,
    quarters: 0,
    halves: 0,
    annual: 0,
    all: 0,
    none: 0,
  };
  const listed: BestYear[] = [];
  const byYear = new Map<number, number>();
  let series = 0;
  let tied = 0;
  for (const row of data.bestYears) {
    series++;
    byBasis[row.basis]++;
    if (row.year !== null) byYear.set(row.year, (byYear.get(row.year) ?? 0) + 1);
    if (row.ties.length > 0) tied++;
    if (series <= MOST_SERIES_LISTED) listed.push(row);
  }
  const found = await names.find(listed.map(({ seriesId }) => seriesId));
  return {
    dataFile: data.file,
    observations: data.rows,
    series,
    byBasis,
    tied,
    byYear: [...byYear].sort(([a], [b]) => a - b).map(([year, found]) => ({ year, series: found })),
    nameColumns: [...names.columns],
    complete: listed.length === series,
    rows: listed.map((row) => ({ ...row, names: found.get(row.seriesId) ?? {} })),
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
best year a series has its largest yearly sum${includeAverages ? ", of all periods, averages included" : ""}.${tie}</p>`;
}
