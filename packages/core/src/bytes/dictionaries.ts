/** Distinct values in order of appearance, in as few objects as possible. */
import { append, type ByteSink, createByteSink } from "./byte-sink.ts";

const EMPTY = -1;

/** Distinct byte strings. Entry i is `sink.bytes` from `ends[i - 1]` (0 for the first) to `ends[i]`. */
export type ByteDictionary = {
  size: number;
  sink: ByteSink;
  ends: Int32Array;
  hashes: Int32Array;
  table: Int32Array;
};

export function createByteDictionary(): ByteDictionary {
  return {
    size: 0,
    sink: createByteSink(256),
    ends: new Int32Array(16),
    hashes: new Int32Array(16),
    table: new Int32Array(64).fill(EMPTY),
  };
}

/** Empties a dictionary and keeps its memory. */
export function clearByteDictionary(dictionary: ByteDictionary): void {
  dictionary.size = 0;
  dictionary.sink.length = 0;
  dictionary.table.fill(EMPTY);
}

/** The index of `bytes[start..end)`, which is added if it is new. */
export function placeOfBytes(
  dictionary: ByteDictionary,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const hash = hashOfBytes(bytes, start, end);
  const slot = slotOfBytes(dictionary, hash, bytes, start, end);
  const place = dictionary.table[slot] ?? EMPTY;
  if (place !== EMPTY) return place;
  dictionary.table[slot] = dictionary.size;
  return addEntry(dictionary, hash, bytes, start, end);
}

/** The index of `bytes[start..end)`, or -1 if the dictionary does not have it. */
export function findBytes(dictionary: ByteDictionary, bytes: Uint8Array, start: number, end: number): number {
  const hash = hashOfBytes(bytes, start, end);
  return dictionary.table[slotOfBytes(dictionary, hash, bytes, start, end)] ?? EMPTY;
}

function hashOfBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  // The low bits choose the slot, so the high bits must affect them, too.
  return hash ^ (hash >>> 15);
}

/** The slot that has, or would have, the bytes' index. */
function slotOfBytes(
  dictionary: ByteDictionary,
  hash: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const { table, hashes } = dictionary;
  const mask = table.length - 1;
  let slot = hash & mask;
  for (;;) {
    const place = table[slot] ?? EMPTY;
    if (place === EMPTY) return slot;
    if (hashes[place] === hash && isEntry(dictionary, place, bytes, start, end)) return slot;
    slot = (slot + 1) & mask;
  }
}

/** Adds an entry that is known to be new and will not be looked up, and returns its index. */
export function addBytes(dictionary: ByteDictionary, bytes: Uint8Array, start: number, end: number): number {
  const place = dictionary.size++;
  append(dictionary.sink, bytes, start, end);
  if (place === dictionary.ends.length) dictionary.ends = enlarged(dictionary.ends);
  dictionary.ends[place] = dictionary.sink.length;
  return place;
}

/** The start of the entry with index `place`. */
export function startOf(dictionary: ByteDictionary, place: number): number {
  return place === 0 ? 0 : (dictionary.ends[place - 1] ?? 0);
}

function addEntry(
  dictionary: ByteDictionary,
  hash: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const place = addBytes(dictionary, bytes, start, end);
  if (place >= dictionary.hashes.length) dictionary.hashes = enlarged(dictionary.hashes);
  dictionary.hashes[place] = hash;
  if (2 * dictionary.size > dictionary.table.length) {
    dictionary.table = rehashed(
      dictionary.table.length * 4,
      dictionary.size,
      (each) => dictionary.hashes[each] ?? 0,
    );
  }
  return place;
}

function isEntry(
  dictionary: ByteDictionary,
  place: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  const from = startOf(dictionary, place);
  if ((dictionary.ends[place] ?? 0) - from !== end - start) return false;
  const known = dictionary.sink.bytes;
  for (let at = start, other = from; at < end; at++, other++) if (bytes[at] !== known[other]) return false;
  return true;
}

/** Distinct 64-bit integers. Entry i is `words[2 * i]` (low) and `words[2 * i + 1]` (high). */
export type LongDictionary = { size: number; words: Int32Array; table: Int32Array };

export function createLongDictionary(): LongDictionary {
  return { size: 0, words: new Int32Array(512), table: new Int32Array(1024).fill(EMPTY) };
}

/** Empties a dictionary and keeps its memory. */
export function clearLongDictionary(dictionary: LongDictionary): void {
  dictionary.size = 0;
  dictionary.table.fill(EMPTY);
}

/** The index of an integer, which is added if it is new. */
export function placeOfLong(dictionary: LongDictionary, low: number, high: number): number {
  const { table, words } = dictionary;
  const mask = table.length - 1;
  let slot = hashOfLong(low, high) & mask;
  for (;;) {
    const place = table[slot] ?? EMPTY;
    if (place === EMPTY) break;
    if (words[2 * place] === low && words[2 * place + 1] === high) return place;
    slot = (slot + 1) & mask;
  }
  const place = dictionary.size++;
  table[slot] = place;
  if (2 * place === words.length) dictionary.words = enlarged(words);
  dictionary.words[2 * place] = low;
  dictionary.words[2 * place + 1] = high;
  if (2 * dictionary.size > table.length) {
    const all = dictionary.words;
    dictionary.table = rehashed(table.length * 4, dictionary.size, (each) =>
      hashOfLong(all[2 * each] ?? 0, all[2 * each + 1] ?? 0),
    );
  }
  return place;
}

function hashOfLong(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function rehashed(length: number, size: number, hashOf: (place: number) => number): Int32Array {
  const table = new Int32Array(length).fill(EMPTY);
  const mask = length - 1;
  for (let place = 0; place < size; place++) {
    let slot = hashOf(place) & mask;
    while (table[slot] !== EMPTY) slot = (slot + 1) & mask;
    table[slot] = place;
  }
  return table;
}

function enlarged(from: Int32Array): Int32Array {
  const larger = new Int32Array(2 * from.length);
  larger.set(from);
  return larger;
}
