/** The exact sums of one series by year and group of periods, and the resulting best year. */
import { formatDecimal } from "../decimal.ts";
import { decodeText } from "./lines.ts";
import { type Basis, GROUP_BITS, PERIOD_GROUPS } from "./periods.ts";

/**
 * A series' year with the largest sum. `value` is that sum, exact, with as many decimal places as the series'
 * values have; `ties` are later years with the same sum. A series without values has the basis `none`, and
 * neither a year nor a value.
 */
export type BestYear = {
  seriesId: string;
  year: number | null;
  value: string | null;
  basis: Basis;
  ties: number[];
};

/** Elements of `sums` per year: one for each group of periods, and a spare one to make a power of two. */
export const SUMS_PER_YEAR = 8;

/** The value in `decimals` of a series that has no value yet. */
export const NO_VALUE_YET = -1;
const NO_YEAR_YET = -1;
const OTHER_THAN_ASCII = /[\x80-\xff]/;

/**
 * One series. Each year has a slot in `year`, `seen`, and `sums`, in order of appearance. A slot of `seen` is
 * the set of periods with a value, and a slot of `sums` has SUMS_PER_YEAR elements. Sums are whole numbers, in
 * units of 10 ** -decimals. After the last slot, `sums` contains zeros. If a sum is too large for a double to
 * be exact, all sums move to `large`, and `sums` is no longer used.
 */
export type SeriesSums = {
  id: string;
  /** The number of decimal places; -1 before the first value. */
  decimals: number;
  /** The latest year. */
  latest: number;
  slots: number;
  year: Int32Array;
  seen: Int32Array;
  sums: Float64Array;
  large: bigint[] | undefined;
};

/** A series without values. `id` has one character per byte (latin1), so that IDs sort by their bytes. */
export function emptySums(id: string, capacity = 32): SeriesSums {
  return {
    id,
    decimals: NO_VALUE_YET,
    latest: NO_YEAR_YET,
    slots: 0,
    year: new Int32Array(capacity),
    seen: new Int32Array(capacity),
    sums: new Float64Array(capacity * SUMS_PER_YEAR),
    large: undefined,
  };
}

/** Empties `series` of values, and changes its ID to `id`. */
export function clearSums(series: SeriesSums, id: string): void {
  series.sums.fill(0, 0, series.slots * SUMS_PER_YEAR);
  series.id = id;
  series.decimals = NO_VALUE_YET;
  series.latest = NO_YEAR_YET;
  series.slots = 0;
  series.large = undefined;
}

/** A copy that shares nothing with `series`. */
export function copySums(series: SeriesSums): SeriesSums {
  // Even a series without values gets room for one year: arrays that grow by doubling cannot grow from
  // nothing.
  const slots = Math.max(series.slots, 1);
  return {
    ...series,
    year: series.year.slice(0, slots),
    seen: series.seen.slice(0, slots),
    sums: series.sums.slice(0, slots * SUMS_PER_YEAR),
    large: series.large?.slice(),
  };
}

/**
 * The slot of a year, created if necessary. If a year is later than all others, as in sorted files, no search
 * is needed.
 */
export function slotOf(series: SeriesSums, year: number): number {
  for (let slot = year > series.latest ? -1 : series.slots - 1; slot >= 0; slot--) {
    if (series.year[slot] === year) return slot;
  }
  return addSlot(series, year);
}

/** Creates a slot for a year that has none yet. */
export function addSlot(series: SeriesSums, year: number): number {
  const slot = series.slots++;
  if (slot === series.year.length) {
    series.year = enlarged(series.year, Int32Array);
    series.seen = enlarged(series.seen, Int32Array);
    series.sums = enlarged(series.sums, Float64Array);
  }
  series.year[slot] = year;
  series.latest = Math.max(series.latest, year);
  series.seen[slot] = 0;
  series.large?.push(...new Array<bigint>(SUMS_PER_YEAR).fill(0n));
  return slot;
}

function enlarged<T extends Int32Array | Float64Array>(from: T, type: { new (length: number): T }): T {
  const larger = new type(from.length * 2);
  larger.set(from);
  return larger;
}

/** Adds a value to the sum at index `place`, exactly. */
export function addValue(series: SeriesSums, place: number, units: number | bigint, decimals: number): void {
  if (series.decimals === NO_VALUE_YET) series.decimals = decimals;
  if (typeof units === "number" && decimals === series.decimals && series.large === undefined) {
    const sum = (series.sums[place] ?? 0) + units;
    if (Math.abs(sum) <= Number.MAX_SAFE_INTEGER) {
      series.sums[place] = sum;
      return;
    }
  }
  addExactly(series, place, BigInt(units), decimals);
}

/** Adds a value with any size and any number of decimal places to a sum, exactly. */
function addExactly(series: SeriesSums, place: number, units: bigint, decimals: number): void {
  if (decimals > series.decimals) rescale(series, decimals);
  const added = units * 10n ** BigInt(series.decimals - decimals);
  const sum = added + (series.large?.[place] ?? BigInt(series.sums[place] ?? 0));
  if (series.large === undefined && isExact(sum)) {
    series.sums[place] = Number(sum);
  } else {
    widen(series)[place] = sum;
  }
}

