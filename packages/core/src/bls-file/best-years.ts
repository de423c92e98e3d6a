/** The best year of every series and the observations of a few, from one pass over a BLS data file. */
import { type Aggregate, type BestYearsOptions, createAggregator, type Observation } from "./aggregator.ts";
import { createLineFeed } from "./lines.ts";
import type { BestYear } from "./series-sums.ts";

export type { BestYearsOptions, Observation } from "./aggregator.ts";
export type { BestYear } from "./series-sums.ts";

export type BestYears = {
  /** Rows read, the header not counted. */
  rows: number;
  /** In the order of the bytes of series_id. A series without any value is among them, with the basis `none`. */
  series: Iterable<BestYear>;
  /** The rows of each selected series that the file has, by year, as they stand in the file within a year. */
  selected: ReadonlyMap<string, readonly Observation[]>;
  /** Gives the memory behind `series` back, and a temporary file where there is one. */
  [Symbol.dispose](): void;
};

/**
 * Reads a BLS data file once and gives the best year of every series. Rows may come in any order and chunks may end
 * anywhere. Sums are exact. A file of a header alone has no series; one without a header is malformed.
 *
 * BLS promises one row for each period of a series, and a second value for the same period would count that period
 * twice, so it is an error, as is a line that cannot be read. Rows without a value (`-` or blank) count nowhere.
 *
 * Throws DataFileMalformed, which names the file, the line's number and its text.
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

/** The best years of what was added up. */
export function toBestYears({ rows, selected, store }: Aggregate): BestYears {
  return {
    rows,
    selected,
    series: { [Symbol.iterator]: store.bestYears },
    [Symbol.dispose]: store[Symbol.dispose],
  };
}
