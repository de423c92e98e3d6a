/** Cuts a large data file into segments that threads can add up concurrently. */
import { readSync } from "node:fs";
import { DataFileMalformed } from "../errors.ts";
import { createAggregator } from "./aggregator.ts";
import { readDataHeader } from "./columns.ts";
import type { LedgerFile } from "./ledger.ts";
import { createLineFeed, decodeText } from "./lines.ts";
import { createRowReader } from "./read-row.ts";

/** The lines of a file from byte `start` up to byte `end`. */
export type Segment = { start: number; end: number };

/** The input of a thread. The file is already open: threads share their process's open files. */
export type SegmentTask = {
  fd: number;
  /** The file's first line. */
  header: Uint8Array;
  segment: Segment;
  options: { file: string; includeAverages: boolean };
};

/** The result of one segment, with its series in order. */
export type SegmentSums = { rows: number; ledger: LedgerFile };

const LF = 10;
/** How many bytes to search for the end of a series. No BLS series is that long. */
const LOOK = 1 << 18;
/** Large enough that a read's fixed cost does not matter, small enough to stay in the processor's cache. */
const READ_BYTES = 256 * 1024;

/**
 * Cuts a file into `count` segments of about the same length. Each starts with a new series; the first also
 * includes the file's header. Cuts the file into fewer segments if the end of a series is too far away.
 * Returns undefined if a line cannot be read.
 */
export function cutIntoSegments(
  fd: number,
  size: number,
  count: number,
): { header: Buffer; segments: Segment[] } | undefined {
  try {
    return cut(fd, size, count);
  } catch (error) {
    if (error instanceof DataFileMalformed) return undefined;
    throw error;
  }
}

function cut(fd: number, size: number, count: number): { header: Buffer; segments: Segment[] } {
  const bytes = Buffer.allocUnsafe(LOOK);
  const beginning = bytes.subarray(0, readSync(fd, bytes, 0, LOOK, 0));
  const header = Buffer.from(beginning.subarray(0, beginning.indexOf(LF) + 1));
  const reader = createRowReader("", readDataHeader("", decodeText(header.subarray(0, -1))));

  function seriesStart(from: number): number | undefined {
    const length = readSync(fd, bytes, 0, LOOK, from);
    let at = bytes.subarray(0, length).indexOf(LF) + 1;
    let id: string | undefined;
    while (at > 0) {
      const end = bytes.subarray(0, length).indexOf(LF, at);
      if (end < 0) return undefined;
      if (reader.read(bytes, at, end, 0)) {
        if (id !== undefined && reader.row.id !== id) return from + at;
        id = reader.row.id;
      }
      at = end + 1;
    }
    return undefined;
  }

  const segments: Segment[] = [];
  let start = 0;
  for (let number = 1; number < count; number++) {
    const end = seriesStart(Math.floor((size * number) / count));
    if (end === undefined || end <= start) continue;
    segments.push({ start, end });
    start = end;
  }
  segments.push({ start, end: size });
  return { header, segments };
}

/**
 * Adds up one segment. Returns undefined if its series are not sorted, or if a line cannot be read: the error
 * needs the line's number, which only a reader that starts at the beginning of the file knows.
 */
export function addUpSegment({ fd, header, segment, options }: SegmentTask): SegmentSums | undefined {
  const aggregator = createAggregator(options);
  const feed = createLineFeed(options.file, aggregator.takeLines);
  try {
    if (segment.start > 0) feed.push(header);
    readInto(fd, segment.start, segment.end, feed.push);
    feed.end();
    const { rows, store } = aggregator.finish();
    const ledger = store.detach();
    return ledger && { rows, ledger };
  } catch (error) {
    if (error instanceof DataFileMalformed) return undefined;
    throw error;
  }
}

/**
 * Reads a file from `start` up to `end`, or to the end of the file if that comes first. Passes the bytes to
 * `take` in parts, which share one buffer.
 */
export function readInto(fd: number, start: number, end: number, take: (bytes: Buffer) => void): void {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  for (let at = start; at < end; ) {
    const length = readSync(fd, buffer, 0, Math.min(READ_BYTES, end - at), at);
    if (length === 0) return;
    take(length === READ_BYTES ? buffer : buffer.subarray(0, length));
    at += length;
  }
}