/** Rescales all sums of a series to a larger number of decimal places. */
function rescale(series: SeriesSums, decimals: number): void {
  const factor = 10n ** BigInt(decimals - series.decimals);
  series.decimals = decimals;
  const length = series.slots * SUMS_PER_YEAR;
  const sums = series.large ?? Array.from(series.sums.subarray(0, length), BigInt);
  const scaled = sums.map((sum) => sum * factor);
  if (series.large === undefined && scaled.every(isExact)) {
    series.sums.set(scaled.map(Number));
  } else {
    widen(series).splice(0, scaled.length, ...scaled);
  }
}

function widen(series: SeriesSums): bigint[] {
  if (series.large === undefined) {
    series.large = Array.from(series.sums.subarray(0, series.slots * SUMS_PER_YEAR), BigInt);
  }
  return series.large;
}

function isExact(sum: bigint): boolean {
  return sum >= Number.MIN_SAFE_INTEGER && sum <= Number.MAX_SAFE_INTEGER;
}

/** The index in PERIOD_GROUPS of the finest group that the series has values for, or -1 if it has no values. */
export function finestGroup(series: SeriesSums): number {
  let seen = 0;
  for (let slot = 0; slot < series.slots; slot++) seen |= series.seen[slot] ?? 0;
  return GROUP_BITS.findIndex((bits) => (seen & bits) !== 0);
}

/**
 * The best year: the year with the largest sum over the series' finest group of periods; in a tie, the
 * earliest such year. With `includeAverages`, all periods are added up, including averages. A series without
 * values has no best year.
 */
export function bestYear(series: SeriesSums, includeAverages: boolean): BestYear {
  const finest = finestGroup(series);
  const group = PERIOD_GROUPS[finest];
  if (group === undefined) {
    return { seriesId: decodeId(series.id), year: null, value: null, basis: "none", ties: [] };
  }
  const { sum, years } =
    includeAverages || series.large !== undefined
      ? largestExactly(series, finest, includeAverages)
      : largest(series, finest);
  return {
    seriesId: decodeId(series.id),
    year: years[0] ?? 0,
    value: formatDecimal(sum, series.decimals),
    basis: includeAverages ? "all" : group.basis,
    ties: years.slice(1),
  };
}

/** The id of `SeriesSums` as text. */
export function decodeId(id: string): string {
  return OTHER_THAN_ASCII.test(id) ? decodeText(Buffer.from(id, "latin1")) : id;
}

/** A sum and the years with that sum, earliest first. */
type Largest = { sum: bigint | number; years: number[] };

/** The largest sum of one group. Nearly every series takes this path; years are collected only in a tie. */
function largest(series: SeriesSums, group: number): Largest {
  const { slots, year, seen, sums } = series;
  const counted = GROUP_BITS[group] ?? 0;
  let sum = Number.NEGATIVE_INFINITY;
  let slotOfSum = 0;
  let tied = false;
  for (let slot = 0; slot < slots; slot++) {
    const ofYear = sums[slot * SUMS_PER_YEAR + group] ?? 0;
    if (ofYear < sum || ((seen[slot] ?? 0) & counted) === 0) continue;
    tied = ofYear === sum;
    sum = ofYear;
    slotOfSum = slot;
  }
  return { sum, years: tied ? yearsWith(series, group, sum) : [year[slotOfSum] ?? 0] };
}

function yearsWith({ slots, year, seen, sums }: SeriesSums, group: number, sum: number): number[] {
  const counted = GROUP_BITS[group] ?? 0;
  const has = (slot: number) =>
    ((seen[slot] ?? 0) & counted) !== 0 && sums[slot * SUMS_PER_YEAR + group] === sum;
  return Array.from(
    year
      .subarray(0, slots)
      .filter((_, slot) => has(slot))
      .sort(),
  );
}

/** The largest sum of one group or, with `includeAverages`, of all groups together. Sums can have any size. */
function largestExactly(series: SeriesSums, group: number, includeAverages: boolean): Largest {
  const counted = includeAverages ? -1 : (GROUP_BITS[group] ?? 0);
  let sum: bigint | undefined;
  let years: number[] = [];
  for (let slot = 0; slot < series.slots; slot++) {
    if (((series.seen[slot] ?? 0) & counted) === 0) continue;
    const first = slot * SUMS_PER_YEAR;
    const ofYear = includeAverages ? sumOfYear(series, first) : sumAt(series, first + group);
    if (sum === undefined || ofYear > sum) {
      sum = ofYear;
      years = [];
    }
    if (ofYear === sum) years.push(series.year[slot] ?? 0);
  }
  return { sum: sum ?? 0n, years: years.sort((a, b) => a - b) };
}

function sumOfYear(series: SeriesSums, first: number): bigint {
  let total = 0n;
  for (let place = first; place < first + PERIOD_GROUPS.length; place++) total += sumAt(series, place);
  return total;
}

function sumAt(series: SeriesSums, place: number): bigint {
  return series.large?.[place] ?? BigInt(series.sums[place] ?? 0);
}
