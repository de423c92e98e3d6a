/**
 * Keeps the sums of series that are finished, densely: a file sorted by series needs them again only if one of its
 * series turns up a second time. Some four bytes stand for a series' year; beyond 1 MiB they go to a temporary file.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GROUP_BITS } from "./periods.ts";
import { addSlot, clearSums, emptySums, finestGroup, type SeriesSums, SUMS_PER_YEAR } from "./series-sums.ts";

export type Ledger = {
  /** Adds a series. Its id must sort behind all ids before. */
  append(series: SeriesSums): void;
  /** All series in their order. Each is valid until the next one is taken. */
  read(): Generator<SeriesSums>;
  /** Hands all of it over as a file, to be read with `readLedgerFile`, and leaves the ledger empty. */
  detach(): LedgerFile;
  /** Gives the memory and the temporary file back. */
  [Symbol.dispose](): void;
};

/** A ledger on disk: an open file that has no name any more, and the lengths of its parts. Whoever has it must close it. The ids are empty where it has no series. */
export type LedgerFile = { fd: number; lengths: number[]; firstId: string; lastId: string };

/** What is kept in memory before it goes to a file. */
const MOST_IN_MEMORY = 1 << 20;
const SHIFTABLE = 2 ** 31;
/** In place of a group's number: the sums of all groups are kept. */
const ALL_GROUPS = GROUP_BITS.length;

/**
 * An empty ledger. It keeps each year's set of periods, and the sums of the finest group of periods alone, because
 * coarser ones never count again; with `allGroups` it keeps all sums.
 */
export function createLedger(allGroups: boolean): Ledger {
  let block = Buffer.allocUnsafeSlow(1 << 16);
  let length = 0;
  let idBefore = "";
  let firstId = "";
  let lastId = "";
  let spilled: { fd: number; lengths: number[] } | undefined;

  function makeRoom(bytes: number): void {
    if (length + bytes > MOST_IN_MEMORY) spill();
    if (length + bytes <= block.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * block.length, length + bytes));
    block.copy(larger, 0, 0, length);
    block = larger;
  }

  function spill(): { fd: number; lengths: number[] } {
    spilled ??= createLedgerFile();
    writeSync(spilled.fd, block, 0, length);
    spilled.lengths.push(length);
    length = 0;
    idBefore = "";
    return spilled;
  }

  function* read(): Generator<SeriesSums> {
    if (spilled !== undefined) yield* readLedgerFile(spilled);
    yield* readRecords(block, length, emptySums(""));
  }

  return {
    append(series) {
      makeRoom(longestRecord(series));
      length = writeRecord(block, length, series, idBefore, allGroups);
      if (lastId === "") firstId = series.id;
      lastId = series.id;
      idBefore = series.id;
    },
    read,
    detach() {
      const { fd, lengths } = spill();
      spilled = undefined;
      return { fd, lengths, firstId, lastId };
    },
    [Symbol.dispose]() {
      block = Buffer.alloc(0);
      length = 0;
      if (spilled === undefined) return;
      closeSync(spilled.fd);
      spilled = undefined;
    },
  };
}

function createLedgerFile(): { fd: number; lengths: number[] } {
  const folder = mkdtempSync(join(tmpdir(), "data-quest-"));
  const fd = openSync(join(folder, "ledger"), "wx+");
  // The file lives on until it is closed, and is gone even if the process is killed.
  rmSync(folder, { recursive: true });
  return { fd, lengths: [] };
}

/** All series of a ledger's file in their order. Each is valid until the next one is taken. */
export function* readLedgerFile({ fd, lengths }: { fd: number; lengths: number[] }): Generator<SeriesSums> {
  const series = emptySums("");
  const bytes = Buffer.allocUnsafeSlow(Math.max(...lengths));
  let position = 0;
  for (const length of lengths) {
    readSync(fd, bytes, 0, length, position);
    position += length;
    yield* readRecords(bytes, length, series);
  }
}

/** More bytes than the series' record can take. */
function longestRecord(series: SeriesSums): number {
  const digits = series.large?.reduce((most, sum) => Math.max(most, sum.toString().length), 0) ?? 0;
  return 64 + series.id.length + series.slots * (16 + SUMS_PER_YEAR * (9 + digits));
}

/**
 * A record: how many bytes the id has in common with the one before, the rest of the id, then decimals, groups kept and
 * whether sums are large, then the number of years. Per year: its distance from the year before, its set of periods
 * unless that is the same, and its sums.
 */
function writeRecord(
  bytes: Buffer,
  start: number,
  series: SeriesSums,
  lastId: string,
  allGroups: boolean,
): number {
  const { id, slots, year, seen, sums, large } = series;
  let common = 0;
  while (common < lastId.length && lastId.charCodeAt(common) === id.charCodeAt(common)) common++;
  let at = writeCount(bytes, start, common);
  at = writeCount(bytes, at, id.length - common);
  at += bytes.write(id.slice(common), at, "latin1");
  const groups = allGroups ? ALL_GROUPS : finestGroup(series);
  at = writeCount(bytes, at, series.decimals * 16 + groups * 2 + (large === undefined ? 0 : 1));
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
      if (large === undefined) {
        at = writeSum(bytes, at, sums[place] ?? 0);
      } else {
        const digits = String(large[place]);
        at = writeCount(bytes, at, digits.length);
        at += bytes.write(digits, at, "latin1");
      }
    }
  }
  return at;
}

type Cursor = { bytes: Buffer; at: number };

function* readRecords(bytes: Buffer, length: number, series: SeriesSums): Generator<SeriesSums> {
  const from: Cursor = { bytes, at: 0 };
  series.id = "";
  while (from.at < length) {
    readRecord(from, series);
    yield series;
  }
}

function readRecord(from: Cursor, series: SeriesSums): void {
  const common = readCount(from);
  clearSums(series, series.id.slice(0, common) + readText(from, readCount(from)));
  const shape = readCount(from);
  series.decimals = shape >> 4;
  series.large = (shape & 1) === 0 ? undefined : [];
  const groups = (shape >> 1) & 7;
  const first = groups === ALL_GROUPS ? 0 : groups;
  const last = groups === ALL_GROUPS ? ALL_GROUPS - 1 : groups;
  let year = 0;
  let seen = 0;
  for (let left = readCount(from); left > 0; left--) {
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
      else series.large[place] = BigInt(readText(from, readCount(from)));
    }
  }
}

function readText(from: Cursor, length: number): string {
  from.at += length;
  return from.bytes.toString("latin1", from.at - length, from.at);
}

/** A whole number from 0 to 2 ** 31 - 1: seven bits per byte, the lowest first; bit 7 says that more follow. */
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

/** A whole number that a double holds exactly: its sign and lowest six bits, then seven bits per byte as above. */
function writeSum(bytes: Buffer, start: number, sum: number): number {
  let at = start;
  const size = Math.abs(sum);
  // Shifts are quicker than divisions, but know 31 bits only.
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
