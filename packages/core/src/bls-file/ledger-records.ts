/**
 * A ledger's records: the ID, the best year, and the sums of each series, as compact as possible while
 * still quick to read. A year of a series takes about four bytes.
 */
import { GROUP_BITS, PERIOD_GROUPS } from "./periods.ts";
import {
  addSlot,
  type BestYear,
  bestYear,
  clearSums,
  decodeId,
  finestGroup,
  NO_VALUE_YET,
  type SeriesSums,
  SUMS_PER_YEAR,
} from "./series-sums.ts";

/** Used instead of a group's number for a series without values. */
const NO_GROUP = GROUP_BITS.length + 1;
const SHIFTABLE = 2 ** 31;
/** Used instead of a group's number if the sums of all groups are kept. */
const ALL_GROUPS = GROUP_BITS.length;
/** How many bytes a record uses for the length of its sums. */
const LENGTH_BYTES = 4;

/** An upper bound for the size of the series' record. */
export function longestRecord(series: SeriesSums): number {
  const digits = series.large?.reduce((most, sum) => Math.max(most, sum.toString().length), 0) ?? 0;
  return (
    96 + series.id.length + series.decimals + digits + series.slots * (16 + SUMS_PER_YEAR * (9 + digits))
  );
}

/**
 * Writes the record of a series, and returns the position after it. A record consists of the number of
 * leading bytes that the ID shares with `idBefore`, the rest of the ID, the best year, the length of the sums
 * in bytes, and the sums. The length lets a reader skip the sums.
 *
 * Only the sums of the finest group of periods are kept, because coarser groups can no longer affect the best
 * year. With `allGroups`, all sums are kept, and the best year is computed from all groups.
 */
export function writeRecord(
  bytes: Buffer,
  start: number,
  series: SeriesSums,
  idBefore: string,
  allGroups: boolean,
): number {
  const { id } = series;
  let common = 0;
  while (common < idBefore.length && idBefore.charCodeAt(common) === id.charCodeAt(common)) common++;
  let at = writeCount(bytes, start, common);
  at = writeText(bytes, at, id.slice(common));
  const groups = series.slots === 0 ? NO_GROUP : allGroups ? ALL_GROUPS : finestGroup(series);
  at = writeBest(bytes, at, groups, bestYear(series, allGroups));
  const end = writeSums(bytes, at + LENGTH_BYTES, series, groups);
  bytes.writeUInt32LE(end - at - LENGTH_BYTES, at);
  return end;
}

function writeBest(bytes: Buffer, start: number, groups: number, best: BestYear): number {
  let at = writeCount(bytes, start, groups);
  at = writeCount(bytes, at, best.year ?? 0);
  at = writeText(bytes, at, best.value ?? "");
  const { ties } = best;
  at = writeCount(bytes, at, ties.length);
  for (const year of ties) at = writeCount(bytes, at, year);
  return at;
}

/**
 * Writes how many decimal places the sums have, which groups are kept, whether the sums are large, and how
 * many years follow. Then, for each year: its distance from the previous year, its set of periods if the
 * previous year has a different one, and its sums.
 */
function writeSums(bytes: Buffer, start: number, series: SeriesSums, groups: number): number {
  const { slots, year, seen, sums, large } = series;
  if (slots === 0) return writeCount(bytes, writeCount(bytes, start, 0), 0);
  let at = writeCount(bytes, start, series.decimals * 16 + groups * 2 + (large === undefined ? 0 : 1));
  at = writeCount(bytes, at, slots);
  const first = groups === ALL_GROUPS ? 0 : groups;
  const last = groups === ALL_GROUPS ? ALL_GROUPS - 1 : groups;
  let yearBefore = 0;
  let seenBefore = 0;
  for (let slot = 0; slot < slots; slot++) {
    const distance = (year[slot] ?? 0) - yearBefore - 1;
    const seenNow = seen[slot] ?? 0;
    const head = (distance < 0 ? -distance * 2 - 1 : distance * 2) * 2;
    at = writeCount(bytes, at, seenNow === seenBefore ? head : head + 1);
    if (seenNow !== seenBefore) at = writeCount(bytes, at, seenNow);
    yearBefore = year[slot] ?? 0;
    seenBefore = seenNow;
    for (let group = first; group <= last; group++) {
      if ((seenNow & (GROUP_BITS[group] ?? 0)) === 0) continue;
      const place = slot * SUMS_PER_YEAR + group;
      if (large === undefined) at = writeSum(bytes, at, sums[place] ?? 0);
      else at = writeText(bytes, at, String(large[place]));
    }
  }
  return at;
}

type Cursor = { bytes: Buffer; at: number };

