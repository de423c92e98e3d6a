/** The hot path: rows that look like the previous row, which are nearly all rows of a BLS file. */
import type { DataColumns } from "./columns.ts";
import { GROUP_OF_PERIOD, PERIODS } from "./periods.ts";
import { type SeriesSums, SUMS_PER_YEAR, slotOf } from "./series-sums.ts";

const TAB = 9;
const LF = 10;
const SPACE = 32;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const FOUR_SPACES = 0x20202020;
/** Whole numbers below this, which have at most 15 digits, are exact in a double. */
const EXACT = 1e15;

/** The previous row: where it starts in the buffer, and where its fields are within the row. */
export type RowBefore = {
  start: number;
  /**
   * Length of series_id with its padding and tab. The year follows, then a tab, three bytes of the period,
   * and a tab.
   */
  idLength: number;
  /** The offset, from the row's start, of the tab after the value. */
  valueEnd: number;
  series: SeriesSums;
};

/**
 * Tables of all periods, indexed by `periodHash`: a period's three bytes and a tab as one number (its word),
 * the period's bit, and its group.
 */
const periodWords = new Int32Array(1024);
const periodBits = new Int32Array(1024);
const periodGroups = new Int32Array(1024);
for (const [place, period] of PERIODS.entries()) {
  const word = Buffer.from(`${period}\t`).readInt32LE();
  const hash = periodHash(word);
  periodWords[hash] = word;
  periodBits[hash] = 1 << place;
  periodGroups[hash] = GROUP_OF_PERIOD[place] ?? 0;
}

/**
 * The five low bits of the letter, the lowest bit of the tens digit, and the four low bits of the ones digit
 * distinguish all periods.
 */
function periodHash(word: number): number {
  return (word & 31) | ((word >>> 3) & 32) | ((word >>> 10) & 960);
}

/**
 * What scanning needs to know about the row at `start`, whose fields are at `bounds`. Undefined if such rows
 * cannot be scanned, because the file does not have the usual five columns in their usual order, the year or
 * period is padded, the ID contains a zero byte, or the sums are not exact in a double.
 */
export function rowToScanFrom(
  bytes: Buffer,
  start: number,
  columns: DataColumns,
  bounds: Int32Array,
  series: SeriesSums,
): RowBefore | undefined {
  const { count, seriesId, year, period, value } = columns;
  if (count !== 5 || seriesId !== 0 || year !== 1 || period !== 2 || value !== 3) return undefined;
  const idLength = (bounds[2] ?? 0) - start;
  const valueEnd = (bounds[7] ?? 0) - start;
  const usual =
    idLength >= 3 &&
    series.decimals >= 0 &&
    series.large === undefined &&
    bytes[start + idLength - 1] === TAB &&
    bytes[start + idLength + 4] === TAB &&
    bytes[start + idLength + 8] === TAB &&
    bytes[start + valueEnd] === TAB &&
    (bounds[4] ?? 0) - start === idLength + 5;
  if (!usual) return undefined;
  for (let at = start; at < start + idLength; at++) if (bytes[at] === 0) return undefined;
  return { start, idLength, valueEnd, series };
}

/**
 * Adds up rows from `from` on, as long as they belong to the series of the previous row and contain nothing
 * unusual. Returns how many there were and the start of the first row that it leaves to the caller. Advances
 * `before`.
 *
 * Every byte of the columns is checked, eight at a time: ID and year are compared as doubles with those of
 * the previous row, and byte by byte only from the first difference on. Equal doubles have the same bytes,
 * except for zeros, and the ID has no zero byte. NaNs never compare equal, which only costs time. The value
 * is read backward from its end, so that its padding can also be compared in words.
 */
export function scanRows(
  bytes: Buffer,
  view: DataView,
  from: number,
  end: number,
  before: RowBefore,
): { next: number; rows: number } {
  const { idLength, series } = before;
  const yearWordAt = idLength - 3;
  const periodAt = idLength + 5;
  const valueAt = idLength + 9;
  const decimals = series.decimals;
  let { start, valueEnd } = before;
  let slot = slotOf(series, yearOf(view.getInt32(start + idLength, true)));
  let { sums, seen } = series;
  let seenNow = seen[slot] ?? 0;
  let at = from;
  let rows = 0;

  while (at + valueEnd + 4 < end) {
    let offset = 0;
    while (
      offset < yearWordAt &&
      view.getFloat64(at + offset, true) === view.getFloat64(start + offset, true)
    ) {
      offset += 8;
    }
    if (
      offset < yearWordAt ||
      view.getFloat64(at + yearWordAt, true) !== view.getFloat64(start + yearWordAt, true)
    ) {
      while (offset < idLength && bytes[at + offset] === bytes[start + offset]) offset++;
      const year = yearOf(view.getInt32(at + idLength, true));
      if (offset < idLength || year < 0 || bytes[at + idLength + 4] !== TAB) break;
      seen[slot] = seenNow;
      slot = slotOf(series, year);
      ({ sums, seen } = series);
      seenNow = seen[slot] ?? 0;
    }

    const periodWord = view.getInt32(at + periodAt, true);
    const hash = periodHash(periodWord);
    if (periodWords[hash] !== periodWord) break;
    const bit = periodBits[hash] ?? 0;
    if ((seenNow & bit) !== 0) break;

    let tab = at + valueEnd;
    if (bytes[tab] !== TAB) {
      tab = at + valueAt;
      while ((bytes[tab] ?? 0) >= SPACE) tab++;
      if (bytes[tab] !== TAB) break;
    }
    let left = tab - 1;
    let units = 0;
    let unit = 1;
    for (let digits = decimals; digits > 0; digits--) {
      const digit = (bytes[left--] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) unit = Number.NaN;
      units += digit * unit;
      unit *= 10;
    }
    if (decimals > 0 && bytes[left--] !== POINT) break;
    for (;;) {
      const digit = (bytes[left] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      units += digit * unit;
      unit *= 10;
      left--;
    }
    if (unit === 1 || unit > EXACT) break;
    if (bytes[left] === MINUS) {
      units = -units;
      left--;
    }
    const padding = at + valueAt;
    while (left - 3 >= padding && view.getInt32(left - 3, true) === FOUR_SPACES) left -= 4;
    while (left >= padding && bytes[left] === SPACE) left--;
    if (left >= padding) break;

    const place = slot * SUMS_PER_YEAR + (periodGroups[hash] ?? 0);
    const sum = (sums[place] ?? 0) + units;
    if (!(sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER)) break;
    sums[place] = sum;
    seenNow |= bit;

    start = at;
    valueEnd = tab - at;
    at = tab + 1;
    while (bytes[at] !== LF) at++;
    at++;
    rows++;
  }
  seen[slot] = seenNow;
  before.start = start;
  before.valueEnd = valueEnd;
  return { next: at, rows };
}

/** The year that the four bytes of `word` spell, or -1 if a byte is not a digit. */
function yearOf(word: number): number {
  const a = (word & 255) - ZERO;
  const b = ((word >>> 8) & 255) - ZERO;
  const c = ((word >>> 16) & 255) - ZERO;
  const d = (word >>> 24) - ZERO;
  if (a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 || d < 0 || d > 9) return -1;
  return a * 1000 + b * 100 + c * 10 + d;
}
