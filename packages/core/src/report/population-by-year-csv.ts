/** population-by-year.csv: the chosen series with the population of each year. */

import { csvRecord } from "./csv.ts";
import type { Report } from "./report.ts";

/** The records, the header first: one per observation, or one per year of population where no series was chosen. */
export function* populationByYearCsv({ population, seriesWithPopulation }: Report): Generator<string> {
  yield csvRecord(["year", "population", "value", "series_id", "period", "footnotes"]);
  if (seriesWithPopulation === null) {
    for (const row of population.byYear) {
      yield csvRecord([{ number: row.year }, { number: row.population }, "", "", "", ""]);
    }
    return;
  }
  const { seriesId, period } = seriesWithPopulation;
  for (const row of seriesWithPopulation.rows) {
    yield csvRecord([
      { number: row.year },
      { number: row.population },
      { number: row.value },
      seriesId,
      period,
      row.footnotes,
    ]);
  }
}
