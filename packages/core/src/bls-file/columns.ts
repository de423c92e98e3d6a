/**
 * Finds the fields of a row in a BLS data file. They are separated by tabs, may be padded with spaces, and
 * are in the header's order.
 */
import { DataFileMalformed } from "../errors.ts";
import { decodeText } from "./lines.ts";

const TAB = 9;
const SPACE = 32;
const CR = 13;

/**
 * More columns than any BLS file has. The time to match the columns of two files grows with the product of their
 * column counts.
 */
export const MOST_COLUMNS = 1000;

/** The positions of a data file's columns. `footnotes` is -1 if the file has none. */
export type DataColumns = {
  count: number;
  seriesId: number;
  year: number;
  period: number;
  value: number;
  footnotes: number;
};

/**
 * Reads a header line: names separated by tabs, padded or not, in any order and letter case. Throws
 * DataFileMalformed if series_id, year, period, or value is missing or appears twice, or if the line contains
 * a CR that does not end it.
 */
export function readDataHeader(file: string, line: string): DataColumns {
  const names = columnNames(file, line);
  function place(name: string): number {
    const found = names.indexOf(name);
    if (found < 0) throw malformed(file, 1, line, `the header has no column ${name}`);
    if (names.lastIndexOf(name) > found) {
      throw malformed(file, 1, line, `the header has the column ${name} twice`);
    }
    return found;
  }
  return {
    count: names.length,
    seriesId: place("series_id"),
    year: place("year"),
    period: place("period"),
    value: place("value"),
    footnotes: names.indexOf("footnote_codes"),
  };
}

/**
 * The column names of a header line, without padding or a byte order mark, in lower case. Throws
 * DataFileMalformed if the line contains a CR (a file whose lines end with CR alone looks like one long
 * line), or has more than 1,000 columns.
 */
export function columnNames(file: string, line: string): string[] {
  if (/\r[^\r]/.test(line))
    throw malformed(file, 1, line, "lines must end with LF or CR LF, not with CR alone");
  const names = line.split("\t", MOST_COLUMNS + 1);
  if (names.length > MOST_COLUMNS)
    throw malformed(
      file,
      1,
      line,
      `the header has more than ${MOST_COLUMNS} columns, so this is not a BLS file`,
    );
  // trim() also removes a byte order mark.
  return names.map((name) => name.trim().toLowerCase());
}

/**
 * Finds a row's fields: `bounds[2 * i]` and `bounds[2 * i + 1]` become the start and the end of column i
 * without its padding. `end` is the position of the line's LF. The last column takes the rest of the line,
 * except for trailing tabs. Returns the number of columns, which is less than `count` if the row is too
 * short.
 */
export function locateFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  bounds: Int32Array,
): number {
  let lineEnd = end;
  while (lineEnd > start && bytes[lineEnd - 1] === CR) lineEnd--;
  let at = start;
  for (let column = 0; column < count; column++) {
    let next = lineEnd;
    if (column < count - 1) {
      next = at;
      while (next < lineEnd && bytes[next] !== TAB) next++;
    }
    let from = at;
    let to = next;
    while (from < to && bytes[from] === SPACE) from++;
    // Some files end their lines with a tab.
    while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--;
    bounds[2 * column] = from;
    bounds[2 * column + 1] = to;
    if (next === lineEnd && column < count - 1) return column + 1;
    at = next + 1;
  }
  return count;
}

/** True if a line contains only spaces. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== SPACE && bytes[at] !== CR) return false;
  }
  return true;
}

/** The error for an unreadable line: the file, the line's number, what is wrong, and the line itself. */
export function malformed(
  file: string,
  line: number,
  text: string | Uint8Array,
  fault: string,
): DataFileMalformed {
  const shown = (typeof text === "string" ? text : decodeText(text)).replace(/\r$/, "");
  const cut = shown.length > 200 ? `${shown.slice(0, 200)}...` : shown;
  return new DataFileMalformed(`${file}, line ${line}: ${fault}: ${JSON.stringify(cut)}`);
}
