/** The observations of a data file, typed, series by series. */

import { malformed } from "../bls-file/columns.ts";
import { decodeText } from "../bls-file/lines.ts";
import { PERIODS } from "../bls-file/periods.ts";
import { createRowReader } from "../bls-file/read-row.ts";
import type { SeriesBlock } from "../bls-file/series-blocks.ts";
import { unitsAt } from "../decimal.ts";

/** Silver's values are DECIMAL(18,6): 12 digits before the point and 6 behind it. */
export const VALUE_PRECISION = 18;
export const VALUE_DECIMALS = 6;
const LARGEST_VALUE = 10n ** BigInt(VALUE_PRECISION);

const LF = 10;

/** `value` is in units of 10 ** -6. Null stands for no value, and for no footnote. */
export type SilverRow = { year: number; period: string; value: bigint | null; footnotes: string | null };

export type SilverSeries = { seriesId: string; rows: SilverRow[] };

/**
 * The rows of a series, by year and period. `file` names the file in errors. Throws DataFileMalformed where a row cannot be
 * read, has a value that DECIMAL(18,6) cannot hold exactly, or is the second one with a value for its year and period.
 */
export function silverSeries(file: string, { id, columns, parts }: SeriesBlock): SilverSeries {
  const reader = createRowReader(file, columns);
  const rows: SilverRow[] = [];
  const valued = new Set<number>();
  for (const part of parts) {
    let line = part.line;
    for (let at = 0; at < part.bytes.length; line++) {
      const lf = part.bytes.indexOf(LF, at);
      const end = lf < 0 ? part.bytes.length : lf;
      if (reader.read(part.bytes, at, end, line)) {
        const { year, period, units, decimals } = reader.row;
        const value =
          units === undefined ? null : unitsAt({ units: BigInt(units), decimals }, VALUE_DECIMALS);
        if (value === undefined || (value !== null && (value >= LARGEST_VALUE || value <= -LARGEST_VALUE))) {
          const fault = `the value does not fit DECIMAL(${VALUE_PRECISION},${VALUE_DECIMALS})`;
          throw malformed(file, line, part.bytes.subarray(at, end), fault);
        }
        const place = year * PERIODS.length + period;
        if (value !== null && valued.has(place)) {
          const fault = "a second value for the same series, year and period";
          throw malformed(file, line, part.bytes.subarray(at, end), fault);
        }
        if (value !== null) valued.add(place);
        const footnotes = reader.text(part.bytes, columns.footnotes) || null;
        rows.push({ year, period: PERIODS[period] ?? "", value, footnotes });
      }
      at = end + 1;
    }
  }
  return { seriesId: decodeText(Buffer.from(id, "latin1")), rows: rows.sort(byTime) };
}

function byTime(a: SilverRow, b: SilverRow): number {
  return a.year - b.year || (a.period < b.period ? -1 : a.period > b.period ? 1 : 0);
}
