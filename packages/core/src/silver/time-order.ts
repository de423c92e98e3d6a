/** The order of a series' observations: by year, and within a year by period code. */
import { PERIODS } from "../bls-file/periods.ts";

/** More than the number of periods. */
export const TIMES_PER_YEAR = 32;

const sortedPeriods = [...PERIODS].sort();

/** The position of each period in the order of the codes, by the period's index in PERIODS. */
export const RANK_OF_PERIOD: Uint8Array = Uint8Array.from(PERIODS, (period) => sortedPeriods.indexOf(period));

/** A year and a period (its index in PERIODS) as one number. The numbers sort by year, then by period code. */
export function timeOf(year: number, period: number): number {
  return year * TIMES_PER_YEAR + (RANK_OF_PERIOD[period] ?? 0);
}
