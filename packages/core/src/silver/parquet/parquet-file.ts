/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/) with ZSTD compression, dictionaries, and statistics
 * that are not truncated. Its page index lets a reader of one series fetch only a few pages.
 */
import {
  type ColumnChunk,
  clearColumnChunk,
  createColumnChunk,
  dictionaryPage,
  type Extremes,
  extremesOf,
  type Page,
  RLE_DICTIONARY,
} from "./column-chunk.ts";
import { type Column, physicalType, schemaElements } from "./schema.ts";
import { binary, bool, i16, i32, i64, list, struct, type ThriftValue, thriftBytes } from "./thrift.ts";

const MAGIC = Buffer.from("PAR1");
const ZSTD = 6;
const PLAIN = 0;
const RLE = 3;
const ASCENDING = 1;

/** What the footer says about a written chunk. */
type Written = {
  column: Column;
  values: number;
  nulls: number;
  dataPages: number;
  columnIndex: Buffer | undefined;
  offsetIndex: Buffer;
  dictionaryAt: number | undefined;
  dataAt: number;
  compressed: number;
  uncompressed: number;
  plainPages: number;
  extremes: Extremes | undefined;
};

type RowGroup = { rows: number; chunks: Written[] };

export type ParquetFile = {
  /** The current row group's chunks, one for each column. Pages are added to them. */
  chunks: readonly ColumnChunk[];
  /**
   * Ends a row group of `rows` rows, and returns its bytes. The bytes of the first row group include the start
   * of the file.
   */
  endGroup(rows: number): Buffer[];
  /** Ends the file. Returns its page index and its footer, which contains `facts` as key-value metadata. */
  end(facts?: Readonly<Record<string, string>>): Buffer[];
};

/**
 * A file of `columns`, whose rows are sorted by the first `sortedBy` columns. Memory holds the current row
 * group and, for each earlier one, the locations of its pages.
 */
export function createParquetFile(columns: readonly Column[], sortedBy: number): ParquetFile {
  const chunks = columns.map(createColumnChunk);
  const groups: RowGroup[] = [];
  let written = 0;

  function out(bytes: Buffer): Buffer {
    written += bytes.length;
    return bytes;
  }

  function start(): Buffer[] {
    return written === 0 ? [out(MAGIC)] : [];
  }

  function endGroup(rows: number): Buffer[] {
    const parts = start();
    const group: RowGroup = { rows, chunks: [] };
    for (const chunk of chunks) {
      const dictionary = dictionaryPage(chunk);
      const dictionaryAt = dictionary && written;
      if (dictionary) parts.push(out(dictionary.bytes));
      group.chunks.push({
        column: chunk.column,
        values: sumOf(chunk.pages, ({ rows }) => rows),
        nulls: sumOf(chunk.pages, ({ nulls }) => nulls),
        dataPages: chunk.pages.length,
        columnIndex: chunk.column.sorted === true ? thriftBytes(columnIndexOf(chunk.pages)) : undefined,
        offsetIndex: thriftBytes(offsetIndexOf(chunk.pages, written)),
        dictionaryAt,
        dataAt: written,
        compressed: (dictionary?.bytes.length ?? 0) + chunk.data.length,
        uncompressed: (dictionary?.uncompressed ?? 0) + chunk.uncompressed,
        plainPages: chunk.plainPages,
        extremes: extremesOf(chunk),
      });
      // A copy, because the next row group reuses the chunk's memory.
      parts.push(out(Buffer.from(chunk.data.bytes.subarray(0, chunk.data.length))));
      clearColumnChunk(chunk);
    }
    groups.push(group);
    return parts;
  }

  function end(facts: Readonly<Record<string, string>> = {}): Buffer[] {
    const parts = start();
    const places = new Map<Written, IndexPlaces>();
    for (const chunk of groups.flatMap((group) => group.chunks)) {
      const { columnIndex, offsetIndex } = chunk;
      const columnIndexAt = columnIndex && written;
      if (columnIndex) parts.push(out(columnIndex));
      places.set(chunk, { columnIndexAt, offsetIndexAt: written });
      parts.push(out(offsetIndex));
    }
    const footer = thriftBytes(footerOf(columns, groups, places, sortedBy, facts));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    parts.push(out(footer), out(length), out(MAGIC));
    return parts;
  }

  return { chunks, endGroup, end };
}

type IndexPlaces = { columnIndexAt: number | undefined; offsetIndexAt: number };

