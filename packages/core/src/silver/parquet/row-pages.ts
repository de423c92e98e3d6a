/** Adds rows of strings and integers to a Parquet file, page by page. */
import { placeOfBytes, placeOfLong } from "../../bytes/dictionaries.ts";
import { addDictionaryPage, type ColumnChunk, NULL } from "./column-chunk.ts";
import type { Column } from "./schema.ts";

/** A row's value in a column of strings or integers. */
export type Cell = string | number | null;

/** A column of strings that may be null. */
export const text = (name: string): Column => ({ name, type: { kind: "text" }, optional: true });
/** A column of integers that may be null. */
export const integer = (name: string): Column => ({ name, type: { kind: "integer" }, optional: true });

/** A column of whole numbers of up to 18 digits, without nulls. */
export const wholeNumber = (name: string): Column => ({
  name,
  type: { kind: "decimal", precision: 18, scale: 0 },
  optional: false,
});

/** Adds one page to each column. Sorted columns must have strings. */
export function addPages(chunks: readonly ColumnChunk[], rows: readonly (readonly Cell[])[]): void {
  const counts = new Int32Array(rows.length).fill(1);
  for (const [column, chunk] of chunks.entries()) {
    // Most columns repeat their values, and a lookup is cheaper than encoding a string.
    const known = new Map<Cell, number>();
    const places = Int32Array.from(rows, (row) => {
      const cell = row[column] ?? null;
      const place = known.get(cell) ?? placeOf(chunk, cell);
      known.set(cell, place);
      return place;
    });
    const bounds = chunk.column.sorted
      ? { min: bytesOf(rows[0]?.[column]), max: bytesOf(rows.at(-1)?.[column]) }
      : undefined;
    addDictionaryPage(chunk, places, counts, rows.length, rows.length, bounds);
  }
}

function placeOf({ texts, longs }: ColumnChunk, cell: Cell): number {
  if (cell === null) return NULL;
  if (typeof cell === "number") return placeOfLong(longs, cell | 0, Math.floor(cell / 2 ** 32));
  const bytes = Buffer.from(cell);
  return placeOfBytes(texts, bytes, 0, bytes.length);
}

function bytesOf(cell: Cell | undefined): Buffer {
  return Buffer.from(String(cell));
}
