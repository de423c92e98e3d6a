/** Compares two vintages of one series. */
import { formatDecimal } from "../decimal.ts";
import { type DataColumns, malformed } from "./columns.ts";
import { PERIODS } from "./periods.ts";
import { createRowReader, type RowReader } from "./read-row.ts";
import type { SeriesBlock } from "./series-blocks.ts";

const LF = 10;

/** A number from a row: `units` times ten to the power of minus `decimals`. */
export type Value = { units: number | bigint; decimals: number };

/** A value with the row's footnote codes, which are undefined if the file has no column for them. */
export type Observation = Value & { footnotes: string | undefined };

/** An observation is new, is gone, has a different value, or has the same value with different footnotes. */
export type DifferenceKind = "added" | "dropped" | "changed" | "footnotes";

/** An observation that differs. A new one has no `before`, and one that is gone has no `after`. */
export type Difference = {
  kind: DifferenceKind;
  year: number;
  period: string;
  before?: Observation;
  after?: Observation;
};

/**
 * Calls `see` for every difference between a series' rows in two files. One of the files may lack the series.
 */
export type CompareSeries = (
  before: SeriesBlock | undefined,
  after: SeriesBlock | undefined,
  see: (difference: Difference) => void,
) => void;

/**
 * Compares the series of two files. `files` are the files' names in errors. An observation is a row with a
 * value: a row without a value counts as absent, and 1.0 equals 1.00. Footnotes are compared if both files
 * have a column of footnotes. Rows may come in any order.
 *
 * The comparison throws DataFileMalformed if a row that it needs cannot be read or occurs twice.
 */
export function createComparison(files: { before: string; after: string }): CompareSeries {
  const readBefore = createBlockReader(files.before);
  const readAfter = createBlockReader(files.after);

  return (before, after, see) => {
    const skip = before && after ? sameLines(before, after) : { bytes: 0, lines: 0 };
    const values = new Map<number, Observation>();
    if (before !== undefined) readBefore(before, skip, (key, observation) => values.set(key, observation));
    if (after !== undefined) {
      readAfter(after, skip, (key, observation) => {
        const known = values.get(key);
        values.delete(key);
        const kind = compareObservations(known, observation);
        if (kind !== undefined)
          see({ kind, ...placeOf(key), ...(known && { before: known }), after: observation });
      });
    }
    for (const [key, observation] of values) see({ kind: "dropped", ...placeOf(key), before: observation });
  };
}

function compareObservations(
  before: Observation | undefined,
  after: Observation,
): DifferenceKind | undefined {
  if (before === undefined) return "added";
  if (!isEqual(before, after)) return "changed";
  const haveBoth = before.footnotes !== undefined && after.footnotes !== undefined;
  return haveBoth && before.footnotes !== after.footnotes ? "footnotes" : undefined;
}

/** Year and period as one number. */
function keyOf(year: number, period: number): number {
  return year * PERIODS.length + period;
}

function placeOf(key: number): { year: number; period: string } {
  return { year: Math.floor(key / PERIODS.length), period: PERIODS[key % PERIODS.length] ?? "" };
}

/** The part of a block that need not be read: whole lines at its start. */
type Skip = { bytes: number; lines: number };

/**
 * Finds the identical lines at the start of both blocks. BLS appends to a series and mostly revises its last
 * years, so these are most of the lines.
 */
function sameLines(before: SeriesBlock, after: SeriesBlock): Skip {
  const same: Skip = { bytes: 0, lines: 0 };
  const [a, b] = [before.parts, after.parts].map((parts) =>
    parts.length === 1 ? parts[0]?.bytes : undefined,
  );
  if (a === undefined || b === undefined || !haveSameColumns(before.columns, after.columns)) return same;
  // Most series are identical to the last byte, which a native call detects fastest.
  if (a.length === b.length && a.equals(b)) return { bytes: a.length, lines: 0 };
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length && a[at] === b[at]; at++) {
    if (a[at] !== LF) continue;
    same.bytes = at + 1;
    same.lines++;
  }
  return same;
}

function haveSameColumns(a: DataColumns, b: DataColumns): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A reader of the observations in a series' rows, except for the skipped ones. */
function createBlockReader(file: string) {
  let format: { columns: DataColumns; reader: RowReader } | undefined;
  return (
    { columns, parts }: SeriesBlock,
    skip: Skip,
    see: (key: number, observation: Observation) => void,
  ) => {
    if (format?.columns !== columns) format = { columns, reader: createRowReader(file, columns) };
    const { reader } = format;
    const seen = new Set<number>();
    for (const { bytes, line: firstLine } of parts) {
      let line = firstLine + skip.lines;
      let next = 0;
      for (let at = skip.bytes; at < bytes.length; at = next + 1, line++) {
        next = bytes.indexOf(LF, at);
        if (!reader.read(bytes, at, next, line)) continue;
        const { year, period, units, decimals } = reader.row;
        if (units === undefined) continue;
        const key = keyOf(year, period);
        if (seen.has(key)) {
          const fault = "a second value for the same series, year, and period";
          throw malformed(file, line, bytes.subarray(at, next), fault);
        }
        seen.add(key);
        const footnotes = columns.footnotes < 0 ? undefined : reader.text(bytes, columns.footnotes);
        see(key, { units, decimals, footnotes });
      }
    }
  };
}

function isEqual(a: Value, b: Value): boolean {
  if (a.decimals === b.decimals) return a.units === b.units || BigInt(a.units) === BigInt(b.units);
  return compareSizes(minus(a, b), { units: 0, decimals: 0 }) === 0;
}

/** The exact difference of two values. */
export function minus(a: Value, b: Value): Value {
  if (a.decimals === b.decimals && typeof a.units === "number" && typeof b.units === "number") {
    return { units: a.units - b.units, decimals: a.decimals };
  }
  const decimals = Math.max(a.decimals, b.decimals);
  return { units: unitsAt(a, decimals) - unitsAt(b, decimals), decimals };
}

/** Compares two numbers by absolute value. The result is negative if `a` is closer to 0 than `b`. */
export function compareSizes(a: Value, b: Value): number {
  if (a.decimals === b.decimals && typeof a.units === "number" && typeof b.units === "number") {
    return Math.abs(a.units) - Math.abs(b.units);
  }
  const decimals = Math.max(a.decimals, b.decimals);
  const [left, right] = [unitsAt(a, decimals), unitsAt(b, decimals)].map((units) =>
    units < 0n ? -units : units,
  );
  return left === right ? 0 : (left ?? 0n) < (right ?? 0n) ? -1 : 1;
}

function unitsAt({ units, decimals }: Value, wanted: number): bigint {
  return BigInt(units) * 10n ** BigInt(wanted - decimals);
}

/** A value, with the number of decimal places that it was published with. */
export function formatValue({ units, decimals }: Value): string {
  return formatDecimal(units, decimals);
}
