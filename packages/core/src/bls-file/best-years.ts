/**
 * The best year of every series and the observations of selected ones, from one pass over a BLS data file.
 */
import { type Aggregate, type BestYearsOptions, createAggregator, type Observation } from "./aggregator.ts";
import { createLineFeed } from "./lines.ts";
import type { BestYear } from "./series-sums.ts";

export type { BestYearsOptions, Observation } from "./aggregator.ts";
export type { BestYear } from "./series-sums.ts";

export type BestYears = {
  /** How many rows were read, not counting the header. */
  rows: number;
  /** Ordered by the bytes of series_id. Series without values are included, with the basis `none`. */
  series: Iterable<BestYear>;
  /** The rows of each selected series that the file has, by year, and in file order within a year. */
  selected: ReadonlyMap<string, readonly Observation[]>;
  /** Releases the memory behind `series`, and the temporary file if there is one. */
  [Symbol.dispose](): void;
};

/**
 * Reads a BLS data file once and returns the best year of every series. Rows may come in any order, and
 * chunks may end anywhere. Sums are exact. A file with only a header has no series; a file without a header
 * is malformed.
 *
 * BLS promises one row for each period of a series. A second value for the same period would count that
 * period twice, so it is an error, as is an unreadable line. Rows without a value (`-` or blank) do not
 * count.
 *
 * Throws DataFileMalformed with the file's name, the line number, and the line's text.
 */
export async function bestYears(
  chunks: AsyncIterable<Uint8Array>,
  options: BestYearsOptions,
): Promise<BestYears> {
  const aggregator = createAggregator(options);
  const feed = createLineFeed(options.file, aggregator.takeLines);
  for await (const chunk of chunks) feed.push(chunk);
  feed.end();
  return toBestYears(aggregator.finish());
}

/** The best years of the aggregated rows. */
export function toBestYears({ rows, selected, store }: Aggregate): BestYears {
  return {
    rows,
    selected,
    series: { [Symbol.iterator]: store.bestYears },
    [Symbol.dispose]: store[Symbol.dispose],
  };
}
