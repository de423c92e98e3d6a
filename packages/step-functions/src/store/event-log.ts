import { closeSync, createReadStream, fdatasync, openSync, writeSync } from "node:fs";
import { open, truncate } from "node:fs/promises";
import { promisify } from "node:util";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import type { Clock } from "../clock.ts";
import { type History, HistoryFull, type HistoryRecord, type NewEvent, type Place } from "../history.ts";
import { Limits } from "../limits.ts";
import { readCompressed, sizeOf } from "./compressed-log.ts";
import { Damaged } from "./json-file.ts";

const syncData = promisify(fdatasync);
const NEWLINE = 0x0a;

/** The log of one execution: a line of JSON for each event, append-only. Event n is line n. */
export interface EventLog extends History {
  /** The byte offset at which each line ends. */
  readonly lineEnds: readonly number[];
  close(): void;
}

/** Opens a log to append to it. `lineEnds` has the ends of the existing lines. It is empty for a new log. */
export function openEventLog(file: string, lineEnds: number[], clock: Clock): EventLog {
  const descriptor = openSync(file, "a", PRIVATE_FILE);
  let synced = lineEnds.length;
  let syncing: Promise<void> | undefined;

  const append = (place: Place, previousEventId: number, event: NewEvent, next?: string | null): number => {
    const id = lineEnds.length + 1;
    const record: HistoryRecord = {
      event: { ...event, id, previousEventId, timestamp: clock.now() / 1000 },
      place,
      ...(next === undefined ? {} : { next }),
    };
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    // Once written, the line is in the kernel, so it is kept no matter how this process ends.
    writeSync(descriptor, line);
    lineEnds.push((lineEnds.at(-1) ?? 0) + line.length);
    return id;
  };
  const sync = async () => {
    const written = lineEnds.length;
    await syncData(descriptor);
    synced = written;
    syncing = undefined;
  };
  return {
    lineEnds,
    get length() {
      return lineEnds.length;
    },
    record: (place, previousEventId, event, next) => {
      if (lineEnds.length >= Limits.historyEvents - 1) throw new HistoryFull("The history is full");
      return append(place, previousEventId, event, next);
    },
    finish: (previousEventId, event) => {
      append([], previousEventId, event);
    },
    durable: async () => {
      // Concurrent threads share a sync. A thread that waits for the running sync may also need the next one.
      const target = lineEnds.length;
      while (synced < target) {
        syncing ??= sync();
        await syncing;
      }
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * The byte offset at which each complete line of a log ends, whether the log is compressed or not. A torn last
 * line is not counted. Throws Damaged if the log is missing.
 */
export async function findLineEnds(file: string): Promise<number[]> {
  if ((await sizeOf(file)) === 0) {
    const content = await readCompressed(file);
    if (content !== undefined) return lineEndsIn(content, 0);
  }
  const ends: number[] = [];
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new Damaged(`${file} is missing: the history was removed`);
    throw error;
  });
  try {
    const buffer = Buffer.alloc(1 << 18);
    for (let offset = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return ends;
      for (const end of lineEndsIn(buffer.subarray(0, bytesRead), offset)) ends.push(end);
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

function lineEndsIn(chunk: Buffer, offset: number): number[] {
  const ends: number[] = [];
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1))
    ends.push(offset + at + 1);
  return ends;
}

/** Removes an incomplete last line: the process was killed while writing that line. */
export async function dropTornLine(file: string, lineEnds: readonly number[]): Promise<void> {
  await truncate(file, lineEnds.at(-1) ?? 0);
}

/** Reads the records of lines `from` to `to` (exclusive), counted from 0. */
export async function readRecords(
  file: string,
  lineEnds: readonly number[],
  from: number,
  to: number,
): Promise<HistoryRecord[]> {
  const start = from === 0 ? 0 : (lineEnds[from - 1] ?? 0);
  const end = lineEnds[Math.min(to, lineEnds.length) - 1] ?? 0;
  if (end <= start) return [];
  const records: HistoryRecord[] = [];
  for (const line of (await readBytes(file, start, end)).toString("utf8").split("\n")) {
    if (line !== "") records.push(parseRecord(file, from + records.length + 1, line));
  }
  return records;
}

/** Reads the bytes `start` to `end` (exclusive) of a log. The log may be replaced by its compressed file meanwhile. */
async function readBytes(file: string, start: number, end: number): Promise<Buffer> {
  try {
    if ((await sizeOf(file)) > 0)
      return Buffer.concat(await Array.fromAsync(createReadStream(file, { start, end: end - 1 })));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const content = await readCompressed(file);
  if (content === undefined) throw new Damaged(`${file} is missing: the history was removed`);
  return content.subarray(start, end);
}

function parseRecord(file: string, number: number, line: string): HistoryRecord {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Damaged(`${file} is damaged: line ${number} is not JSON, or is cut off`, { cause: error });
  }
}
