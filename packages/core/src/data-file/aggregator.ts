/** Adds up the rows of a BLS data file by series and year. */
import { parseDecimal } from "../decimal.ts";
import type { BestYears, BestYearsOptions, Observation } from "./best-years.ts";
import { decodeText, type TakeLines } from "./lines.ts";
import { GROUP_OF_PERIOD, PERIODS, periodPlace } from "./periods.ts";
import { type DataColumns, isBlank, locateFields, malformed, readDataHeader } from "./row.ts";
import {
  addExactly,
  type BestYear,
  bestYear,
  emptySums,
  type SeriesSums,
  SUMS_PER_YEAR,
  slotOf,
} from "./series-sums.ts";

export type Aggregator = { takeLines: TakeLines; finish(): BestYears };

export function createAggregator({ file, includeAverages, select }: BestYearsOptions): Aggregator {
  const all = new Map<string, SeriesSums>();
  const selected: Observation[] = [];
  let columns: DataColumns | undefined;
  let bounds = new Int32Array(0);
  let line = 0;
  let rows = 0;

  function takeRow(bytes: Buffer, start: number, end: number, places: DataColumns): void {
    const refuse = (fault: string) => malformed(file, line, bytes.subarray(start, end), fault);
    const found = locateFields(bytes, start, end, places.count, bounds);
    if (found < places.count) {
      if (isBlank(bytes, start, end)) return;
      throw refuse(`${found} columns where the header has ${places.count}`);
    }
    rows++;
    const text = (column: number) =>
      bytes.toString("latin1", bounds[2 * column] ?? 0, bounds[2 * column + 1] ?? 0);
    const id = text(places.seriesId);
    if (id === "") throw refuse("no series_id");
    const yearText = text(places.year);
    if (!/^\d{4}$/.test(yearText)) throw refuse("the year is none");
    const year = Number(yearText);
    const code = text(places.period);
    const period =
      code.length === 3 ? periodPlace(code.charCodeAt(0), code.charCodeAt(1), code.charCodeAt(2)) : -1;
    if (period < 0) throw refuse(`unknown period ${JSON.stringify(code)}, known are ${PERIODS.join(", ")}`);
    const valueText = text(places.value);
    const none = valueText === "" || valueText === "-";
    if (select !== undefined && code === select.period && id === select.series) {
      const footnotes =
        places.footnotes < 0
          ? ""
          : decodeText(bytes.subarray(bounds[2 * places.footnotes], bounds[2 * places.footnotes + 1]));
      selected.push({ year, period: code, value: none ? null : valueText, footnotes });
    }
    if (none) return;
    const value = parseDecimal(valueText);
    if (value === undefined) throw refuse("the value is no number");

    let series = all.get(id);
    if (series === undefined) {
      series = emptySums(id);
      all.set(id, series);
    }
    const slot = slotOf(series, year);
    const seen = series.seen[slot] ?? 0;
    if ((seen & (1 << period)) !== 0) throw refuse("a second value for the same series, year and period");
    series.seen[slot] = seen | (1 << period);
    addExactly(series, slot * SUMS_PER_YEAR + (GROUP_OF_PERIOD[period] ?? 0), value.units, value.decimals);
  }

  return {
    takeLines(bytes, start, end) {
      let at = start;
      while (at < end) {
        const next = bytes.indexOf(10, at);
        line++;
        if (columns === undefined) {
          columns = readDataHeader(file, decodeText(bytes.subarray(at, next)));
          bounds = new Int32Array(2 * columns.count);
        } else {
          takeRow(bytes, at, next, columns);
        }
        at = next + 1;
      }
    },
    finish() {
      if (columns === undefined) throw malformed(file, 1, "", "the file is empty, without even a header");
      const ids = [...all.keys()].sort();
      const series: BestYear[] = [];
      for (const id of ids) {
        const sums = all.get(id);
        const best = sums === undefined ? undefined : bestYear(sums, includeAverages);
        if (best !== undefined) series.push(best);
      }
      return { rows, series, selected: selected.sort((a, b) => a.year - b.year) };
    },
  };
}
