import type { BestYear } from "../../bls-file/best-years.ts";
import { defineAnswering, type QuestionInput } from "../answering.ts";
import { bestYearsCsvWithNames } from "./csv.ts";
import { type BestYearsAnswer, bestYears, MOST_SERIES_LISTED } from "./question.ts";

export const bestYearsAnswering = defineAnswering(bestYears, {
  async answer({ data, names }) {
    return listBestYears(data, names);
  },
  csvFiles: (_, { data, names }) => [
    {
      name: "best-years.csv",
      compressed: "best-years.csv.gz",
      records: () => bestYearsCsvWithNames(data.bestYears, names),
    },
  ],
  page: async (answer, own) => (await import("./page.ts")).bestYearsPage(answer, own),
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
