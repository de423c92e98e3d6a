/** The names of the series, in columns next to their observations. Names are encoded per series, not per row. */

import type { Cell, NamesInOrder, SeriesNames } from "../bls-file/names.ts";
import type { ByteDictionary } from "../bytes/dictionaries.ts";
import { placeOfBytes, startOf } from "../bytes/dictionaries.ts";
import type { ObservationBatch } from "./observation-batch.ts";
import { addDictionaryPage, type ColumnChunk, NULL } from "./parquet/column-chunk.ts";
import type { Column } from "./parquet/schema.ts";

/** A column for each kind of name that the survey's series have. */
export function nameColumns({ columns }: SeriesNames): Column[] {
  return columns.map((name) => ({ name, type: { kind: "text" as const }, optional: true }));
}

export type NamePlaces = {
  /** The text of the found series in this column, as a position in the dictionary of the column's chunk. */
  placeOf(column: number): number;
  /** Starts a row group, whose dictionaries are empty. */
  startGroup(): void;
};

/** Adds the names of series to the dictionaries of their columns' chunks. */
export function createNamePlaces(chunks: readonly ColumnChunk[], names: NamesInOrder): NamePlaces {
  /** For each column, the positions of a mapping file's texts in the row group's dictionary. */
  const known = names.texts.map((texts) => new Int32Array(texts?.size ?? 0).fill(NULL));
  return {
    placeOf(column) {
      const chunk = chunks[column];
      if (chunk === undefined) return NULL;
      const entry = names.entry(column);
      if (entry < 0) return placeOfCell(chunk, names.cell(column));
      const places = known[column];
      const place = places?.[entry] ?? NULL;
      if (place !== NULL) return place;
      const added = placeOfEntry(chunk.texts, names.texts[column], entry);
      if (places !== undefined) places[entry] = added;
      return added;
    },
    startGroup() {
      for (const places of known) places.fill(NULL);
    },
  };
}

/** The position of a cell in the dictionary of its column's chunk. An empty cell is NULL. */
export function placeOfCell({ texts }: ColumnChunk, { bytes, start, end }: Cell): number {
  return start === end ? NULL : placeOfBytes(texts, bytes, start, end);
}

export type NamePages = {
  /** Adds the first `rows` rows of a batch (the rows of its first `series` series) as one page of each column. */
  add(batch: ObservationBatch, rows: number, series: number): Promise<void>;
  /** Starts a row group, whose dictionaries are empty. */
  startGroup(): void;
  close(): Promise<void>;
};

/** Adds pages of names to the chunks of their columns. */
export function createNamePages(chunks: readonly ColumnChunk[], names: NamesInOrder): NamePages {
  const { placeOf, startGroup } = createNamePlaces(chunks, names);
  let places = chunks.map(() => new Int32Array(1 << 10));
  let counts = new Int32Array(1 << 10);

  return {
    async add({ ids, firstRows }, rows, series) {
      if (chunks.length === 0) return;
      if (series > counts.length) {
        counts = new Int32Array(2 * series);
        places = chunks.map(() => new Int32Array(2 * series));
      }
      for (let index = 0; index < series; index++) {
        const next = index + 1 < series ? (firstRows[index + 1] ?? 0) : rows;
        counts[index] = next - (firstRows[index] ?? 0);
        const start = startOf(ids, index);
        const end = ids.ends[index] ?? 0;
        let state = names.search(ids.sink.bytes, start, end);
        for (; state === "more"; state = names.search(ids.sink.bytes, start, end)) await names.load();
        for (let column = 0; column < chunks.length; column++) {
          const ofColumn = places[column];
          if (ofColumn !== undefined) ofColumn[index] = state === "found" ? placeOf(column) : NULL;
        }
      }
      for (const [column, chunk] of chunks.entries()) {
        addDictionaryPage(chunk, places[column] ?? counts, counts, series, rows);
      }
    },
    startGroup,
    close: () => names.close(),
  };
}

function placeOfEntry(texts: ByteDictionary, from: ByteDictionary | undefined, entry: number): number {
  if (from === undefined) return NULL;
  return placeOfBytes(texts, from.sink.bytes, startOf(from, entry), from.ends[entry] ?? 0);
}
