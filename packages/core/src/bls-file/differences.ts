/** Summarizes the differences between two vintages of a data file. */
import {
  compareSizes,
  type Difference,
  type DifferenceKind,
  formatValue,
  minus,
  type Value,
} from "./compare-series.ts";
import { decodeText } from "./lines.ts";

/** How many observations differ, by kind. */
export type Counts = Record<DifferenceKind, number>;

/** A changed observation. All values are exact decimals; `change` is `after` minus `before`. */
type Change = { year: number; period: string; before: string; after: string; change: string };

export type FileDifferences = Counts & {
  /** Years with a difference, in order. */
  byYear: ({ year: number } & Counts)[];
  /** How many series have a changed observation. */
  changedSeries: number;
  /**
   * The series with the largest changes, largest first, with ties ordered by ID. At most as many as
   * requested.
   */
  rows: ({ seriesId: string; largest: Change } & Counts)[];
};

type LargestChange = { year: number; period: string; before: Value; after: Value; change: Value };

/**
 * Summarizes differences that it receives series by series, ordered by ID. At most `mostRows` series are listed, and at
 * most twice as many are held in memory.
 */
export function createSummary(mostRows: number) {
  const total = noCounts();
  const byYear = new Map<number, Counts>();
  let changedSeries = 0;
  let rows: { id: string; counts: Counts; largest: LargestChange }[] = [];

  function keepLargest(): void {
    // Sorting is stable, so ties stay ordered by ID.
    rows = rows.sort((a, b) => compareSizes(b.largest.change, a.largest.change)).slice(0, mostRows);
  }

  return {
    /** The differences of one series: pass each one to `see`, then call `end`. */
    series(id: string) {
      const counts = noCounts();
      let largest: LargestChange | undefined;
      return {
        see({ kind, year, period, before, after }: Difference): void {
          const ofYear = byYear.get(year) ?? noCounts();
          byYear.set(year, ofYear);
          for (const tally of [total, ofYear, counts]) tally[kind]++;
          if (kind !== "changed" || before === undefined || after === undefined) return;
          const change = minus(after, before);
          if (largest === undefined || compareSizes(change, largest.change) > 0) {
            largest = { year, period, before, after, change };
          }
        },
        end(): void {
          if (largest === undefined) return;
          changedSeries++;
          rows.push({ id, counts, largest });
          if (rows.length > 2 * mostRows) keepLargest();
        },
      };
    },

    finish(): FileDifferences {
      keepLargest();
      return {
        ...total,
        byYear: [...byYear].sort(([a], [b]) => a - b).map(([year, counts]) => ({ year, ...counts })),
        changedSeries,
        rows: rows.map(({ id, counts, largest: { year, period, before, after, change } }) => ({
          seriesId: decodeText(Buffer.from(id, "latin1")),
          ...counts,
          largest: {
            year,
            period,
            before: formatValue(before),
            after: formatValue(after),
            change: formatValue(change),
          },
        })),
      };
    },
  };
}

export type Summary = ReturnType<typeof createSummary>;

function noCounts(): Counts {
  return { changed: 0, added: 0, dropped: 0, footnotes: 0 };
}
