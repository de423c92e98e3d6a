/** Merges several data files of a survey into one, by series. */
import { ascending, SeriesOutOfOrder, sortedInPasses } from "../bls-file/block-order.ts";
import { decodeText } from "../bls-file/lines.ts";
import { PERIODS } from "../bls-file/periods.ts";
import { createRowReader, type RowReader } from "../bls-file/read-row.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks } from "../bls-file/series-blocks.ts";
import { formatShortest } from "../decimal.ts";
import { DataFileMalformed } from "../errors.ts";

const LF = 10;
const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";
/** Approximate size of the pieces in which rows are passed on, in characters. */
const PIECE = 64 * 1024;
/** Up to twice this many bytes of one unsorted file, or one series, may be in memory at a time. */
const MOST_BYTES_SORTED = 64 * 1024 * 1024;
/** How many faults are kept. Further ones are only counted. */
const MOST_FAULTS_KEPT = 50;

/** The faults found in the data files. */
export type MergeFaults = {
  /** How many series are left out because a row cannot be read or two files have different values. */
  seriesLeftOut: number;
  /** How many of the series left out are known conflicts. */
  known: number;
  /** Files without the header of a data file. */
  filesLeftOut: string[];
  /** Messages, with file and line, about the first faults that are not known conflicts. */
  messages: string[];
  faults: number;
};

/** A merged file. Once it has been read to the end, `faults` returns the faults in its parts. */
export type MergedFile = ReadableFile & { faults(): MergeFaults };

/**
 * Returns a data file that contains each observation of `files` once, ordered by series, year, and period. If
 * several files have a row with the same series, year, period, and value, the rows are one observation, with
 * the footnotes of the first file. A row with a value replaces a row without one. A series with an unreadable
 * row, or with different values for the same year and period, is left out completely.
 *
 * Sorted files are read concurrently, so memory holds one series and a chunk of each file. An unsorted file
 * is read in several passes. If a file turns out to be unsorted while it is read, SeriesOutOfOrder is thrown:
 * open the merged file again. Throws DataFileMalformed if a file ends within a line longer than 1 MiB.
 */
export function mergedFile(
  file: string,
  files: readonly ReadableFile[],
  knownConflicts: ReadonlySet<string>,
): MergedFile {
  const unordered = new Set<ReadableFile>();
  let faults = noFaults();
  return {
    file,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    faults: () => faults,
    open: async () => {
      faults = noFaults();
      return mergedRows(files, unordered, knownConflicts, faults);
    },
  };
}

/**
 * Reads a merged file, and starts over if one of its parts turns out to be unsorted. `read` must read all of
 * it.
 */
export async function readMerged<T>(
  file: ReadableFile,
  read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await read(await file.open());
    } catch (error) {
      if (!(error instanceof SeriesOutOfOrder)) throw error;
    }
  }
}

function noFaults(): MergeFaults {
  return { seriesLeftOut: 0, known: 0, filesLeftOut: [], messages: [], faults: 0 };
}

function report(faults: MergeFaults, message: string): void {
  faults.faults++;
  if (faults.messages.length < MOST_FAULTS_KEPT) faults.messages.push(message);
}

/** One of the files, and the next series in it. */
type Source = {
  file: ReadableFile;
  blocks: AsyncGenerator<SeriesBlock, undefined>;
  block: SeriesBlock | undefined;
};

async function* mergedRows(
  files: readonly ReadableFile[],
  unordered: Set<ReadableFile>,
  knownConflicts: ReadonlySet<string>,
  faults: MergeFaults,
): AsyncGenerator<Uint8Array> {
  const sources: Source[] = files.map((file) => ({
    file,
    blocks: unordered.has(file) ? sortedInPasses(file, MOST_BYTES_SORTED) : ascending(seriesBlocks(file)),
    block: undefined,
  }));
  const readers = new Map<Source, RowReader>();
  try {
    for (const source of sources) await start(source, unordered, faults);
    let piece = HEADER;
    for (;;) {
      const id = sources.reduce<string | undefined>(
        (least, { block }) => (block && (least === undefined || block.id < least) ? block.id : least),
        undefined,
      );
      if (id === undefined) break;
      const holding = sources.filter(({ block }) => block?.id === id);
      piece += rowsOf(id, holding, readers, knownConflicts, faults);
      await Promise.all(holding.map((source) => advance(source, unordered)));
      if (piece.length < PIECE) continue;
      yield Buffer.from(piece, "latin1");
      piece = "";
    }
    yield Buffer.from(piece, "latin1");
  } finally {
    await Promise.all(sources.map(({ blocks }) => blocks.return(undefined)));
  }
}

