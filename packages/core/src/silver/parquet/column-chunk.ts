/** One column of one row group: its dictionary and its data pages. */
import { append, type ByteSink, createByteSink, reserve } from "../../bytes/byte-sink.ts";
import {
  type ByteDictionary,
  clearByteDictionary,
  clearLongDictionary,
  createByteDictionary,
  createLongDictionary,
  type LongDictionary,
  startOf,
} from "../../bytes/dictionaries.ts";
import { bitWidth, hybridCapacity, writeHybrid } from "./hybrid.ts";
import { type Column, physicalType, valueBytes } from "./schema.ts";
import { i32, struct, thriftBytes } from "./thrift.ts";
import { zstdFrame } from "./zstd.ts";

/** Represents null in place of a dictionary index. */
export const NULL = -1;

/** A page: its offset from the first data page, its size, its row and null counts, and its extreme values. */
export type Page = { offset: number; bytes: number; rows: number; nulls: number; min?: Buffer; max?: Buffer };

/** The smallest and the largest value, as Parquet stores them. */
export type Extremes = { min: Buffer; max: Buffer };

export type ColumnChunk = {
  column: Column;
  texts: ByteDictionary;
  /** The dictionary of integers, and of decimals that fit into 64 bits. */
  longs: LongDictionary;
  data: ByteSink;
  pages: Page[];
  /** The size in bytes of the data pages and their headers, before compression. */
  uncompressed: number;
  /** The number of data pages that do not use the dictionary. */
  plainPages: number;
  /** The smallest and the largest value in the data pages that do not use the dictionary. */
  plainMin: Buffer | undefined;
  plainMax: Buffer | undefined;
};

const PLAIN = 0;
const RLE = 3;
export const RLE_DICTIONARY = 8;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

const body = createByteSink(1 << 16);
let present = new Int32Array(1 << 14);
let presentCounts = new Int32Array(1 << 14);
let levels = new Int32Array(1 << 14);
let levelCounts = new Int32Array(1 << 14);

/** An empty chunk of a column. */
export function createColumnChunk(column: Column): ColumnChunk {
  return {
    column,
    texts: createByteDictionary(),
    longs: createLongDictionary(),
    data: createByteSink(1 << 12),
    pages: [],
    uncompressed: 0,
    plainPages: 0,
    plainMin: undefined,
    plainMax: undefined,
  };
}

/** Empties a chunk and keeps its memory. */
export function clearColumnChunk(chunk: ColumnChunk): void {
  clearByteDictionary(chunk.texts);
  clearLongDictionary(chunk.longs);
  chunk.data.length = 0;
  chunk.pages = [];
  chunk.uncompressed = 0;
  chunk.plainPages = 0;
  chunk.plainMin = undefined;
  chunk.plainMax = undefined;
}

/**
 * Adds a page of `rows` rows. Each of the first `length` elements of `places`, a dictionary index or NULL, is
 * repeated as many times as `counts` says. For a sorted column, `bounds` has the page's smallest and largest
 * value.
 */
export function addDictionaryPage(
  chunk: ColumnChunk,
  places: Int32Array,
  counts: Int32Array,
  length: number,
  rows: number,
  bounds?: Extremes,
): void {
  let values = places;
  let valueCounts = counts;
  let runs = length;
  let nulls = 0;
  body.length = 0;
  if (chunk.column.optional) {
    makeRoom(length);
    let levelRuns = 0;
    runs = 0;
    for (let index = 0; index < length; index++) {
      const place = places[index] ?? NULL;
      const count = counts[index] ?? 0;
      const level = place === NULL ? 0 : 1;
      if (levelRuns > 0 && levels[levelRuns - 1] === level) {
        levelCounts[levelRuns - 1] = (levelCounts[levelRuns - 1] ?? 0) + count;
      } else {
        levels[levelRuns] = level;
        levelCounts[levelRuns++] = count;
      }
      if (level === 0) {
        nulls += count;
        continue;
      }
      present[runs] = place;
      presentCounts[runs++] = count;
    }
    writeLevels(rows, levelRuns);
    values = present;
    valueCounts = presentCounts;
  }
  const size = isBytes(chunk) ? chunk.texts.size : chunk.longs.size;
  // An index takes whole bytes, because ZSTD then saves more than bit packing would.
  const width = Math.max(8, (bitWidth(size - 1) + 7) & ~7);
  const out = reserve(body, hybridCapacity(rows) + 1);
  out[body.length] = width;
  body.length = writeHybrid(out, body.length + 1, width, values, valueCounts, runs);
  finishPage(chunk, RLE_DICTIONARY, rows, nulls, bounds);
}

