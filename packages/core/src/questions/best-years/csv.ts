/** best-years.csv: the best year of every series. */
import type { BestYear } from "../../bls-file/best-years.ts";
import type { SeriesNames } from "../../bls-file/names.ts";
import { appendByte, appendText, createByteSink, writeText } from "../../bytes/byte-sink.ts";
import { csvRecord, csvText, type LineEnd } from "../../csv.ts";
import { createNameFields } from "./name-fields.ts";

/** The first columns of every best-years.csv. The columns with the series' names follow. */
export const BEST_YEARS_COLUMNS = ["series_id", "year", "value", "basis", "ties"] as const;

/** Bytes per piece: writing millions of small pieces is slow. */
const PIECE = 1 << 16;
const COMMA = 44;

/**
 * The records of best-years.csv without names, the header first. `ties` contains the other years with the same
 * sum, separated by spaces. Command-line tools expect LF alone as the `lineEnd`.
 */
export function* bestYearsCsv(series: Iterable<BestYear>, lineEnd: LineEnd = "\r\n"): Generator<string> {
  yield csvRecord(BEST_YEARS_COLUMNS, lineEnd);
  for (const best of series) yield fields(best) + lineEnd;
}

/**
 * The records with the series' names, as UTF-8. The names are streamed in parallel. Throws SeriesFileOutOfOrder if
 * the names are not sorted. The caller must then start over, as `retriedInOrder` does.
 */
export async function* bestYearsCsvWithNames(
  series: Iterable<BestYear>,
  names: SeriesNames,
): AsyncGenerator<Uint8Array> {
  const lineEnd = "\r\n";
  const inOrder = names.inOrder();
  const nameFields = createNameFields(inOrder);
  const piece = createByteSink(2 * PIECE);
  let id = Buffer.alloc(1 << 10);
  appendText(piece, csvRecord([...BEST_YEARS_COLUMNS, ...names.columns], lineEnd));
  try {
    for (const best of series) {
      if (3 * best.seriesId.length > id.length) id = Buffer.alloc(3 * best.seriesId.length);
      const length = writeText(id, 0, best.seriesId);
      let state = inOrder.search(id, 0, length);
      for (; state === "more"; state = inOrder.search(id, 0, length)) await inOrder.load();
      appendText(piece, fields(best));
      for (let column = 0; column < names.columns.length; column++) {
        appendByte(piece, COMMA);
        if (state === "found") nameFields.append(piece, column);
      }
      appendText(piece, lineEnd);
      if (piece.length < PIECE) continue;
      yield Buffer.from(piece.bytes.subarray(0, piece.length));
      piece.length = 0;
    }
    await inOrder.finish();
    yield Buffer.from(piece.bytes.subarray(0, piece.length));
  } finally {
    await inOrder.close();
  }
}

function fields({ seriesId, year, value, basis, ties }: BestYear): string {
  return `${csvText(seriesId)},${year ?? ""},${value ?? ""},${basis},${ties.join(" ")}`;
}
