/** Reads a survey's series file, row by row, for series in ID order. */
import { createByteSink, reserve } from "../bytes/byte-sink.ts";
import { columnNames, malformed } from "./columns.ts";
import { createLineFeed, decodeText } from "./lines.ts";
import { compareBytes, utf8Bytes } from "./text-bytes.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const EACH_HIGH_BIT = 0x80808080 | 0;

/** The rows of a series file are not sorted by ID, or an ID occurs twice. */
export class SeriesFileOutOfOrder extends Error {
  override readonly name = "SeriesFileOutOfOrder";
}

/**
 * The result of a search for a series. `more`: the bytes in memory are not enough to decide, so call load()
 * and search again.
 */
export type Search = "found" | "absent" | "more";

export type SeriesFileReader = {
  /** The header's columns, available after the first load(). */
  columns: string[];
  /** The row that was found. Cell i, without padding, is `bytes` from `bounds[2 * i]` to `bounds[2 * i + 1]`. */
  bytes: Buffer;
  bounds: Int32Array;
  /** False if the row has non-ASCII characters. */
  isAscii: boolean;
  /**
   * Looks for the series with the ID `id[start..end)` (UTF-8), which must not sort before the ID of the
   * previous search.
   */
  search(id: Uint8Array, start: number, end: number): Search;
  /** Moves to the next row. */
  next(): Search;
  /** Reads more of the file. */
  load(): Promise<void>;
  /** Releases the stream. */
  close(): Promise<void>;
};

/** How many bytes load() takes from a chunk at a time. */
const PIECE_BYTES = 1 << 16;

/**
 * The columns of a series file's header. Empty names at its end are ignored. Throws DataFileMalformed if
 * there is no series_id.
 */
export function seriesHeader(file: string, line: string): string[] {
  const columns = columnNames(file, line);
  while (columns.at(-1) === "") columns.pop();
  if (!columns.includes("series_id")) throw malformed(file, 1, line, "the header has no column series_id");
  return columns;
}

/**
 * Creates a reader of the series file `file`. It holds about 64 KB of the file at a time. Its functions throw
 * DataFileMalformed if a row has no series_id or fewer cells than the header, and SeriesFileOutOfOrder.
 */
