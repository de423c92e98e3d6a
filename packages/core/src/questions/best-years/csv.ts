/** best-years.csv: the best year of every series. */
import type { BestYear } from "../../bls-file/best-years.ts";
import type { SeriesNames } from "../../bls-file/names.ts";
import { csvRecord, csvText, type LineEnd } from "../../csv.ts";

/** The first columns of every best-years.csv. The columns with the series' names follow. */
export const BEST_YEARS_COLUMNS = ["series_id", "year", "value", "basis", "ties"] as const;

/** Text is yielded in pieces of about ten thousand characters, because millions of small pieces are slow. */
const PIECE = 1 << 15;

/**
 * The records of best-years.csv without names, the header first. `ties` contains the other years, separated
 * by spaces. Lines end with LF alone, which command-line tools expect.
 */
export function* bestYearsCsv(series: Iterable<BestYear>, lineEnd: LineEnd = "\r\n"): Generator<string> {
  yield csvRecord(BEST_YEARS_COLUMNS, lineEnd);
  for (const best of series) yield fields(best) + lineEnd;
}

/**
 * The same with the series' names, which are streamed in parallel. Throws SeriesFileOutOfOrder if the names
 * are not sorted: start over then, as `retriedInOrder` does.
 */
export async function* bestYearsCsvWithNames(
  series: Iterable<BestYear>,
  names: SeriesNames,
): AsyncGenerator<string> {
  const lineEnd = "\r\n";
  const inOrder = names.inOrder();
  let id = Buffer.alloc(1 << 10);
  let piece = csvRecord([...BEST_YEARS_COLUMNS, ...names.columns], lineEnd);
  try {
    for (const best of series) {
      if (3 * best.seriesId.length > id.length) id = Buffer.alloc(3 * best.seriesId.length);
      const length = id.write(best.seriesId);
      let state = inOrder.search(id, 0, length);
      for (; state === "more"; state = inOrder.search(id, 0, length)) await inOrder.load();
      piece += fields(best);
      for (let column = 0; column < names.columns.length; column++) {
        piece += `,${state === "found" ? csvText(inOrder.text(column)) : ""}`;
      }
      piece += lineEnd;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = "";
    }
    await inOrder.finish();
    yield piece;
  } finally {
    await inOrder.close();
  }
}

function fields({ seriesId, year, value, basis, ties }: BestYear): string {
  return `${csvText(seriesId)},${year ?? ""},${value ?? ""},${basis},${ties.join(" ")}`;
}
