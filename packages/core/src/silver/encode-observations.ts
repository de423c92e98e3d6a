/** Encodes a data file as Parquet: pages of a few thousand rows, row groups, and a footer. */
import type { SeriesNames } from "../bls-file/names.ts";
import type { DecimalType } from "./decimal-type.ts";
import { createNamePages, nameColumns } from "./name-pages.ts";
import type { ObservationBatch } from "./observation-batch.ts";
import { addObservationPages, observationColumns, SORTED_BY } from "./observation-columns.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";

/**
 * Once a page has this many rows, it ends after the current series. A reader of one series fetches a page of
 * each column.
 */
export const PAGE_ROWS = 1 << 14;
/**
 * Rows per row group. The first groups are small, so that several can be read in parallel even if a file is
 * small. The later groups are large, so that the footer of a large file stays small.
 */
const FIRST_GROUP_ROWS = 1 << 18;
const LARGE_GROUP_ROWS = 1 << 20;
/** How many row groups at the start of a file are small. */
const FIRST_GROUPS = 16;
/** The limit on the distinct strings of a row group, in bytes, because they are held in memory. */
const MOST_TEXT_BYTES = 1 << 24;

export type ObservationEncoder = {
  /**
   * Adds the first `rows` rows of a batch (the rows of its first `series` series), and returns the bytes that are
   * ready to be written.
   */
  add(batch: ObservationBatch, rows: number, series: number): Promise<Buffer[]>;
  /** Ends the file. */
  end(): Buffer[];
  /** Releases the stream of names. */
  close(): Promise<void>;
};

/** An encoder of observations, which must be sorted by series_id, year, and period. */
export function createObservationEncoder(value: DecimalType, names: SeriesNames): ObservationEncoder {
  const fixed = observationColumns(value);
  const file = createParquetFile([...fixed, ...nameColumns(names)], SORTED_BY);
  const fixedChunks = file.chunks.slice(0, fixed.length);
  const namePages = createNamePages(file.chunks.slice(fixed.length), names.inOrder());
  let rowsOfGroup = 0;
  let groups = 0;

  function endGroup(): Buffer[] {
    const parts = file.endGroup(rowsOfGroup);
    namePages.startGroup();
    rowsOfGroup = 0;
    groups++;
    return parts;
  }

  return {
    async add(batch, rows, series) {
      addObservationPages(fixedChunks, batch, rows, series);
      await namePages.add(batch, rows, series);
      rowsOfGroup += rows;
      const full = groups < FIRST_GROUPS ? FIRST_GROUP_ROWS : LARGE_GROUP_ROWS;
      const textBytes = file.chunks.reduce((bytes, { texts }) => bytes + texts.sink.length, 0);
      return rowsOfGroup >= full || textBytes >= MOST_TEXT_BYTES ? endGroup() : [];
    },
    end: () => [...(rowsOfGroup > 0 ? endGroup() : []), ...file.end()],
    close: namePages.close,
  };
}