function footerOf(
  columns: readonly Column[],
  groups: readonly RowGroup[],
  places: ReadonlyMap<Written, IndexPlaces>,
  sortedBy: number,
  facts: Readonly<Record<string, string>>,
): ThriftValue {
  const keyValues = Object.entries(facts).map(([key, value]) =>
    struct([
      [1, binary(key)],
      [2, binary(value)],
    ]),
  );
  const sorting = Array.from({ length: sortedBy }, (_, index) =>
    struct([
      [1, i32(index)],
      [2, bool(false)],
      [3, bool(false)],
    ]),
  );
  const byTypeOrder = struct([[1, struct([])]]);
  return struct([
    [1, i32(2)],
    [2, list(schemaElements(columns))],
    [3, i64(groups.reduce((rows, group) => rows + group.rows, 0))],
    [4, list(groups.map((group, index) => groupOf(group, index, places, sorting)))],
    [5, keyValues.length === 0 ? undefined : list(keyValues)],
    [6, binary("data-quest")],
    [7, list(columns.map(() => byTypeOrder))],
  ]);
}

function groupOf(
  { rows, chunks }: RowGroup,
  index: number,
  places: ReadonlyMap<Written, IndexPlaces>,
  sorting: readonly ThriftValue[],
): ThriftValue {
  const [first] = chunks;
  return struct([
    [1, list(chunks.map((chunk) => chunkOf(chunk, places.get(chunk))))],
    [2, i64(chunks.reduce((bytes, chunk) => bytes + chunk.uncompressed, 0))],
    [3, i64(rows)],
    [4, list(sorting)],
    [5, i64(first?.dictionaryAt ?? first?.dataAt ?? 0)],
    [6, i64(chunks.reduce((bytes, chunk) => bytes + chunk.compressed, 0))],
    // The field has only 16 bits, and is optional.
    [7, index < 1 << 15 ? i16(index) : undefined],
  ]);
}

function chunkOf(chunk: Written, places: IndexPlaces | undefined): ThriftValue {
  const { column, dictionaryAt, dataAt, dataPages, plainPages, extremes } = chunk;
  const encodings = [PLAIN, RLE, ...(dictionaryAt === undefined ? [] : [RLE_DICTIONARY])];
  const pageKinds: [type: number, encoding: number, count: number][] = [
    [2, PLAIN, dictionaryAt === undefined ? 0 : 1],
    [0, RLE_DICTIONARY, dataPages - plainPages],
    [0, PLAIN, plainPages],
  ];
  const metadata = struct([
    [1, i32(physicalType(column))],
    [2, list(encodings.map(i32))],
    [3, list([binary(column.name)])],
    [4, i32(ZSTD)],
    [5, i64(chunk.values)],
    [6, i64(chunk.uncompressed)],
    [7, i64(chunk.compressed)],
    [9, i64(dataAt)],
    [11, dictionaryAt === undefined ? undefined : i64(dictionaryAt)],
    [
      12,
      struct([
        [3, i64(chunk.nulls)],
        [5, extremes && binary(extremes.max)],
        [6, extremes && binary(extremes.min)],
      ]),
    ],
    [
      13,
      list(
        pageKinds
          .filter(([, , count]) => count > 0)
          .map(([type, encoding, count]) =>
            struct([
              [1, i32(type)],
              [2, i32(encoding)],
              [3, i32(count)],
            ]),
          ),
      ),
    ],
  ]);
  return struct([
    [2, i64(0)],
    [3, metadata],
    [4, places && i64(places.offsetIndexAt)],
    [5, i32(chunk.offsetIndex.length)],
    [6, places?.columnIndexAt === undefined ? undefined : i64(places.columnIndexAt)],
    [7, chunk.columnIndex && i32(chunk.columnIndex.length)],
  ]);
}

function columnIndexOf(pages: readonly Page[]): ThriftValue {
  const none = Buffer.alloc(0);
  return struct([
    [1, list(pages.map(() => bool(false)))],
    [2, list(pages.map(({ min }) => binary(min ?? none)))],
    [3, list(pages.map(({ max }) => binary(max ?? none)))],
    [4, i32(ASCENDING)],
    [5, list(pages.map(({ nulls }) => i64(nulls)))],
  ]);
}

function offsetIndexOf(pages: readonly Page[], dataAt: number): ThriftValue {
  let row = 0;
  const locations = pages.map(({ offset, bytes, rows }) => {
    const first = row;
    row += rows;
    return struct([
      [1, i64(dataAt + offset)],
      [2, i32(bytes)],
      [3, i64(first)],
    ]);
  });
  return struct([[1, list(locations)]]);
}

function sumOf(pages: readonly Page[], count: (page: Page) => number): number {
  return pages.reduce((sum, page) => sum + count(page), 0);
}
