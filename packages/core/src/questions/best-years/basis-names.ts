/** What a best year was computed from, as shown in tables of series. */
export const BASIS_NAMES = {
  months: "months",
  quarters: "quarters",
  halves: "half-years",
  annual: "annual value",
  all: "all periods, averages included",
  none: "no value",
} as const;
