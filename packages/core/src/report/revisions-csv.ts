/** revisions.csv: every observation that differs from the data file's earlier version. */
import type { SeriesDifferences } from "../bls-file/compare-files.ts";
import { formatValue, minus } from "../bls-file/compare-series.ts";
import { csvRecord } from "../csv.ts";

/**
 * The records, the header first. A new observation has no `before`, a dropped one has no `after`, and neither
 * has a `change`.
 */
export async function* revisionsCsv(series: AsyncIterable<SeriesDifferences>): AsyncGenerator<string> {
  yield csvRecord(["series_id", "year", "period", "before", "after", "change"]);
  for await (const { seriesId, differences } of series) {
    for (const { year, period, before, after } of differences) {
      const change = before && after && minus(after, before);
      const values = [before, after, change].map((value) => ({ number: value ? formatValue(value) : null }));
      yield csvRecord([seriesId, { number: year }, period, ...values]);
    }
  }
}
