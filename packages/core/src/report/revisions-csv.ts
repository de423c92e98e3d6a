/** revisions.csv: every observation that differs between the data file and its earlier version. */
import type { SeriesDifferences } from "../bls-file/compare-files.ts";
import { formatValue, minus } from "../bls-file/compare-series.ts";
import { csvRecord } from "../csv.ts";

/**
 * The records, the header first. A new observation has no `before`, a dropped one has no `after`, and neither
 * has a `change`. An observation with the same value but different footnotes has a change of 0. The footnote
 * columns contain codes.
 */
export async function* revisionsCsv(series: AsyncIterable<SeriesDifferences>): AsyncGenerator<string> {
  yield csvRecord([
    "series_id",
    "year",
    "period",
    "before",
    "after",
    "change",
    "footnotes_before",
    "footnotes_after",
  ]);
  for await (const { seriesId, differences } of series) {
    for (const { year, period, before, after } of differences) {
      const change = before && after && minus(after, before);
      const values = [before, after, change].map((value) => ({ number: value ? formatValue(value) : null }));
      const footnotes = [before, after].map((observation) => observation?.footnotes ?? "");
      yield csvRecord([seriesId, { number: year }, period, ...values, ...footnotes]);
    }
  }
}
