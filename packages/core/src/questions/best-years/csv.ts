/** best-years.csv: the best year of every series. */
import type { BestYear } from "../../bls-file/best-years.ts";
import { csvRecord, csvText, type LineEnd } from "../../csv.ts";

/** The columns that every best-years.csv begins with. Those with the series' names follow. */
export const BEST_YEARS_COLUMNS = ["series_id", "year", "value", "basis", "ties"] as const;

/**
 * The records of best-years.csv, the header first. `ties` holds the other years, joined by spaces. A shell's other tools
 * want a line end of LF alone.
 */
export function* bestYearsCsv(
  series: Iterable<BestYear>,
  names?: { columns: readonly string[]; of(seriesId: string): Record<string, string> },
  lineEnd: LineEnd = "\r\n",
): Generator<string> {
  const columns = names?.columns ?? [];
  yield csvRecord([...BEST_YEARS_COLUMNS, ...columns], lineEnd);
  for (const { seriesId, year, value, basis, ties } of series) {
    let record = `${csvText(seriesId)},${year},${value},${basis},${ties.join(" ")}`;
    if (names !== undefined) {
      const texts = names.of(seriesId);
      for (const column of columns) record += `,${csvText(texts[column] ?? "")}`;
    }
    yield record + lineEnd;
  }
}
