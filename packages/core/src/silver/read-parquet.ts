/** Reads Parquet files that the project wrote to Silver. */
import { zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import { type Bucket, headObject, readRange } from "../storage/objects.ts";

/** Enough for the footer of nearly every file. */
const FOOTER_BYTES = 64 * 1024;

const compressors: Compressors = { ZSTD: (input) => new Uint8Array(zstdDecompressSync(input)) };

/** An open version of a file. */
export type OpenParquet = { file: AsyncBuffer; metadata: FileMetaData };

/** Opens a file by reading its footer. Undefined if the file does not exist. Throws storage errors. */
export async function openParquet(bucket: Bucket, key: string): Promise<OpenParquet | undefined> {
  const head = await headObject(bucket, key);
  if (head === undefined) return undefined;
  const { versionId, bytes } = head;
  const file: AsyncBuffer = {
    byteLength: bytes,
    async slice(start, end = bytes) {
      const range = await readRange(bucket, key, versionId, start, end - 1);
      return new Uint8Array(range).buffer;
    },
  };
  return { file, metadata: await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES }) };
}

/** A value in the file's own metadata. */
export function factOf(
  { metadata: { key_value_metadata = [] } }: OpenParquet,
  key: string,
): string | undefined {
  return key_value_metadata.find((fact) => fact.key === key)?.value;
}

/** All rows in order. Memory holds one row group. */
export async function* rowsOf({ file, metadata }: OpenParquet): AsyncGenerator<unknown> {
  let rowEnd = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowStart = rowEnd;
    rowEnd += Number(num_rows);
    yield* await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
  }
}
