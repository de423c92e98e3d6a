/** Sorts an unsorted series file in bounded memory. */
import { malformed } from "./columns.ts";
import { textLines } from "./lines.ts";
import type { ReadableFile } from "./series-blocks.ts";
import { seriesHeader } from "./series-file.ts";

type Row = { id: string; text: string; number: number };

/**
 * Yields the file's header and rows, ordered by the bytes of series_id. If several rows have the same ID, only
 * the last one is used. Memory holds about 2 * `mostBytes` of rows: a larger file is read several times, and
 * each pass yields the next rows.
 *
 * Throws DataFileMalformed if a row has fewer cells than the header, or no series_id.
 */
export async function* sortedSeriesFile(series: ReadableFile, mostBytes: number): AsyncGenerator<Uint8Array> {
  let last: string | undefined;
  for (let isFirst = true, isWhole = false; !isWhole; isFirst = false) {
    let rows: Row[] = [];
    let bytes = 0;
    /** Rows from this ID on are left for a later pass. */
    let limit: string | undefined;
    for await (const { id, text, number } of rowsOf(series, isFirst)) {
      if (number === 1) {
        yield Buffer.from(`${text}\n`);
        continue;
      }
      if ((last !== undefined && id <= last) || (limit !== undefined && id >= limit)) continue;
      const row = { id, text, number };
      rows.push(row);
      bytes += sizeOf(row);
      if (bytes <= 2 * mostBytes) continue;
      ({ rows, bytes, limit = limit } = smallest(rows, mostBytes));
    }
    rows = lastOfEachId(rows);
    yield Buffer.from(rows.map(({ text }) => `${text}\n`).join(""));
    last = rows.at(-1)?.id;
    isWhole = limit === undefined;
  }
}

/**
 * The last row of each of the smallest IDs, about `mostBytes` in total, and the first ID that is not included.
 * Earlier rows of the same ID are dropped, so that each call frees half of the memory even if a file repeats
 * one ID throughout.
 */
function smallest(all: Row[], mostBytes: number): { rows: Row[]; bytes: number; limit: string | undefined } {
  const rows = lastOfEachId(all);
  let bytes = 0;
  let count = 0;
  for (; count < rows.length && (count === 0 || bytes <= mostBytes); count++) bytes += sizeOf(rows[count]);
  return { rows: rows.slice(0, count), bytes, limit: rows[count]?.id };
}

/** Sorts the rows, and keeps the last one of each ID. */
function lastOfEachId(rows: Row[]): Row[] {
  rows.sort(byId);
  return rows.filter(({ id }, index) => rows[index + 1]?.id !== id);
}

/** The memory that a row takes: its text, its ID, and about 100 bytes for the objects. */
function sizeOf(row: Row | undefined): number {
  return row === undefined ? 0 : row.text.length + row.id.length + 100;
}

/** Yields the rows. With `withHeader`, the header precedes them as line 1. */
async function* rowsOf({ file, open }: ReadableFile, withHeader: boolean): AsyncGenerator<Row> {
  let number = 0;
  let columns: string[] = [];
  let idColumn = 0;
  for await (const batch of textLines(file, await open())) {
    for (const text of batch) {
      number++;
      if (number === 1) {
        columns = seriesHeader(file, text);
        idColumn = columns.indexOf("series_id");
        if (withHeader) yield { id: "", text, number };
        continue;
      }
      if (text.trim() === "") continue;
      const cells = text.split("\t");
      if (cells.length < columns.length) {
        throw malformed(file, number, text, `${cells.length} columns, but the header has ${columns.length}`);
      }
      const id = (cells[idColumn] ?? "").trim();
      if (id === "") throw malformed(file, number, text, "no series_id");
      yield { id: Buffer.from(id).toString("latin1"), text, number };
    }
  }
}

/** Orders rows by ID, byte by byte, then by position in the file. */
function byId(a: Row, b: Row): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : a.number - b.number;
}
