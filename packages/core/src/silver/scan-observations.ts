/** The hot path of Silver: converts rows of text to columns, in place, while each row looks like the one before. */
import { PERIODS } from "../bls-file/periods.ts";
import { addBytes } from "../bytes/dictionaries.ts";
import type { ObservationBatch } from "./observation-batch.ts";
import { RANK_OF_PERIOD, TIMES_PER_YEAR } from "./time-order.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const FOUR_SPACES = 0x20202020;
const TWO_TO_THE_32 = 4294967296;
/** Numbers with this many digits are exact in a double. */
const MOST_DIGITS = 15;

/**
 * Two tables, both indexed by periodHash(): a period's three bytes and a tab as one number, and the period's
 * index in PERIODS.
 */
const periodWords = new Int32Array(1024);
const periodPlaces = new Uint8Array(1024);
for (const [place, period] of PERIODS.entries()) {
  const word = Buffer.from(`${period}\t`).readInt32LE();
  periodWords[periodHash(word)] = word;
  periodPlaces[periodHash(word)] = place;
}

/**
 * The low five bits of the letter, the low bit of the tens digit, and the low four bits of the ones digit
 * distinguish all periods.
 */
function periodHash(word: number): number {
  return (word & 31) | ((word >>> 3) & 32) | ((word >>> 10) & 960);
}

const powersOfTen = Float64Array.from({ length: 19 }, (_, exponent) => 10 ** exponent);

/** The previous row, with which the next row is compared. */
export type RowBefore = {
  /** Where the row starts in the buffer. */
  start: number;
  /** The length of series_id with its padding and tab. */
  idLength: number;
  /** The row's year and period as one number. */
  time: number;
  /** The `time` of the series' last row with a value, or -1 if no row of the series has had a value yet. */
  valuedTime: number;
};

/**
 * Adds rows to `batch`, beginning with the row at `from`, as long as they contain nothing unusual: five columns
 * in their usual order, an ID that is as long as the previous one and does not sort before it, a later year or
 * period within the series, no padding except in series_id and the value, and no footnote. `scale` is the scale of
 * the decimal type. Adds at most `mostRows` rows and `mostSeries` series. Returns the start of the first row that
 * it leaves to the caller. Advances `before`.
 */
export function scanObservations(
  bytes: Buffer,
  view: DataView,
  from: number,
  end: number,
  batch: ObservationBatch,
  before: RowBefore,
  scale: number,
  mostRows: number,
  mostSeries: number,
): number {
  const { years, periods, words, valued, footnotes, firstRows, ids } = batch;
  const { idLength } = before;
  let { start, time, valuedTime } = before;
  let row = batch.rows;
  const lastRow = row + mostRows;
  let seriesLeft = mostSeries;
  let at = from;

  rows: while (row < lastRow && at + idLength + 12 < end) {
    let offset = 0;
    while (
      offset + 4 <= idLength &&
      view.getInt32(at + offset, true) === view.getInt32(start + offset, true)
    ) {
      offset += 4;
    }
    while (offset < idLength && bytes[at + offset] === bytes[start + offset]) offset++;
    const isNew = offset < idLength;
    let idEnd = at + idLength - 1;
    if (isNew) {
      const differs = bytes[at + offset] ?? 0;
      const differed = bytes[start + offset] ?? 0;
      // If one of the two bytes is padding, the IDs differ in length, and the row is left to the caller.
      if (differs <= differed || differed === SPACE || seriesLeft === 0 || bytes[idEnd] !== TAB) break;
      while (idEnd > at && bytes[idEnd - 1] === SPACE) idEnd--;
      for (let each = at + offset; each < idEnd; each++) {
        const byte = bytes[each] ?? 0;
        if (byte <= SPACE || byte > 126) break rows;
      }
      time = -1;
      valuedTime = -1;
    }

    const yearWord = view.getInt32(at + idLength, true);
    const a = (yearWord & 255) - ZERO;
    const b = ((yearWord >>> 8) & 255) - ZERO;
    const c = ((yearWord >>> 16) & 255) - ZERO;
    const d = (yearWord >>> 24) - ZERO;
    if (a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 || d < 0 || d > 9) break;
    if (bytes[at + idLength + 4] !== TAB) break;
    const year = a * 1000 + b * 100 + c * 10 + d;
    const periodWord = view.getInt32(at + idLength + 5, true);
    const hash = periodHash(periodWord);
    if (periodWords[hash] !== periodWord) break;
    const period = periodPlaces[hash] ?? 0;
    const timeNow = year * TIMES_PER_YEAR + (RANK_OF_PERIOD[period] ?? 0);
    if (timeNow <= time) break;

    let next = at + idLength + 9;
    while (next + 4 < end && view.getInt32(next, true) === FOUR_SPACES) next += 4;
    while (bytes[next] === SPACE) next++;
    let negative = false;
    if (bytes[next] === MINUS) {
      negative = true;
      next++;
    }
    let units = 0;
    const firstDigit = next;
    let digit = (bytes[next] ?? 0) - ZERO;
    while (digit >= 0 && digit <= 9) {
      units = units * 10 + digit;
      digit = (bytes[++next] ?? 0) - ZERO;
    }
    let digits = next - firstDigit;
    let decimals = 0;
    if (digit === POINT - ZERO) {
      const firstDecimal = ++next;
      digit = (bytes[next] ?? 0) - ZERO;
      while (digit >= 0 && digit <= 9) {
        units = units * 10 + digit;
        digit = (bytes[++next] ?? 0) - ZERO;
      }
      decimals = next - firstDecimal;
      digits += decimals;
      if (digits === 0) break;
    }
    if (bytes[next] !== TAB || digits > MOST_DIGITS || decimals > scale) break;
    // CR or LF after the tab means that there is no footnote.
    let lf = next + 1;
    if (bytes[lf] === CR) lf++;
    if (bytes[lf] !== LF) break;

    const scaled = units * (powersOfTen[scale - decimals] ?? 0);
    if (!(scaled < Number.MAX_SAFE_INTEGER)) break;
    if (isNew) {
      firstRows[batch.series++] = row;
      addBytes(ids, bytes, at, idEnd);
      seriesLeft--;
    }
    if (digits > 0) {
      const signed = negative ? -scaled : scaled;
      const high = Math.floor(signed / TWO_TO_THE_32);
      words[2 * row] = signed - high * TWO_TO_THE_32;
      words[2 * row + 1] = high;
      valued[row] = 1;
      valuedTime = timeNow;
    } else {
      valued[row] = 0;
    }
    years[row] = year;
    periods[row] = period;
    footnotes[row] = -1;
    time = timeNow;
    start = at;
    at = lf + 1;
    row++;
  }
  batch.rows = row;
  before.start = start;
  before.time = time;
  before.valuedTime = valuedTime;
  return at;
}