/** The best years in the records of `bytes`, in order. The sums are skipped. */
export function* readBestYears(bytes: Buffer, length: number): Generator<BestYear> {
  const from: Cursor = { bytes, at: 0 };
  let id = "";
  while (from.at < length) {
    id = id.slice(0, readCount(from)) + readText(from);
    const best = readBest(from, id);
    from.at += LENGTH_BYTES + bytes.readUInt32LE(from.at);
    yield best;
  }
}

/** Shared by all series without ties, which are nearly all of them. */
const NO_TIES: number[] = [];

function readBest(from: Cursor, id: string): BestYear {
  const groups = readCount(from);
  const year = readCount(from);
  const value = readText(from);
  let left = readCount(from);
  const ties: number[] = left === 0 ? NO_TIES : [];
  for (; left > 0; left--) ties.push(readCount(from));
  const seriesId = decodeId(id);
  if (groups === NO_GROUP) return { seriesId, year: null, value: null, basis: "none", ties };
  return { seriesId, year, value, basis: PERIOD_GROUPS[groups]?.basis ?? "all", ties };
}

/**
 * The series in the records of `bytes`, in order. For each one, the same object, `series`, is filled and
 * yielded.
 */
export function* readSeries(bytes: Buffer, length: number, series: SeriesSums): Generator<SeriesSums> {
  const from: Cursor = { bytes, at: 0 };
  let id = "";
  while (from.at < length) {
    id = id.slice(0, readCount(from)) + readText(from);
    readBest(from, id);
    from.at += LENGTH_BYTES;
    clearSums(series, id);
    readSums(from, series);
    yield series;
  }
}

function readSums(from: Cursor, series: SeriesSums): void {
  const shape = readCount(from);
  series.decimals = shape >> 4;
  series.large = (shape & 1) === 0 ? undefined : [];
  const groups = (shape >> 1) & 7;
  const first = groups === ALL_GROUPS ? 0 : groups;
  const last = groups === ALL_GROUPS ? ALL_GROUPS - 1 : groups;
  let year = 0;
  let seen = 0;
  const slots = readCount(from);
  if (slots === 0) series.decimals = NO_VALUE_YET;
  for (let left = slots; left > 0; left--) {
    const head = readCount(from);
    const distance = head >> 1;
    year += 1 + (distance % 2 === 0 ? distance / 2 : -(distance + 1) / 2);
    if (head % 2 === 1) seen = readCount(from);
    const slot = addSlot(series, year);
    series.seen[slot] = seen;
    for (let group = first; group <= last; group++) {
      if ((seen & (GROUP_BITS[group] ?? 0)) === 0) continue;
      const place = slot * SUMS_PER_YEAR + group;
      if (series.large === undefined) series.sums[place] = readSum(from);
      else series.large[place] = BigInt(readText(from));
    }
  }
}

/** Writes the length of a string, and then the string with one byte per character. */
function writeText(bytes: Buffer, start: number, text: string): number {
  const at = writeCount(bytes, start, text.length);
  return at + bytes.write(text, at, "latin1");
}

function readText(from: Cursor): string {
  const length = readCount(from);
  from.at += length;
  return from.bytes.toString("latin1", from.at - length, from.at);
}

/**
 * A whole number from 0 to 2 ** 31 - 1: seven bits per byte, the lowest first. Bit 7 means that more bytes
 * follow.
 */
function writeCount(bytes: Buffer, start: number, count: number): number {
  let at = start;
  let left = count;
  for (; left > 127; left >>>= 7) bytes[at++] = (left & 127) | 128;
  bytes[at++] = left;
  return at;
}

function readCount(from: Cursor): number {
  let count = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = from.bytes[from.at++] ?? 0;
    count |= (byte & 127) << shift;
    if (byte < 128) return count;
  }
}

/**
 * A whole number that a double represents exactly: its sign and lowest six bits, then seven bits per byte as
 * above.
 */
function writeSum(bytes: Buffer, start: number, sum: number): number {
  let at = start;
  const size = Math.abs(sum);
  // Shifts are faster than divisions but limited to 31 bits.
  let left = size < SHIFTABLE ? size >>> 6 : Math.floor(size / 64);
  bytes[at++] = (size & 63) | (sum < 0 ? 64 : 0) | (left > 0 ? 128 : 0);
  for (; left >= SHIFTABLE; left = Math.floor(left / 128)) bytes[at++] = (left & 127) | 128;
  for (; left > 127; left >>>= 7) bytes[at++] = (left & 127) | 128;
  if (left > 0) bytes[at++] = left;
  return at;
}

function readSum(from: Cursor): number {
  let byte = from.bytes[from.at++] ?? 0;
  const negative = (byte & 64) !== 0;
  let size = byte & 63;
  for (let unit = 64; byte > 127; unit *= 128) {
    byte = from.bytes[from.at++] ?? 0;
    size += (byte & 127) * unit;
  }
  return negative ? -size : size;
}
