/** A few thousand observations as columns, without an object for each. */
import { type ByteDictionary, clearByteDictionary, createByteDictionary } from "../bytes/dictionaries.ts";
import { timeOf } from "./time-order.ts";

/** The observations of one series after another. Row i is at index i of every column. */
export type ObservationBatch = {
  rows: number;
  years: Int32Array;
  /** Indexes in PERIODS. */
  periods: Uint8Array;
  /**
   * The value in units of the decimal type, as a low and a high half of 32 bits each. If the type needs more than
   * 64 bits, the value is in `wide` instead.
   */
  words: Int32Array;
  /** 16 bytes for each row, big-endian. Empty if 64 bits are enough. */
  wide: Buffer;
  /** 0 if the row has no value. */
  valued: Uint8Array;
  /** Indexes in `footnoteTexts`, or NULL. */
  footnotes: Int32Array;
  footnoteTexts: ByteDictionary;
  /** The number of series that have started. The last series may still get more rows. */
  series: number;
  /** The IDs of the series, as bytes. */
  ids: ByteDictionary;
  /** The row at which each series starts. */
  firstRows: Int32Array;
};

const ROWS = 1 << 15;
const SERIES = 1 << 10;
const WIDE_BYTES = 16;

/** An empty batch. `wide` is true if values need more than 64 bits. */
export function createObservationBatch(wide: boolean): ObservationBatch {
  return {
    rows: 0,
    years: new Int32Array(ROWS),
    periods: new Uint8Array(ROWS),
    words: new Int32Array(2 * ROWS),
    wide: Buffer.alloc(wide ? WIDE_BYTES * ROWS : 0),
    valued: new Uint8Array(ROWS),
    footnotes: new Int32Array(ROWS),
    footnoteTexts: createByteDictionary(),
    series: 0,
    ids: createByteDictionary(),
    firstRows: new Int32Array(SERIES),
  };
}

/** Doubles the capacity in rows. */
export function enlargeRows(batch: ObservationBatch): void {
  batch.years = enlarged(batch.years);
  batch.periods = enlargedBytes(batch.periods);
  batch.words = enlarged(batch.words);
  batch.wide = Buffer.concat([batch.wide, Buffer.alloc(batch.wide.length)]);
  batch.valued = enlargedBytes(batch.valued);
  batch.footnotes = enlarged(batch.footnotes);
}

/** Doubles the capacity in series. */
export function enlargeSeries(batch: ObservationBatch): void {
  batch.firstRows = enlarged(batch.firstRows);
}

/** Drops all series except the last one, whose rows and ID move to the front. */
export function keepLastSeries(batch: ObservationBatch): void {
  const last = batch.series - 1;
  const from = batch.firstRows[last] ?? 0;
  const { rows, ids } = batch;
  batch.years.copyWithin(0, from, rows);
  batch.periods.copyWithin(0, from, rows);
  batch.words.copyWithin(0, 2 * from, 2 * rows);
  batch.wide.copyWithin(0, WIDE_BYTES * from, WIDE_BYTES * rows);
  batch.valued.copyWithin(0, from, rows);
  batch.footnotes.copyWithin(0, from, rows);
  batch.rows = rows - from;
  const start = last === 0 ? 0 : (ids.ends[last - 1] ?? 0);
  const length = (ids.ends[last] ?? 0) - start;
  ids.sink.bytes.copyWithin(0, start, start + length);
  ids.sink.length = length;
  ids.ends[0] = length;
  ids.size = 1;
  batch.series = 1;
  batch.firstRows[0] = 0;
}

/** Sorts rows `from` to `batch.rows` by year and period. The sort is stable. */
export function sortRows(batch: ObservationBatch, from: number): void {
  const { rows, years, periods, words, wide, valued, footnotes } = batch;
  const order = Array.from({ length: rows - from }, (_, index) => from + index);
  const at = (column: Int32Array | Uint8Array, row: number) => column[row] ?? 0;
  const time = (row: number) => timeOf(at(years, row), at(periods, row));
  order.sort((a, b) => time(a) - time(b) || a - b);
  const copies = {
    years: years.slice(from, rows),
    periods: periods.slice(from, rows),
    words: words.slice(2 * from, 2 * rows),
    wide: Buffer.from(wide.subarray(WIDE_BYTES * from, WIDE_BYTES * rows)),
    valued: valued.slice(from, rows),
    footnotes: footnotes.slice(from, rows),
  };
  for (const [index, row] of order.entries()) {
    const source = row - from;
    const target = from + index;
    years[target] = at(copies.years, source);
    periods[target] = at(copies.periods, source);
    words[2 * target] = at(copies.words, 2 * source);
    words[2 * target + 1] = at(copies.words, 2 * source + 1);
    if (wide.length > 0)
      copies.wide.copy(wide, WIDE_BYTES * target, WIDE_BYTES * source, WIDE_BYTES * (source + 1));
    valued[target] = at(copies.valued, source);
    footnotes[target] = at(copies.footnotes, source);
  }
}

/** Drops the footnotes of rows that are gone, and renumbers the remaining footnotes. */
export function keepUsedFootnotes(batch: ObservationBatch, placeOf: (text: Buffer) => number): void {
  const { footnoteTexts, footnotes, rows } = batch;
  const kept = new Map<number, Buffer>();
  for (let row = 0; row < rows; row++) {
    const place = footnotes[row] ?? -1;
    if (place < 0 || kept.has(place)) continue;
    const start = place === 0 ? 0 : (footnoteTexts.ends[place - 1] ?? 0);
    kept.set(place, Buffer.from(footnoteTexts.sink.bytes.subarray(start, footnoteTexts.ends[place])));
  }
  clearByteDictionary(footnoteTexts);
  const renumbered = new Map(Array.from(kept, ([place, text]) => [place, placeOf(text)]));
  for (let row = 0; row < rows; row++) {
    const place = footnotes[row] ?? -1;
    if (place >= 0) footnotes[row] = renumbered.get(place) ?? -1;
  }
}

function enlarged(from: Int32Array): Int32Array {
  const larger = new Int32Array(2 * from.length);
  larger.set(from);
  return larger;
}

function enlargedBytes(from: Uint8Array): Uint8Array {
  const larger = new Uint8Array(2 * from.length);
  larger.set(from);
  return larger;
}
