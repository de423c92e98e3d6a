/** population-by-year.csv: the chosen series with the population of each year. */

import { csvRecord } from "../../csv.ts";
import type { QuestionInput } from "../answering.ts";
import { footnoteCodes } from "./footnotes.ts";
import type { SeriesAnswer } from "./question.ts";

/**
 * The records, the header first: one per observation or, if no series was chosen, one per year with a known
 * population. `footnotes` has BLS's codes, and `footnote_texts` has the texts of these codes.
 */
export function* populationByYearCsv(
  answer: SeriesAnswer,
  population: QuestionInput["population"],
): Generator<string> {
  yield csvRecord(["year", "population", "value", "series_id", "period", "footnotes", "footnote_texts"]);
  if (answer === null) {
    for (const row of population) {
      yield csvRecord([{ number: row.year }, { number: row.population }, "", "", "", "", ""]);
    }
    return;
  }
  const { seriesId, period, footnoteTexts } = answer;
  for (const row of answer.rows) {
    yield csvRecord([
      { number: row.year },
      { number: row.population },
      { number: row.value },
      seriesId,
      period,
      row.footnotes,
      footnoteCodes(row.footnotes)
        .flatMap((code) => footnoteTexts[code] ?? [])
        .join("; "),
    ]);
  }
}
