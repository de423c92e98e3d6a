/** best-years.csv: the best year of every series. */
import type { BestYear } from "../../bls-file/best-years.ts";
import type { SeriesNames } from "../../bls-file/names.ts";
import { appendByte, appendText, createByteSink, writeText } from "../../bytes/byte-sink.ts";
import { csvRecord, csvText, type LineEnd } from "../../csv.ts";
import { createNameFields } from "./name-fields.ts";

/** The first columns of every best-years.csv. The columns with the series' names follow. */
export const BEST_YEARS_COLUMNS = ["series_id", "year", "value", "basis", "ties"] as const;

/** Writing millions of small pieces is slow. */
const PIECE = 1 << 16;
const COMMA = 44;

/**
 * The records of best-years.csv without names, the header first. `ties` contains the other years, separated
 * by spaces. Lines end with LF alone, which command-line tools expect.
 */
export function* bestYearsCsv(series: Iterable<BestYear>, lineEnd: LineEnd = "\r\n"): Generator<string> {
  yield csvRecord(BEST_YEARS_COLUMNS, lineEnd);
  for (const best of series) yield fields(best) + lineEnd;
}

/**
 * The same with the series' names, which are streamed in parallel, as UTF-8. Throws SeriesFileOutOfOrder if the
 * names are not sorted: start over then, as `retriedInOrder` does.
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
