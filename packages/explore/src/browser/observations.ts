/** The observations of a series that are shown: those of the chosen periods and years, with their changes. */
import { PERIOD_GROUPS, periodPlace } from "@data-quest/core/bls-file/periods";
import { csvRecord } from "@data-quest/core/csv";
import { formatDecimal, parseDecimal, unitsAt } from "@data-quest/core/decimal";
import { footnotesInWords } from "@data-quest/core/questions/series-with-population/footnotes";
import type { ListedSeries, Observation } from "./silver.ts";

/**
 * Which observations to show. `periods` selects the finest periods of each series, all periods, or one period
 * code; `from` and `to` are the first and last year.
 */
export type Choice = { periods: string; from: number | undefined; to: number | undefined };

/** The values of `periods` that are not period codes. */
export const FINEST = "finest";
export const ALL = "all";

/** An observation with its changes: percentages with one decimal place, or exact differences. */
export type ShownObservation = Observation & { fromPeriod: string | null; fromYear: string | null };

/** A series with the observations that are shown. */
export type ShownSeries = {
  series: ListedSeries;
  /** True if changes are shown as differences, because percentages of the series' values make no sense. */
  differences: boolean;
  rows: ShownObservation[];
};

/** A point in time. */
export type Time = Pick<Observation, "year" | "period">;
/** A point in time as text. */
export const timeOf = ({ year, period }: Time): string => `${year} ${period}`;
/** A year has fewer periods than this. */
const PERIODS_OF_YEAR = 100;
/** A number that orders rows by time. */
export const timeRank = ({ year, period }: Time): number => year * PERIODS_OF_YEAR + periodPlace(period);
/** Orders rows by time. */
export const byTime = (a: Time, b: Time): number => timeRank(a) - timeRank(b);

/** The series' period codes, in BLS's order. */
export function periodsOf(all: readonly (readonly Observation[])[]): string[] {
  const found = new Set(all.flat().map(({ period }) => period));
  return [...found].sort((a, b) => periodPlace(a) - periodPlace(b));
}

/**
 * The chosen observations of a series, with their changes. Changes are computed from all observations, even
 * those that are not shown.
 */
export function showSeries(
  series: ListedSeries,
  observations: readonly Observation[],
  { periods, from = -Infinity, to = Infinity }: Choice,
): ShownSeries {
  const wanted = wantedPeriods(observations, periods);
  const differences =
    isRate(series.names) || observations.some(({ value }) => value !== null && Number(value) <= 0);
  const values = new Map(observations.map((row) => [timeOf(row), row.value]));
  const change = (now: string | null, earlier: Time) => {
    const before = values.get(timeOf(earlier)) ?? null;
    if (now === null || before === null) return null;
    return differences ? difference(now, before) : percentChange(now, before);
  };
  const rows = observations
    .filter(
      ({ year, period }) => year >= from && year <= to && (wanted === undefined || wanted.includes(period)),
    )
    .sort(byTime)
    .map((row) => ({
      ...row,
      fromPeriod: change(row.value, periodBefore(row)),
      fromYear: change(row.value, { year: row.year - 1, period: row.period }),
    }));
  return { series, differences, rows };
}

/** The chosen period codes. Undefined if all periods are chosen. */
function wantedPeriods(observations: readonly Observation[], periods: string): readonly string[] | undefined {
  if (periods === ALL) return undefined;
  if (periods !== FINEST) return [periods];
  const has = new Set(observations.map(({ period }) => period));
  return PERIOD_GROUPS.find((group) => group.periods.some((period) => has.has(period)))?.periods;
}

/** For a value that is itself a rate or a percentage, a percent change is meaningless. */
function isRate(names: ListedSeries["names"]): boolean {
  return Object.values(names).some((text) => /%|percent|\brates?\b|\bratio\b/i.test(text));
}

/**
 * The period right before a period. For the first period of a year, this is the last period of the previous
 * year.
 */
function periodBefore({ year, period }: Time): Time {
  const periods = PERIOD_GROUPS.find((group) => group.periods.includes(period))?.periods ?? [period];
  const place = periods.indexOf(period);
  return place > 0
    ? { year, period: periods[place - 1] ?? period }
    : { year: year - 1, period: periods.at(-1) ?? period };
}

function percentChange(now: string, before: string): string {
  return ((Number(now) / Number(before) - 1) * 100).toFixed(1).replace(/^-0\.0$/, "0.0");
}

function difference(now: string, before: string): string | null {
  const [a, b] = [parseDecimal(now), parseDecimal(before)];
  if (a === undefined || b === undefined) return null;
  const decimals = Math.max(a.decimals, b.decimals);
  const units = (unitsAt(a, decimals) ?? 0n) - (unitsAt(b, decimals) ?? 0n);
  return formatDecimal(units, decimals);
}

/** The displayed observations as CSV. Unlike the report's files for spreadsheets, this CSV has no byte order mark. */
export function observationsCsv(
  shown: readonly ShownSeries[],
  footnotes: Readonly<Record<string, string>>,
): string {
  const header = [
    "series_id",
    "year",
    "period",
    "value",
    "change_from_period",
    "change_from_year",
    "change_unit",
    "footnotes",
  ];
  const records = shown.flatMap(({ series, differences, rows }) =>
    rows.map((row) =>
      csvRecord([
        series.id,
        { number: row.year },
        row.period,
        { number: row.value },
        { number: row.fromPeriod },
        { number: row.fromYear },
        differences ? "difference" : "percent",
        footnotesInWords(row.footnotes, footnotes),
      ]),
    ),
  );
  return csvRecord(header) + records.join("");
}

/** A list of series as CSV. */
export function listCsv(list: readonly ListedSeries[], columns: readonly string[]): string {
  const header = ["series_id", ...columns, "begin", "end", "best_year", "best_year_sum", "basis"];
  const records = list.map(({ id, names, begin, end, best }) =>
    csvRecord([
      id,
      ...columns.map((column) => names[column] ?? ""),
      begin,
      end,
      { number: best?.year ?? null },
      { number: best?.value ?? null },
      best?.basis ?? "",
    ]),
  );
  return csvRecord(header) + records.join("");
}
