/** What differs between two vintages of a data file: which observations are new, gone, or have another value. */
import { ascending, SeriesOutOfOrder } from "./block-order.ts";
import { createComparison } from "./compare-series.ts";
import { createSummary, type FileDifferences } from "./differences.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks, sortedBlocks } from "./series-blocks.ts";

/** Two unsorted files are held in memory to be compared, if together they are not larger than this. */
export const MOST_BYTES_UNSORTED = 256 * 1024 * 1024;

/**
 * Compares two data files, series by series. Files whose series come in the order of their ids, as BLS sorts them, are read
 * side by side, and memory does not grow with them. Others are held in memory up to `mostBytesUnsorted`; larger ones are
 * not compared, and the answer is undefined. `mostRows` bounds the series that are listed.
 *
 * Throws DataFileMalformed where a file cannot be read.
 */
export async function compareFiles(
  before: ReadableFile,
  after: ReadableFile,
  mostRows: number,
  mostBytesUnsorted = MOST_BYTES_UNSORTED,
): Promise<FileDifferences | undefined> {
  const files = { before: before.file, after: after.file };
  try {
    return await compare(files, ascending(seriesBlocks(before)), ascending(seriesBlocks(after)), mostRows);
  } catch (error) {
    if (!(error instanceof SeriesOutOfOrder)) throw error;
  }
  if (before.bytes + after.bytes > mostBytesUnsorted) return undefined;
  return compare(files, sortedBlocks(seriesBlocks(before)), sortedBlocks(seriesBlocks(after)), mostRows);
}

type Blocks = AsyncGenerator<SeriesBlock, undefined>;

async function compare(
  files: { before: string; after: string },
  before: Blocks,
  after: Blocks,
  mostRows: number,
): Promise<FileDifferences> {
  const compareSeries = createComparison(files);
  const summary = createSummary(mostRows);
  for await (const [old, current] of pairs(before, after)) {
    const { see, end } = summary.series(old?.id ?? current?.id ?? "");
    compareSeries(old, current, see);
    end();
  }
  return summary.finish();
}

/** The blocks of both files, those of the same series together. */
async function* pairs(
  before: Blocks,
  after: Blocks,
): AsyncGenerator<[SeriesBlock | undefined, SeriesBlock | undefined]> {
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