/**
 * Adds a page of 64-bit integers with too many distinct values for a dictionary. The halves of row i's value are
 * `words[2 * i]` (low) and `words[2 * i + 1]` (high). The value is null if `valued[i]` is 0.
 */
export function addPlainPage(chunk: ColumnChunk, words: Int32Array, valued: Uint8Array, rows: number): void {
  makeRoom(rows);
  body.length = 0;
  let levelRuns = 0;
  for (let row = 0; row < rows; row++) {
    const level = valued[row] ?? 0;
    if (levelRuns > 0 && levels[levelRuns - 1] === level) {
      levelCounts[levelRuns - 1] = (levelCounts[levelRuns - 1] ?? 0) + 1;
    } else {
      levels[levelRuns] = level;
      levelCounts[levelRuns++] = 1;
    }
  }
  writeLevels(rows, levelRuns);
  const out = reserve(body, 8 * rows);
  let at = body.length;
  let nulls = 0;
  let min = NULL;
  let max = NULL;
  for (let row = 0; row < rows; row++) {
    if (valued[row] === 0) {
      nulls++;
      continue;
    }
    at = writeLong(out, at, words, row);
    if (min === NULL || isLess(words, row, min)) min = row;
    if (max === NULL || isLess(words, max, row)) max = row;
  }
  body.length = at;
  if (min !== NULL) {
    const extremes = { min: longBytes(words, min), max: longBytes(words, max) };
    if (chunk.plainMin === undefined || extremes.min.readBigInt64LE() < chunk.plainMin.readBigInt64LE()) {
      chunk.plainMin = extremes.min;
    }
    if (chunk.plainMax === undefined || extremes.max.readBigInt64LE() > chunk.plainMax.readBigInt64LE()) {
      chunk.plainMax = extremes.max;
    }
  }
  chunk.plainPages++;
  finishPage(chunk, PLAIN, rows, nulls, undefined);
}

/**
 * The dictionary page, with its header and all entries, and the page's uncompressed length. Undefined
 * if no dictionary was used.
 */
export function dictionaryPage(chunk: ColumnChunk): { bytes: Buffer; uncompressed: number } | undefined {
  const { texts, longs, column, pages, plainPages } = chunk;
  if (plainPages === pages.length) return undefined;
  const width = valueBytes(column);
  body.length = 0;
  if (isBytes(chunk)) {
    const out = reserve(body, texts.sink.length + 4 * texts.size);
    let at = 0;
    let from = 0;
    for (let place = 0; place < texts.size; place++) {
      const to = texts.ends[place] ?? 0;
      if (width === undefined) {
        const length = to - from;
        out[at++] = length;
        out[at++] = length >>> 8;
        out[at++] = length >>> 16;
        out[at++] = length >>> 24;
      }
      for (; from < to; from++) out[at++] = texts.sink.bytes[from] ?? 0;
    }
    body.length = at;
  } else {
    const out = reserve(body, 8 * longs.size);
    let at = 0;
    for (let place = 0; place < longs.size; place++) {
      if (width === 4) at = out.writeInt32LE(longs.words[2 * place] ?? 0, at);
      else at = writeLong(out, at, longs.words, place);
    }
    body.length = at;
  }
  const compressed = zstdFrame(body.bytes.subarray(0, body.length));
  const header = thriftBytes(
    struct([
      [1, i32(DICTIONARY_PAGE)],
      [2, i32(body.length)],
      [3, i32(compressed.length)],
      [
        7,
        struct([
          [1, i32(isBytes(chunk) ? texts.size : longs.size)],
          [2, i32(PLAIN)],
        ]),
      ],
    ]),
  );
  return { bytes: Buffer.concat([header, compressed]), uncompressed: header.length + body.length };
}

