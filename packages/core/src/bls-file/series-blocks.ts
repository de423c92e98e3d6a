/** Splits a data file into blocks, each with the rows of one series. */
import { type DataColumns, locateFields, readDataHeader } from "./columns.ts";
import { createLineFeed, decodeText } from "./lines.ts";

const TAB = 9;
const LF = 10;
const EACH_BYTE_LF = 0x0a0a0a0a;
const EACH_BYTE_ONE = 0x01010101;
const EACH_HIGH_BIT = 0x80808080 | 0;

/** A data file that can be opened more than once. `file` is its name in errors. */
export type ReadableFile = {
  file: string;
  bytes: number;
  open(): Promise<AsyncIterable<Uint8Array>>;
};

/**
 * The rows of one series, as whole lines. Each run of adjacent rows in the file is one part.
 */
export type SeriesBlock = {
  /** The ID with one character per byte (latin1), so that IDs sort by their bytes. */
  id: string;
  columns: DataColumns;
  /** `line` is the number of the part's first line. */
  parts: { line: number; bytes: Buffer }[];
};

/**
 * Splits a data file into blocks while it streams. A series that reappears yields another block. Memory holds
 * the current block and the blocks of one chunk. The file is opened when the first block is requested, and
 * closed after the last one. Only the header and series_id are examined, and blank lines belong to the
 * preceding series. Throws DataFileMalformed if there is no header, or if a line is longer than 1 MiB.
 */
export async function* seriesBlocks({ file, open }: ReadableFile): AsyncGenerator<SeriesBlock, undefined> {
  let columns: DataColumns | undefined;
  let line = 0;
  let finished: SeriesBlock[] = [];
  let id = Buffer.alloc(0);
  let firstLine = 2;
  let pieces: Buffer[] = [];

  function finish(): void {
    if (columns === undefined || pieces.length === 0) return;
    const [only, ...more] = pieces;
    const bytes = only !== undefined && more.length === 0 ? only : Buffer.concat(pieces);
    finished.push({ id: id.toString("latin1"), columns, parts: [{ line: firstLine, bytes }] });
    pieces = [];
  }

  function takeLines(bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (columns === undefined) {
      at = bytes.indexOf(LF, start) + 1;
      line++;
      columns = readDataHeader(file, decodeText(bytes.subarray(start, at - 1)));
    }
    const { seriesId } = columns;
    const bounds = new Int32Array(2 * (seriesId + 2));
    let from = at;
    const keep = (to: number) => {
      // The buffer belongs to the feed, which reuses it.
      if (to > from) pieces.push(Buffer.from(bytes.subarray(from, to)));
      from = to;
    };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    /** The start of the previous row. */
    let before = at;
    /** The length of the previous row's ID including the tab after it. 0 if unknown. */
    let idLength = 0;
    while (at < end) {
      const next = lineEnd(bytes, view, at, end);
      line++;
      // A row that starts with the same bytes, including the tab, has the same ID.
      if (idLength > 0 && at + idLength <= next && isSameId(bytes, view, at, before, idLength)) {
        before = at;
        at = next + 1;
        continue;
      }
      locateFields(bytes, at, next, seriesId + 2, bounds);
      const idStart = bounds[2 * seriesId] ?? 0;
      const idEnd = bounds[2 * seriesId + 1] ?? 0;
      if (idEnd > idStart && !isSame(id, bytes, idStart, idEnd)) {
        keep(at);
        finish();
        id = Buffer.from(bytes.subarray(idStart, idEnd));
        firstLine = line;
      }
      before = at;
      const tab = seriesId === 0 && idEnd > idStart ? bytes.indexOf(TAB, idEnd) : -1;
      idLength = tab >= 0 && tab < next ? tab + 1 - at : 0;
      at = next + 1;
    }
    keep(end);
    return line;
  }

  const feed = createLineFeed(file, takeLines);
  for await (const chunk of await open()) {
    feed.push(chunk);
    yield* finished;
    finished = [];
  }
  feed.end();
  finish();
  yield* finished;
}

/**
 * The position of the LF of the line that starts at `start`. Lines are too short for indexOf() to pay off.
 */
function lineEnd(bytes: Buffer, view: DataView, start: number, end: number): number {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true) ^ EACH_BYTE_LF;
    // True if a byte of the word is 0.
    if (((word - EACH_BYTE_ONE) & ~word & EACH_HIGH_BIT) !== 0) break;
  }
  while (bytes[at] !== LF) at++;
  return at;
}

function isSameId(bytes: Buffer, view: DataView, a: number, b: number, length: number): boolean {
  let at = 0;
  for (; at + 4 <= length; at += 4)
    if (view.getInt32(a + at, true) !== view.getInt32(b + at, true)) return false;
  for (; at < length; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

function isSame(id: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== id.length) return false;
  for (let at = 0; at < id.length; at++) if (bytes[start + at] !== id[at]) return false;
  return true;
}

/** Holds all blocks in memory, and yields them sorted by ID. Blocks of the same series are combined. */
export async function* sortedBlocks(
  blocks: AsyncIterable<SeriesBlock>,
): AsyncGenerator<SeriesBlock, undefined> {
  const byId = new Map<string, SeriesBlock>();
  for await (const block of blocks) {
    const known = byId.get(block.id);
    if (known === undefined) byId.set(block.id, block);
    else known.parts.push(...block.parts);
  }
  yield* [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
