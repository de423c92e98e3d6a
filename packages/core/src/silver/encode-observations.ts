/** A data file as Parquet: pages of some thousand rows, row groups, footer. */
import type { SeriesNames } from "../bls-file/names.ts";
import type { DecimalType } from "./decimal-type.ts";
import type { ObservationBatch } from "./observation-batch.ts";
import { addObservationPages, observationColumns, SORTED_BY } from "./observation-columns.ts";
import { addDictionaryPage, type ColumnChunk, NULL } from "./parquet/column-chunk.ts";
import { placeOfBytes, startOf } from "./parquet/dictionaries.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";

/** From so many rows on a page ends with the series. A reader of one series fetches a page of each column. */
export const PAGE_ROWS = 1 << 14;
/** Rows of a row group: some can be read in parallel even where a file is small, and the footer of a large one stays small. */
const FIRST_GROUP_ROWS = 1 << 18;
const LARGE_GROUP_ROWS = 1 << 20;
/** Row groups before they become large. */
const FIRST_GROUPS = 16;
/** Distinct texts of a row group, in bytes: what memory holds of them. */
const MOST_TEXT_BYTES = 1 << 24;

export type ObservationEncoder = {
  /** Adds the first `rows` rows of a batch, which are those of its first `series` series, and gives what is finished. */
  add(batch: ObservationBatch, rows: number, series: number): Buffer[];
  /** Ends the file. */
  end(): Buffer[];
};

/** An encoder of observations, which come by series_id, year and period. */
export function createObservationEncoder(value: DecimalType, names: SeriesNames): ObservationEncoder {
  const fixed = observationColumns(value);
  const nameColumns = names.columns.filter((name) => !fixed.some((column) => column.name === name));
  const columns = [
    ...fixed,
    ...nameColumns.map((name) => ({ name, type: { kind: "text" as const }, optional: true })),
  ];
  const file = createParquetFile(columns, SORTED_BY);
  let rowsOfGroup = 0;
  let groups = 0;

  function endGroup(): Buffer[] {
    const parts = file.endGroup(rowsOfGroup);
    rowsOfGroup = 0;
    groups++;
    return parts;
  }

  return {
    add(batch, rows, series) {
      addObservationPages(file.chunks, batch, rows, series);
      addNamePages(file.chunks.slice(fixed.length), nameColumns, names, batch, rows, series);
      rowsOfGroup += rows;
      const full = groups < FIRST_GROUPS ? FIRST_GROUP_ROWS : LARGE_GROUP_ROWS;
      const textBytes = file.chunks.reduce((bytes, { texts }) => bytes + texts.sink.length, 0);
      return rowsOfGroup >= full || textBytes >= MOST_TEXT_BYTES ? endGroup() : [];
    },
    end: () => [...(rowsOfGroup > 0 ? endGroup() : []), ...file.end()],
  };
}

function addNamePages(
  chunks: readonly ColumnChunk[],
  columns: readonly string[],
  names: SeriesNames,
  { ids, firstRows }: ObservationBatch,
  rows: number,
  series: number,
): void {
  const counts = new Int32Array(series);
  const places = chunks.map(() => new Int32Array(series));
  for (let index = 0; index < series; index++) {
    const next = index + 1 < series ? (firstRows[index + 1] ?? 0) : rows;
    counts[index] = next - (firstRows[index] ?? 0);
    const texts = names.of(ids.sink.bytes.toString("utf8", startOf(ids, index), ids.ends[index]));
    for (const [column, chunk] of chunks.entries()) {
      const text = Buffer.from(texts[columns[column] ?? ""] ?? "");
      const place = text.length === 0 ? NULL : placeOfBytes(chunk.texts, text, 0, text.length);
      const ofColumn = places[column];
      if (ofColumn) ofColumn[index] = place;
    }
  }
  for (const [column, chunk] of chunks.entries()) {
    addDictionaryPage(chunk, places[column] ?? new Int32Array(series), counts, series, rows);
  }
}
