/**
 * Made-up observations: a randomly growing index and its rates of change, as the survey `pr` publishes them.
 */
import { seededRandom } from "./seeded-random.ts";
import type { Observation } from "./text-file.ts";

/**
 * Observations by the survey's durations: 1 (change over a year), 2 (change over a quarter, at an annual rate), and
 * 3 (index). Periods are Q01 to Q04 and Q05, the annual average.
 */
export type ByDuration = Record<"1" | "2" | "3", Observation[]>;

const FIRST_YEAR = 1996;
const LAST_YEAR = 2024;
const BASE_YEAR = 2017;
/** The annual-only series have their own start and end years. */
const ANNUAL_YEARS = [1997, 2021] as const;

/** The published changes of PRS30006032 (hours worked in manufacturing) in Q01 of each year, in tenths of a percent. */
const REAL_CHANGES = new Map([
  [2013, 5],
  [2014, -1],
  [2015, -17],
  [2016, -14],
  [2017, 9],
  [2018, 5],
]);

/**
 * The observations of the three series whose IDs start with `prefix` (`PRS3000603`). The same prefix always
 * gets the same observations. `lastQuarter` is the last quarter of the last year. Unless it is 4, that year has no
 * annual average yet.
 */
export function observationsOf(
  prefix: string,
  { annualOnly, lastQuarter }: { annualOnly: boolean; lastQuarter: number },
): ByDuration {
  const random = seededRandom(prefix);
  const quarters = (LAST_YEAR - FIRST_YEAR) * 4 + lastQuarter;
  const changes = Array.from({ length: quarters }, () =>
    Math.round((random() + random() + random() - 1.35) * 40),
  );
  if (prefix === "PRS3000603") {
    for (const [year, change] of REAL_CHANGES) changes[(year - FIRST_YEAR) * 4] = change;
  }
  if (prefix === "PRS8400609") makeTie(changes);
  const index = indexOf(changes);

  const byDuration: ByDuration = { "1": [], "2": [], "3": [] };
  for (const [quarter, level] of index.entries()) {
    const year = FIRST_YEAR + Math.floor(quarter / 4);
    const inYear = quarter % 4;
    const footnotes = year === LAST_YEAR && inYear === 2 && random() < 0.7 ? "R" : "";
    const add = (duration: keyof ByDuration, period: string, value: string) =>
      byDuration[duration].push({ year, period, value, footnotes: period === "Q05" ? "" : footnotes });

    const yearAgo = index[quarter - 4];
    if (yearAgo !== undefined) add("1", `Q0${inYear + 1}`, rate(level / yearAgo));
    if (quarter > 0) add("2", `Q0${inYear + 1}`, ((changes[quarter] ?? 0) / 10).toFixed(1));
    add("3", `Q0${inYear + 1}`, level.toFixed(3));

    if (inYear === 3) {
      const average = mean(index.slice(quarter - 3, quarter + 1));
      if (quarter >= 7) {
        const before = mean(index.slice(quarter - 7, quarter - 3));
        add("1", "Q05", rate(average / before));
        add("2", "Q05", rate(average / before));
      }
      add("3", "Q05", average.toFixed(3));
    }
  }
  if (prefix === "PRS3200611") withhold(byDuration["1"], 2012, "Q02");
  if (!annualOnly) return byDuration;
  const [first, last] = ANNUAL_YEARS;
  const annual = ({ year, period }: Observation) => period === "Q05" && year >= first && year <= last;
  return {
    "1": byDuration["1"].filter(annual),
    "2": byDuration["2"].filter(annual),
    "3": byDuration["3"].filter(annual),
  };
}

/** Raises the second-best year of the last fifteen, so that two years share the largest sum of changes. */
function makeTie(changes: number[]): void {
  const years = Array.from({ length: 15 }, (_, years) => LAST_YEAR - years);
  const sumOf = (year: number) => {
    const start = (year - FIRST_YEAR) * 4;
    return changes.slice(start, start + 4).reduce((sum, change) => sum + change, 0);
  };
  const [best, second] = years.sort((a, b) => sumOf(b) - sumOf(a));
  if (best === undefined || second === undefined) throw new Error("the sample has too few years for a tie");
  const raised = (second - FIRST_YEAR) * 4 + 3;
  changes[raised] = (changes[raised] ?? 0) + sumOf(best) - sumOf(second);
}

/**
 * The levels that follow from quarterly changes at an annual rate, in tenths of a percent. The base year's
 * mean is 100.
 */
function indexOf(changes: number[]): number[] {
  let level = 1;
  const levels = changes.map((change) => {
    level *= (1 + change / 1000) ** 0.25;
    return level;
  });
  const base = (BASE_YEAR - FIRST_YEAR) * 4;
  const scale = 100 / mean(levels.slice(base, base + 4));
  return levels.map((value) => value * scale);
}

/** BLS writes a hyphen for a value that is not available. */
function withhold(observations: Observation[], year: number, period: string): void {
  for (const observation of observations) {
    if (observation.year === year && observation.period === period) observation.value = "-";
  }
}

function rate(ratio: number): string {
  const text = ((ratio - 1) * 100).toFixed(1);
  return text === "-0.0" ? "0.0" : text;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
