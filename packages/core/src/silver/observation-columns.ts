/** The columns of an observation in Silver, and how a batch of observations becomes pages. */
import { PERIODS } from "../bls-file/periods.ts";
import { addBytes, type ByteDictionary, placeOfBytes, placeOfLong, startOf } from "../bytes/dictionaries.ts";
import type { DecimalType } from "./decimal-type.ts";
import type { ObservationBatch } from "./observation-batch.ts";
import {
  addDictionaryPage,
  addPlainPage,
  type ColumnChunk,
  type Extremes,
  NULL,
} from "./parquet/column-chunk.ts";
import type { Column } from "./parquet/schema.ts";

/** The columns that the observations of every survey have. The columns with the series' names come after them. */
export function observationColumns(value: DecimalType): Column[] {
  return [
    { name: "series_id", type: { kind: "text" }, optional: false, sorted: true },
    { name: "year", type: { kind: "integer" }, optional: false },
    { name: "period", type: { kind: "text" }, optional: false },
    { name: "value", type: { kind: "decimal", ...value }, optional: true },
    { name: "footnotes", type: { kind: "text" }, optional: true },
  ];
}

/** Files are sorted by series_id, year, and period. */
export const SORTED_BY = 3;

/**
 * Above this number of distinct values, a row group stores further values directly. This limits dictionary indexes
 * to two bytes, and the dictionary that a reader of one series fetches to half a megabyte.
 */
const MOST_DISTINCT_VALUES = 1 << 16;

const periodBytes = PERIODS.map((period) => Buffer.from(period));

let places = new Int32Array(1 << 15);
let counts = new Int32Array(1 << 15);

/**
 * Adds the first `rows` rows of a batch (the rows of its first `series` series) as one page of each
 * column.
 */
export function addObservationPages(
  [ids, years, periods, values, footnotes]: readonly ColumnChunk[],
  batch: ObservationBatch,
  rows: number,
  series: number,
): void {
  if (ids === undefined || years === undefined || periods === undefined) return;
  if (values === undefined || footnotes === undefined) return;
  if (rows > places.length) {
    places = new Int32Array(2 * rows);
    counts = new Int32Array(2 * rows);
  }
  addIds(ids, batch, rows, series);
  addRuns(years, batch.years, rows, (year) => placeOfLong(years.longs, year, year >> 31));
  addRuns(periods, batch.periods, rows, periodPlaces(periods.texts));
  addValues(values, batch, rows);
  addRuns(footnotes, batch.footnotes, rows, footnotePlaces(footnotes.texts, batch.footnoteTexts));
}

function addIds(
  chunk: ColumnChunk,
  { ids, firstRows }: ObservationBatch,
  rows: number,
  series: number,
): void {
  for (let index = 0; index < series; index++) {
    places[index] = addBytes(chunk.texts, ids.sink.bytes, startOf(ids, index), ids.ends[index] ?? 0);
    const next = index + 1 < series ? (firstRows[index + 1] ?? 0) : rows;
    counts[index] = next - (firstRows[index] ?? 0);
  }
  const bounds: Extremes = { min: textAt(ids, 0), max: textAt(ids, series - 1) };
  addDictionaryPage(chunk, places, counts, series, rows, bounds);
}

/** Adds a page of values, many of which equal the value before them. */
function addRuns(
  chunk: ColumnChunk,
  values: Int32Array | Uint8Array,
  rows: number,
  placeOf: (value: number) => number,
): void {
  let runs = 0;
  for (let row = 0; row < rows; ) {
    const value = values[row] ?? 0;
    const first = row;
    do row++;
    while (row < rows && values[row] === value);
    places[runs] = placeOf(value);
    counts[runs++] = row - first;
  }
  addDictionaryPage(chunk, places, counts, runs, rows);
}

function periodPlaces(texts: ByteDictionary): (period: number) => number {
  const known = new Int32Array(PERIODS.length).fill(NULL);
  return (period) => {
    const place = known[period] ?? NULL;
    if (place !== NULL) return place;
    const bytes = periodBytes[period] ?? Buffer.alloc(0);
    const added = placeOfBytes(texts, bytes, 0, bytes.length);
    known[period] = added;
    return added;
  };
}

function footnotePlaces(texts: ByteDictionary, from: ByteDictionary): (footnote: number) => number {
  return (footnote) =>
    footnote === NULL
      ? NULL
      : placeOfBytes(texts, from.sink.bytes, startOf(from, footnote), from.ends[footnote] ?? 0);
}

function addValues(chunk: ColumnChunk, { words, wide, valued }: ObservationBatch, rows: number): void {
  counts.fill(1, 0, rows);
  if (wide.length > 0) {
    for (let row = 0; row < rows; row++) {
      places[row] = valued[row] === 1 ? placeOfBytes(chunk.texts, wide, 16 * row, 16 * row + 16) : NULL;
    }
    addDictionaryPage(chunk, places, counts, rows, rows);
    return;
  }
  const { longs } = chunk;
  if (longs.size + rows > MOST_DISTINCT_VALUES && longs.size > MOST_DISTINCT_VALUES / 2) {
    addPlainPage(chunk, words, valued, rows);
    return;
  }
  for (let row = 0; row < rows; row++) {
    places[row] = valued[row] === 1 ? placeOfLong(longs, words[2 * row] ?? 0, words[2 * row + 1] ?? 0) : NULL;
  }
  addDictionaryPage(chunk, places, counts, rows, rows);
}

function textAt(texts: ByteDictionary, place: number): Buffer {
  return Buffer.from(texts.sink.bytes.subarray(startOf(texts, place), texts.ends[place]));
}
