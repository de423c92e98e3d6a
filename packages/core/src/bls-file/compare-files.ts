/** Compares two vintages of a data file: which observations are new, gone, or changed. */
import { ascending, SeriesOutOfOrder } from "./block-order.ts";
import { type CompareSeries, createComparison, type Difference } from "./compare-series.ts";
import { createSummary, type FileDifferences, type Summary } from "./differences.ts";
import { decodeText } from "./lines.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks, sortedBlocks } from "./series-blocks.ts";

/** Two unsorted files are compared in memory if they have at most this many bytes in total. */
export const MOST_BYTES_UNSORTED = 256 * 1024 * 1024;

/** The observations of one series that differ, by year and period. There is at least one. */
export type SeriesDifferences = { seriesId: string; differences: Difference[] };

/** Reads differences, ordered by series ID, to the end. Throws what reading the differences throws. */
export type TakeDifferences = (differences: AsyncIterable<SeriesDifferences>) => Promise<void>;

/**
 * Compares two data files, series by series. Files sorted by series ID, as BLS sorts them, are read
 * concurrently, and memory does not grow with their size. Other files are held in memory if they have at most
 * `mostBytesUnsorted` bytes in total. Larger files are not compared, and the result is undefined. The result
 * lists at most `mostRows` series. `take` receives all differences, and receives them again from the start if
 * the files turn out to be unsorted.
 *
 * Throws DataFileMalformed if a file cannot be read.
 */
export async function compareFiles(
  before: ReadableFile,
  after: ReadableFile,
  take: TakeDifferences,
  mostRows: number,
  mostBytesUnsorted = MOST_BYTES_UNSORTED,
): Promise<FileDifferences | undefined> {
  const compareBlocks = async (blocks: (file: ReadableFile) => Blocks): Promise<FileDifferences> => {
    const compareSeries = createComparison({ before: before.file, after: after.file });
    const summary = createSummary(mostRows);
    await take(differences(pairs(blocks(before), blocks(after)), compareSeries, summary));
    return summary.finish();
  };
  try {
    return await compareBlocks((file) => ascending(seriesBlocks(file)));
  } catch (error) {
    if (!(error instanceof SeriesOutOfOrder)) throw error;
  }
  if (before.bytes + after.bytes > mostBytesUnsorted) return undefined;
  return compareBlocks((file) => sortedBlocks(seriesBlocks(file)));
}

type Blocks = AsyncGenerator<SeriesBlock, undefined>;
type Pair = [before: SeriesBlock | undefined, after: SeriesBlock | undefined];

/** Yields the differences series by series, and adds each to `summary`. */
async function* differences(
  pairs: AsyncIterable<Pair>,
  compareSeries: CompareSeries,
  summary: Summary,
): AsyncGenerator<SeriesDifferences> {
  for await (const [before, after] of pairs) {
    const id = before?.id ?? after?.id ?? "";
    const { see, end } = summary.series(id);
    const found: Difference[] = [];
    compareSeries(before, after, (difference) => {
      see(difference);
      found.push(difference);
    });
    end();
    if (found.length === 0) continue;
    const seriesId = decodeText(Buffer.from(id, "latin1"));
    yield { seriesId, differences: found.sort((a, b) => a.year - b.year || (a.period < b.period ? -1 : 1)) };
  }
}

/** Pairs the blocks of both files by series. */
async function* pairs(before: Blocks, after: Blocks): AsyncGenerator<Pair> {
  try {
    let [old, current] = await Promise.all([before.next(), after.next()]);
    while (old.value !== undefined || current.value !== undefined) {
      const oldFirst =
        current.value === undefined || (old.value !== undefined && old.value.id < current.value.id);
      const currentFirst =
        old.value === undefined || (current.value !== undefined && current.value.id < old.value.id);
      yield [currentFirst ? undefined : old.value, oldFirst ? undefined : current.value];
      [old, current] = await Promise.all([
        currentFirst ? old : before.next(),
        oldFirst ? current : after.next(),
      ]);
    }
  } finally {
    await Promise.all([before.return(undefined), after.return(undefined)]);
  }
}
