/** What differs between two vintages of a data file: which observations are new, gone, or have another value. */
import { ascending, SeriesOutOfOrder } from "./block-order.ts";
import { type CompareSeries, createComparison, type Difference } from "./compare-series.ts";
import { createSummary, type FileDifferences, type Summary } from "./differences.ts";
import { decodeText } from "./lines.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks, sortedBlocks } from "./series-blocks.ts";

/** Two unsorted files are held in memory to be compared, if together they are not larger than this. */
export const MOST_BYTES_UNSORTED = 256 * 1024 * 1024;

/** The observations of one series that differ, by year and period: one or more. */
export type SeriesDifferences = { seriesId: string; differences: Difference[] };

/** Reads differences to their end, and passes on what reading them throws. They come series by series, by their ids. */
export type TakeDifferences = (differences: AsyncIterable<SeriesDifferences>) => Promise<void>;

/**
 * Compares two data files, series by series. Files whose series come in the order of their ids, as BLS sorts them, are read
 * side by side, and memory does not grow with them. Others are held in memory up to `mostBytesUnsorted`; larger ones are
 * not compared, and the answer is undefined. `mostRows` bounds the series that are listed; `take` gets all that differs, and
 * gets it anew from the start where the files turn out to be in no order.
 *
 * Throws DataFileMalformed where a file cannot be read.
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

/** What differs, series by series, which `summary` is told too. */
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

/** The blocks of both files, those of the same series together. */
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
