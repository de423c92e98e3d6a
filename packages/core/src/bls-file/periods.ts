/**
 * The period codes of BLS data files, as defined in the surveys' period files: months M01 to M12 with their
 * annual average M13, quarters Q01 to Q04 with Q05, half-years S01 and S02 with S03, and annual values A01.
 */

/**
 * What a best year was computed from: the finest periods that its series has, all periods including averages,
 * or none if the series has no value.
 */
export type Basis = "months" | "quarters" | "halves" | "annual" | "all" | "none";

/** All period codes. A period's index is its bit in the sets of periods that the aggregator keeps. */
export const PERIODS: readonly string[] = [
  ...codes("M", 13),
  ...codes("Q", 5),
  ...codes("S", 3),
  ...codes("A", 1),
];

/**
 * Periods whose value may represent a year, the best first: annual averages and values, then all periods in
 * order.
 */
export const YEARLY_PERIODS: readonly string[] = ["M13", "A01", "Q05", "S03", ...PERIODS];

/**
 * The groups of periods that may be added up together, finest first. Annual periods come last, each in a
 * separate group: the average over the months of a year must never be added to the average over its quarters.
 */
export const PERIOD_GROUPS: readonly { basis: Basis; periods: readonly string[] }[] = [
  { basis: "months", periods: codes("M", 12) },
  { basis: "quarters", periods: codes("Q", 4) },
  { basis: "halves", periods: codes("S", 2) },
  { basis: "annual", periods: ["M13"] },
  { basis: "annual", periods: ["Q05"] },
  { basis: "annual", periods: ["S03"] },
  { basis: "annual", periods: ["A01"] },
];

const PLACES: ReadonlyMap<string, number> = new Map(PERIODS.map((period, place) => [period, place]));

/** The index of a code in PERIODS, or -1 if BLS has no such period. */
export function periodPlace(code: string): number {
  return PLACES.get(code) ?? -1;
}

/** For each group, the set of its periods as bits. */
export const GROUP_BITS: Int32Array = Int32Array.from(PERIOD_GROUPS, ({ periods }) =>
  periods.reduce((bits, period) => bits | (1 << periodPlace(period)), 0),
);

/** The index of each period's group, by the period's index in PERIODS. */
export const GROUP_OF_PERIOD: Int32Array = Int32Array.from(PERIODS, (period) =>
  PERIOD_GROUPS.findIndex((group) => group.periods.includes(period)),
);

function codes(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${String(index + 1).padStart(2, "0")}`);
}
