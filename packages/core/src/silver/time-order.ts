/** The order of a series' observations: by year, and within a year by period code. */
import { PERIODS } from "../bls-file/periods.ts";

/** More than the number of periods. */
export const TIMES_PER_YEAR = 32;

const sortedPeriods = [...PERIODS].sort();

/** For each period, by its index in PERIODS, its position in the order of the codes. */
export const RANK_OF_PERIOD: Uint8Array = Uint8Array.from(PERIODS, (period) => sortedPeriods.indexOf(period));

/** A year and a period, by its index in PERIODS, as one number that sorts in their order. */
export function timeOf(year: number, period: number): number {
  return year * TIMES_PER_YEAR + (RANK_OF_PERIOD[period] ?? 0);
}
