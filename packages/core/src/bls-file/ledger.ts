/**
 * Keeps finished series: the best year and the sums of each. The sums are needed again only if a later series
 * is out of order. Beyond 1 MiB, finished series go to a temporary file.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { longestRecord, readBestYears, readSeries, writeRecord } from "./ledger-records.ts";
import { type BestYear, emptySums, type SeriesSums } from "./series-sums.ts";

export type Ledger = {
  /** Adds a series. Its ID must sort after all previous IDs. */
  append(series: SeriesSums): void;
  /** The best years of all series, in order. */
  bestYears(): Generator<BestYear>;
  /** All series in order. Each is valid until the next one is read. */
  series(): Generator<SeriesSums>;
  /** Returns the whole ledger as a file, to be read with `bestYearsInFile`, and leaves the ledger empty. */
  detach(): LedgerFile;
  /** Releases the memory and the temporary file. */
  [Symbol.dispose](): void;
};

/**
 * A ledger on disk: an open file that no longer has a name, and the lengths of its parts. The owner must
 * close the file. `firstId` and `lastId` are empty if the ledger has no series.
 */
export type LedgerFile = { fd: number; lengths: number[]; firstId: string; lastId: string };

/** How many bytes are kept in memory before they go to a file. */
const MOST_IN_MEMORY = 1 << 20;

/**
 * Creates an empty ledger. It keeps the sums of each series' finest group of periods, or all sums with
 * `allGroups`.
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

  function* bestYears(): Generator<BestYear> {
    if (spilled !== undefined) yield* bestYearsInFile(spilled);
    yield* readBestYears(block, length);
  }

  function* series(): Generator<SeriesSums> {
    const filled = emptySums("");
    if (spilled !== undefined) {
      for (const part of partsOf(spilled)) yield* readSeries(part, part.length, filled);
    }
    yield* readSeries(block, length, filled);
  }

  return {
    append(series) {
      makeRoom(longestRecord(series));
      length = writeRecord(block, length, series, idBefore, allGroups);
      if (lastId === "") firstId = series.id;
      lastId = series.id;
      idBefore = series.id;
    },
    bestYears,
    series,
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
  // The file can be used until it is closed, and does not remain even if the process is killed.
  rmSync(folder, { recursive: true });
  return { fd, lengths: [] };
}

/** The best years of all series in a ledger's file, in order. */
export function* bestYearsInFile(file: { fd: number; lengths: number[] }): Generator<BestYear> {
  for (const part of partsOf(file)) yield* readBestYears(part, part.length);
}

/** The parts of a ledger's file. Each is valid until the next one is read. */
function* partsOf({ fd, lengths }: { fd: number; lengths: number[] }): Generator<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(...lengths));
  let position = 0;
  for (const length of lengths) {
    readSync(fd, bytes, 0, length, position);
    position += length;
    yield bytes.subarray(0, length);
  }
}