/** The chunk's smallest and largest value. Undefined if the chunk has no values. */
export function extremesOf(chunk: ColumnChunk): Extremes | undefined {
  const { texts, longs, column, plainMin, plainMax } = chunk;
  if (isBytes(chunk)) {
    if (texts.size === 0) return undefined;
    const first = column.sorted === true ? texts.size - 1 : 1;
    let min = entry(texts, 0);
    let max = min;
    for (let place = first; place < texts.size; place++) {
      const next = entry(texts, place);
      if (isSmaller(column, next, min)) min = next;
      else if (isSmaller(column, max, next)) max = next;
    }
    return { min: Buffer.from(min), max: Buffer.from(max) };
  }
  const found = [plainMin, plainMax].flatMap((bytes) => bytes ?? []);
  if (longs.size > 0) {
    let min = 0;
    let max = 0;
    for (let place = 1; place < longs.size; place++) {
      if (isLess(longs.words, place, min)) min = place;
      if (isLess(longs.words, max, place)) max = place;
    }
    found.push(longBytes(longs.words, min), longBytes(longs.words, max));
  }
  if (found.length === 0) return undefined;
  const sorted = found.sort((a, b) => Number(a.readBigInt64LE() > b.readBigInt64LE()) * 2 - 1);
  const width = valueBytes(column);
  const [min, max] = [sorted[0], sorted.at(-1)].map((bytes) => Buffer.from(bytes ?? []).subarray(0, width));
  return min && max && { min, max };
}

function finishPage(
  chunk: ColumnChunk,
  encoding: number,
  rows: number,
  nulls: number,
  bounds: Extremes | undefined,
): void {
  const compressed = zstdFrame(body.bytes.subarray(0, body.length));
  const header = thriftBytes(
    struct([
      [1, i32(DATA_PAGE)],
      [2, i32(body.length)],
      [3, i32(compressed.length)],
      [
        5,
        struct([
          [1, i32(rows)],
          [2, i32(encoding)],
          [3, i32(RLE)],
          [4, i32(RLE)],
        ]),
      ],
    ]),
  );
  const bytes = header.length + compressed.length;
  chunk.pages.push({ offset: chunk.data.length, bytes, rows, nulls, ...bounds });
  append(chunk.data, header);
  append(chunk.data, compressed);
  chunk.uncompressed += header.length + body.length;
}

/** Writes which rows have a value. The number of bytes that this takes comes first. */
function writeLevels(rows: number, runs: number): void {
  const out = reserve(body, hybridCapacity(rows) + 4);
  const end = writeHybrid(out, 4, 1, levels, levelCounts, runs);
  out.writeUInt32LE(end - 4, 0);
  body.length = end;
}

function makeRoom(length: number): void {
  if (length <= present.length) return;
  present = new Int32Array(2 * length);
  presentCounts = new Int32Array(2 * length);
  levels = new Int32Array(2 * length);
  levelCounts = new Int32Array(2 * length);
}

function isBytes({ column }: ColumnChunk): boolean {
  return physicalType(column) > 2;
}

function entry(texts: ByteDictionary, place: number): Buffer {
  return texts.sink.bytes.subarray(startOf(texts, place), texts.ends[place]);
}

/** Strings are compared by bytes, wide decimals as signed numbers. */
function isSmaller({ type }: Column, a: Buffer, b: Buffer): boolean {
  if (type.kind === "decimal" && (a[0] ?? 0) >> 7 !== (b[0] ?? 0) >> 7) return (a[0] ?? 0) >> 7 === 1;
  return a.compare(b) < 0;
}

function isLess(words: Int32Array, place: number, other: number): boolean {
  const high = words[2 * place + 1] ?? 0;
  const otherHigh = words[2 * other + 1] ?? 0;
  if (high !== otherHigh) return high < otherHigh;
  return (words[2 * place] ?? 0) >>> 0 < (words[2 * other] ?? 0) >>> 0;
}

function writeLong(out: Buffer, at: number, words: Int32Array, place: number): number {
  const low = words[2 * place] ?? 0;
  const high = words[2 * place + 1] ?? 0;
  out[at] = low;
  out[at + 1] = low >>> 8;
  out[at + 2] = low >>> 16;
  out[at + 3] = low >>> 24;
  out[at + 4] = high;
  out[at + 5] = high >>> 8;
  out[at + 6] = high >>> 16;
  out[at + 7] = high >>> 24;
  return at + 8;
}

function longBytes(words: Int32Array, place: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeLong(bytes, 0, words, place);
  return bytes;
}