/** Reads a file's first series. A file without the header of a data file is left out. */
async function start(source: Source, unordered: Set<ReadableFile>, faults: MergeFaults): Promise<void> {
  try {
    await advance(source, unordered);
  } catch (error) {
    if (!(error instanceof DataFileMalformed)) throw error;
    faults.filesLeftOut.push(source.file.file);
    report(faults, error.message);
  }
}

async function advance(source: Source, unordered: Set<ReadableFile>): Promise<void> {
  try {
    source.block = (await source.blocks.next()).value;
  } catch (error) {
    if (error instanceof SeriesOutOfOrder) unordered.add(source.file);
    throw error;
  }
}

/** An observation: its row as text, its value in its shortest form, and its location. */
type Observation = { row: string; value: string | undefined; file: string; line: number };

/** Merges the rows of one series from all files that have it. Returns an empty string if the series is left out. */
function rowsOf(
  id: string,
  sources: readonly Source[],
  readers: Map<Source, RowReader>,
  knownConflicts: ReadonlySet<string>,
  faults: MergeFaults,
): string {
  const observations = new Map<number, Observation>();
  let fault: string | undefined;
  let conflict = false;
  for (const source of sources) {
    if (source.block === undefined || fault !== undefined) continue;
    try {
      for (const [key, observation] of observationsOf(source, source.block, readers)) {
        const known = observations.get(key);
        if (known?.value === undefined) observations.set(key, observation);
        else if (observation.value !== undefined && observation.value !== known.value) {
          fault ??= describeConflict(id, key, known, observation);
          conflict = true;
        }
      }
    } catch (error) {
      if (!(error instanceof DataFileMalformed)) throw error;
      fault = error.message;
      conflict = false;
    }
  }
  if (fault === undefined) {
    const inOrder = [...observations].sort(([a], [b]) => a - b);
    return inOrder.reduce((text, [, { row }]) => text + row, "");
  }
  faults.seriesLeftOut++;
  if (conflict && knownConflicts.has(decodeText(Buffer.from(id, "latin1")))) faults.known++;
  else report(faults, fault);
  return "";
}

/**
 * Reads the rows of a series in one file. Each key combines a row's year and period in one number. Throws
 * DataFileMalformed if a row cannot be read, or if two rows have a value for the same year and period.
 */
function observationsOf(
  source: Source,
  { columns, parts }: SeriesBlock,
  readers: Map<Source, RowReader>,
): Map<number, Observation> {
  const { file } = source.file;
  const reader = readers.get(source) ?? createRowReader(file, columns);
  readers.set(source, reader);
  const found = new Map<number, Observation>();
  for (const { line: firstLine, bytes } of parts) {
    let line = firstLine;
    for (let at = 0; at < bytes.length; line++) {
      const next = bytes.indexOf(LF, at);
      const end = next < 0 ? bytes.length : next;
      if (reader.read(bytes, at, end, line)) {
        const { row, bounds } = reader;
        const text = (column: number) =>
          column < 0 ? "" : bytes.toString("latin1", bounds[2 * column], bounds[2 * column + 1]);
        const key = row.year * PERIODS.length + row.period;
        const value = row.units === undefined ? undefined : formatShortest(row.units, row.decimals);
        const known = found.get(key);
        if (known?.value !== undefined && value !== undefined) {
          throw new DataFileMalformed(
            `${file}, line ${line}: a second value for the same series, year, and period: ${JSON.stringify(decodeText(bytes.subarray(at, end)))}`,
          );
        }
        const fields = [
          row.id,
          String(row.year),
          PERIODS[row.period],
          text(columns.value),
          text(columns.footnotes),
        ];
        if (known?.value === undefined) found.set(key, { row: `${fields.join("\t")}\n`, value, file, line });
      }
      at = end + 1;
    }
  }
  return found;
}

function describeConflict(id: string, key: number, first: Observation, second: Observation): string {
  const place = `${Math.floor(key / PERIODS.length)} ${PERIODS[key % PERIODS.length]}`;
  return (
    `series ${decodeText(Buffer.from(id, "latin1"))}, ${place}: ${first.value} in ${first.file}, line ${first.line}, ` +
    `but ${second.value} in ${second.file}, line ${second.line}`
  );
}
