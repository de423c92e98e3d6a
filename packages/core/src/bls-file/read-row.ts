/** Reads any row of a BLS data file, whatever the order of its columns and the padding of its fields. */
import { parseDecimal } from "../decimal.ts";
import { type DataColumns, isBlank, locateFields, malformed } from "./columns.ts";
import { decodeText } from "./lines.ts";
import { PERIODS, periodPlace } from "./periods.ts";

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
/** A value with at most this many characters is exact in a double. */
const SHORT = 15;
/**
 * Published values have about a dozen characters. Without a limit, adding values of a million digits would
 * take hours.
 */
export const LONGEST_VALUE = 100;

/** The fields of one row. The same object is filled for every row. */
type Row = {
  /** One character per byte (latin1). */
  id: string;
  year: number;
  /** The period's index in PERIODS. */
  period: number;
  /**
   * The value is `units` times ten to the power of -decimals. Undefined if the row has no value: `-` or
   * nothing.
   */
  units: number | bigint | undefined;
  decimals: number;
};

export type RowReader = {
  /** The row of the last `read` that returned true. */
  row: Row;
  /**
   * The positions of the row's fields without padding: column i is from `bounds[2 * i]` to
   * `bounds[2 * i + 1]`.
   */
  bounds: Int32Array;
  /**
   * Reads the line from `start` to its LF at `end`. Returns false if it is blank. Throws DataFileMalformed,
   * with `lineNumber`, if it is not a valid row.
   */
  read(bytes: Buffer, start: number, end: number, lineNumber: number): boolean;
  /** The text of a column in the last row, without padding. Empty if the file has no such column (-1). */
  text(bytes: Buffer, column: number): string;
};

/** A reader of rows that have `columns`. `file` is the file's name in errors. */
export function createRowReader(file: string, columns: DataColumns): RowReader {
  const bounds = new Int32Array(2 * columns.count);
  const row: Row = { id: "", year: 0, period: 0, units: undefined, decimals: 0 };

  function read(bytes: Buffer, start: number, end: number, lineNumber: number): boolean {
    const found = locateFields(bytes, start, end, columns.count, bounds);
    if (found < columns.count && isBlank(bytes, start, end)) return false;
    const fault =
      found < columns.count ? `${found} columns, but the header has ${columns.count}` : readFields(bytes);
    if (fault !== undefined) throw malformed(file, lineNumber, bytes.subarray(start, end), fault);
    return true;
  }

  /** Reads the fields within `bounds`. Returns what is wrong with them, if anything. */
  function readFields(bytes: Buffer): string | undefined {
    row.id = raw(bytes, columns.seriesId);
    if (row.id === "") return "no series_id";
    row.year = yearAt(bytes, bounds[2 * columns.year] ?? 0, bounds[2 * columns.year + 1] ?? 0);
    if (row.year < 0) return "the year is not valid";
    row.period = periodPlace(raw(bytes, columns.period));
    if (row.period < 0) return `the period is not one of ${PERIODS.join(", ")}`;
    const valueLength = (bounds[2 * columns.value + 1] ?? 0) - (bounds[2 * columns.value] ?? 0);
    if (valueLength > LONGEST_VALUE) return `the value is longer than ${LONGEST_VALUE} characters`;
    const readable = readValue(bytes, bounds[2 * columns.value] ?? 0, bounds[2 * columns.value + 1] ?? 0);
    return readable ? undefined : "the value is not a number";
  }

  function raw(bytes: Buffer, column: number): string {
    return bytes.toString("latin1", bounds[2 * column], bounds[2 * column + 1]);
  }

  function readValue(bytes: Buffer, start: number, end: number): boolean {
    row.units = undefined;
    row.decimals = 0;
    const negative = bytes[start] === MINUS;
    if (start === end || (negative && end - start === 1)) return true;
    if (end - start > SHORT) {
      const value = parseDecimal(bytes.toString("latin1", start, end));
      row.units = value?.units;
      row.decimals = value?.decimals ?? 0;
      return value !== undefined;
    }
    let units = 0;
    let digits = 0;
    let point = -1;
    for (let at = negative ? start + 1 : start; at < end; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit >= 0 && digit <= 9) {
        units = units * 10 + digit;
        digits++;
      } else if (digit === POINT - ZERO && point < 0) {
        point = at;
      } else {
        return false;
      }
    }
    row.units = negative ? -units : units;
    row.decimals = point < 0 ? 0 : end - point - 1;
    return digits > 0;
  }

  function text(bytes: Buffer, column: number): string {
    return column < 0 ? "" : decodeText(bytes.subarray(bounds[2 * column], bounds[2 * column + 1]));
  }

  return { row, bounds, read, text };
}

/** The four-digit year between two positions, or -1. */
function yearAt(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 4) return -1;
  let year = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    year = year * 10 + digit;
  }
  return year;
}
