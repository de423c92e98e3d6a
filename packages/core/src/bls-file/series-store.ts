/** The sums of all series of a file. */
import { createLedger, type LedgerFile } from "./ledger.ts";
import { type BestYear, bestYear, clearSums, copySums, emptySums, type SeriesSums } from "./series-sums.ts";

export type SeriesStore = {
  /**
   * Returns the sums of a series, so that values can be added to them. Do not use the result of an earlier call
   * after this.
   */
  series(id: string): SeriesSums;
  /** The best year of each series, in ID order. */
  bestYears(): Generator<BestYear>;
  /** Returns all series as a file, and leaves the store empty. Returns undefined if they were not sorted. */
  detach(): LedgerFile | undefined;
  [Symbol.dispose](): void;
};

/**
 * A store that keeps only the current series in memory, as long as each new series sorts after the previous
 * one, as in BLS's files. Finished series go to a ledger. The first series that is out of order brings all
 * finished series back into memory permanently.
 */
export function createSeriesStore(includeAverages: boolean): SeriesStore {
  const ledger = createLedger(includeAverages);
  const current = emptySums("");
  let byId: Map<string, SeriesSums> | undefined;

  function recall(): Map<string, SeriesSums> {
    const recalled = new Map<string, SeriesSums>();
    for (const series of ledger.series()) recalled.set(series.id, copySums(series));
    if (current.id !== "") recalled.set(current.id, copySums(current));
    ledger[Symbol.dispose]();
    return recalled;
  }

  return {
    series(id) {
      if (byId === undefined) {
        if (id === current.id) return current;
        if (id > current.id) {
          if (current.id !== "") ledger.append(current);
          clearSums(current, id);
          return current;
        }
        byId = recall();
      }
      const known = byId.get(id);
      if (known !== undefined) return known;
      const added = emptySums(id, 8);
      byId.set(id, added);
      return added;
    },
    *bestYears() {
      if (byId === undefined) yield* ledger.bestYears();
      const others =
        byId === undefined
          ? current.id === ""
            ? []
            : [current]
          : [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const series of others) yield bestYear(series, includeAverages);
    },
    detach() {
      if (byId !== undefined) return undefined;
      if (current.id !== "") ledger.append(current);
      clearSums(current, "");
      return ledger.detach();
    },
    [Symbol.dispose]() {
      ledger[Symbol.dispose]();
      byId = undefined;
    },
  };
}