export function createSeriesFileReader(file: string, chunks: AsyncIterable<Uint8Array>): SeriesFileReader {
  const source = chunks[Symbol.asyncIterator]();
  let ended = false;
  let chunk: Uint8Array = new Uint8Array();
  let chunkAt = 0;
  /** The lines in memory. */
  const lines = createByteSink(PIECE_BYTES);
  /** The start of the next row. */
  let at = 0;
  let line = 1;
  let idColumn = -1;
  /** The previous ID, as UTF-8. */
  let idBefore = Buffer.alloc(64);
  let idBeforeLength = -1;
  /** Whether the row at `at` has been read into `bounds`. */
  let isRead = false;
  /** The end of the row at `at`, if that row has been read. */
  let rowEnd = 0;
  let id: Uint8Array = lines.bytes;
  let idStart = 0;
  let idEnd = 0;

  const feed = createLineFeed(file, (bytes, start, end) => {
    const to = reserve(lines, end - start);
    bytes.copy(to, lines.length, start, end);
    lines.length += end - start;
    return line;
  });

  async function load(): Promise<void> {
    lines.bytes.copyWithin(0, at, lines.length);
    lines.length -= at;
    rowEnd -= at;
    at = 0;
    isRead = false;
    const before = lines.length;
    while (!ended && lines.length === before) {
      if (chunkAt >= chunk.length) {
        const next = await source.next();
        if (next.done === true) {
          ended = true;
          feed.end();
          break;
        }
        chunk = next.value;
        chunkAt = 0;
      }
      feed.push(chunk.subarray(chunkAt, chunkAt + PIECE_BYTES));
      chunkAt += PIECE_BYTES;
    }
    reader.bytes = lines.bytes;
    if (idColumn < 0) readHeader();
  }

  function readHeader(): void {
    const end = lines.bytes.subarray(0, lines.length).indexOf(LF);
    if (end < 0 && ended) throw malformed(file, 1, "", "the file is empty, without even a header");
    if (end < 0) return;
    reader.columns = seriesHeader(file, decodeText(lines.bytes.subarray(0, end)));
    idColumn = reader.columns.indexOf("series_id");
    reader.bounds = new Int32Array(2 * reader.columns.length);
    at = end + 1;
    line = 2;
  }

  /** Reads the row at `at`, or the next one that is not blank. */
  function readRow(): Search {
    if (isRead) return "found";
    if (idColumn < 0) return "more";
    const { bytes } = lines;
    const { bounds } = reader;
    const count = reader.columns.length;
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at < lines.length; at = rowEnd, line++) {
      let next = at;
      let cell = 0;
      let start = at;
      let seen = 0;
      for (;;) {
        // Skips four bytes at a time while all of them are at least 16. Tabs and line ends are less than 16.
        while (next + 4 <= lines.length) {
          const word = words.getInt32(next, true);
          if (((word - 0x10101010) & ~word & EACH_HIGH_BIT) !== 0) break;
          seen |= word;
          next += 4;
        }
        let byte = bytes[next] ?? LF;
        while (byte !== TAB && byte !== LF) {
          seen |= byte;
          byte = bytes[++next] ?? LF;
        }
        if (cell < count) {
          let from = start;
          let to = next;
          while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === CR)) to--;
          while (from < to && bytes[from] === SPACE) from++;
          bounds[2 * cell] = from;
          bounds[2 * cell + 1] = to;
        }
        cell++;
        next++;
        start = next;
        if (byte === LF) break;
      }
      reader.isAscii = (seen & EACH_HIGH_BIT) === 0;
      rowEnd = next;
      if (cell === 1 && bounds[0] === bounds[1]) continue;
      const text = bytes.subarray(at, next - 1);
      if (cell < count) throw malformed(file, line, text, `${cell} columns, but the header has ${count}`);
      if (bounds[2 * idColumn] === bounds[2 * idColumn + 1])
        throw malformed(file, line, text, "no series_id");
      takeId();
      isRead = true;
      return "found";
    }
    return ended ? "absent" : "more";
  }

  /** Stores the row's ID, and checks that it sorts after the previous one. */
  function takeId(): void {
    id = lines.bytes;
    idStart = reader.bounds[2 * idColumn] ?? 0;
    idEnd = reader.bounds[2 * idColumn + 1] ?? 0;
    if (!reader.isAscii) {
      const text = utf8Bytes(lines.bytes.subarray(idStart, idEnd));
      id = text;
      idStart = 0;
      idEnd = text.length;
    }
    if (idBeforeLength >= 0 && compareBytes(id, idStart, idEnd, idBefore, 0, idBeforeLength) <= 0) {
      throw new SeriesFileOutOfOrder();
    }
  }

  function next(): Search {
    if (isRead) {
      const length = idEnd - idStart;
      if (length > idBefore.length) idBefore = Buffer.alloc(2 * length);
      for (let each = 0; each < length; each++) idBefore[each] = id[idStart + each] ?? 0;
      idBeforeLength = length;
      at = rowEnd;
      line++;
      isRead = false;
    }
    return readRow();
  }

  function search(wanted: Uint8Array, start: number, end: number): Search {
    let state = readRow();
    while (state === "found") {
      const order = compareBytes(id, idStart, idEnd, wanted, start, end);
      if (order === 0) return "found";
      if (order > 0) return "absent";
      state = next();
    }
    return state;
  }

  const reader: SeriesFileReader = {
    columns: [],
    bytes: lines.bytes,
    bounds: new Int32Array(),
    isAscii: true,
    search,
    next,
    load,
    close: async () => {
      await source.return?.();
    },
  };
  return reader;
}
