/** Converts a data file to the chunks of a Parquet file. */
import { createLineFeed } from "../bls-file/lines.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { ReadableFile, SeriesBlock } from "../bls-file/series-blocks.ts";
import type { DecimalType } from "./decimal-type.ts";
import { createObservationEncoder, type ObservationEncoder, PAGE_ROWS } from "./encode-observations.ts";
import { createObservationReader, type ObservationReader } from "./observation-reader.ts";

/** The number of bytes read between two checks for a full page. */
const PIECE_BYTES = 1 << 16;

/**
 * Streams a data file into a Parquet file, with a column for each kind of name in `names`. The data file's
 * series must be sorted by ID. Memory holds one compressed row group and one uncompressed page.
 *
 * Throws DataFileMalformed if a row cannot be read, or if a second row has a value for the same series, year,
 * and period. Throws SeriesOutOfOrder if the series are not sorted, and ValueDoesNotFit if a value cannot be
 * represented exactly in the type given by `value`.
 */
export async function* parquetOfFile(
  { file, open }: ReadableFile,
  value: DecimalType,
  names: SeriesNames,
): AsyncGenerator<Uint8Array> {
  const reader = createObservationReader(file, value);
  const encoder = createObservationEncoder(value, names);
  const feed = createLineFeed(file, reader.takeLines);
  try {
    for await (const chunk of await open()) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        feed.push(chunk.subarray(at, at + PIECE_BYTES));
        yield* await fullPage(reader, encoder);
      }
    }
    feed.end();
    yield* await lastPage(reader, encoder);
  } finally {
    await encoder.close();
  }
}

/** Does the same as parquetOfFile for blocks that have been sorted by series ID. */
export async function* parquetOfBlocks(
  file: string,
  blocks: AsyncIterable<SeriesBlock>,
  value: DecimalType,
  names: SeriesNames,
): AsyncGenerator<Uint8Array> {
  const reader = createObservationReader(file, value);
  const encoder = createObservationEncoder(value, names);
  try {
    for await (const { columns, parts } of blocks) {
      for (const { line, bytes } of parts) reader.takeLinesAt(line, columns, bytes);
      yield* await fullPage(reader, encoder);
    }
    yield* await lastPage(reader, encoder);
  } finally {
    await encoder.close();
  }
}

async function fullPage(reader: ObservationReader, encoder: ObservationEncoder): Promise<Buffer[]> {
  const rows = reader.completeRows();
  if (rows < PAGE_ROWS) return [];
  const parts = await encoder.add(reader.batch, rows, reader.batch.series - 1);
  reader.drop();
  return parts;
}

async function lastPage(reader: ObservationReader, encoder: ObservationEncoder): Promise<Buffer[]> {
  reader.end();
  const { batch } = reader;
  const parts = batch.rows > 0 ? await encoder.add(batch, batch.rows, batch.series) : [];
  return [...parts, ...encoder.end()];
}
