/** Sums the rows of a BLS data file by series and year. */
import { type DataColumns, malformed, readDataHeader } from "./columns.ts";
import { decodeText, type TakeLines } from "./lines.ts";
import { GROUP_OF_PERIOD, PERIODS } from "./periods.ts";
import { createRowReader, type RowReader } from "./read-row.ts";
import { type RowBefore, rowToScanFrom, scanRows } from "./scan-rows.ts";
import { createSeriesStore, type SeriesStore } from "./series-store.ts";
import { addValue, SUMS_PER_YEAR, slotOf } from "./series-sums.ts";

const LF = 10;

/** One row of a selected series. `value` is as published, but without padding; null means no value. */
export type Observation = { year: number; period: string; value: string | null; footnotes: string };

export type BestYearsOptions = {
  /** The file's name, for errors. */
  file: string;
  /** Whether the sums include averages and all kinds of periods. */
  includeAverages: boolean;
  /** The IDs of the series whose rows are returned. */
  select?: readonly string[];
};

/** The result of aggregating a file's rows. */
export type Aggregate = {
  rows: number;
  store: SeriesStore;
  selected: ReadonlyMap<string, readonly Observation[]>;
};

export type Aggregator = { takeLines: TakeLines; finish(): Aggregate };

/**
 * Creates an aggregator for the lines of one file, the header first. Its options and errors are those of
 * `bestYears`.
 */
export function createAggregator({ file, includeAverages, select = [] }: BestYearsOptions): Aggregator {
  const store = createSeriesStore(includeAverages);
  const selected = new Map(
    select.map((id): [string, Observation[]] => [Buffer.from(id).toString("latin1"), []]),
  );
  let format: { columns: DataColumns; reader: RowReader } | undefined;
  let line = 0;
  let rows = 0;

  /**
   * Adds any row. Returns what `scanRows` needs for the rows after it, or undefined if they cannot be
   * scanned.
   */
  function takeRow(bytes: Buffer, start: number, end: number, columns: DataColumns, reader: RowReader) {
    line++;
    if (!reader.read(bytes, start, end, line)) return undefined;
    rows++;
    const { id, year, period, units, decimals } = reader.row;
    const series = store.series(id);
    if (units !== undefined) {
      const slot = slotOf(series, year);
      const seen = series.seen[slot] ?? 0;
      if ((seen & (1 << period)) !== 0) {
        const fault = "a second value for the same series, year, and period";
        throw malformed(file, line, bytes.subarray(start, end), fault);
      }
      series.seen[slot] = seen | (1 << period);
      addValue(series, slot * SUMS_PER_YEAR + (GROUP_OF_PERIOD[period] ?? 0), units, decimals);
    }
    const observations = selected.get(id);
    if (observations === undefined) return rowToScanFrom(bytes, start, columns, reader.bounds, series);
    const value = units === undefined ? null : reader.text(bytes, columns.value);
    const footnotes = reader.text(bytes, columns.footnotes);
    observations.push({ year, period: PERIODS[period] ?? "", value, footnotes });
    return undefined;
  }

  function takeLines(bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (format === undefined) {
      at = bytes.indexOf(LF, start) + 1;
      line++;
      const columns = readDataHeader(file, decodeText(bytes.subarray(start, at - 1)));
      format = { columns, reader: createRowReader(file, columns) };
    }
    const { columns, reader } = format;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let before: RowBefore | undefined;
    while (at < end) {
      if (before !== undefined) {
        const scanned = scanRows(bytes, view, at, end, before);
        at = scanned.next;
        line += scanned.rows;
        rows += scanned.rows;
        if (at === end) break;
      }
      // Rows are too short for indexOf() to pay off.
      let next = at;
      while (bytes[next] !== LF) next++;
      before = takeRow(bytes, at, next, columns, reader);
      at = next + 1;
    }
    return line;
  }

  function finish(): Aggregate {
    if (format === undefined) throw malformed(file, 1, "", "the file is empty, without even a header");
    const found = select.map((id): [string, Observation[]] => {
      const observations = selected.get(Buffer.from(id).toString("latin1")) ?? [];
      return [id, observations.sort((a, b) => a.year - b.year)];
    });
    return { rows, store, selected: new Map(found.filter(([, observations]) => observations.length > 0)) };
  }

  return { takeLines, finish };
}
