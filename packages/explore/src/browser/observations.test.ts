import { describe, expect, test } from "vitest";
import { ALL, FINEST, listCsv, observationsCsv, periodsOf, showSeries } from "./observations.ts";
import type { ListedSeries, Observation } from "./silver.ts";

const series = (names: Record<string, string> = { measure: "Employment" }): ListedSeries => ({
  id: "XXA",
  names,
  begin: "2019 Q01",
  end: "2020 Q02",
  best: { year: 2019, value: "10", basis: "quarters", ties: "" },
});
const row = (year: number, period: string, value: string | null, footnotes = ""): Observation => ({
  year,
  period,
  value,
  footnotes,
});
const QUARTERS = [
  row(2019, "Q01", "100.0"),
  row(2019, "Q02", "110.0"),
  row(2019, "Q04", "50.0"),
  row(2019, "Q05", "86.7"),
  row(2020, "Q01", "75.0", "R"),
  row(2020, "Q02", null),
];
const all = { from: undefined, to: undefined };

describe("the observations of a series that are shown", () => {
  test("have changes from the previous period and from the same period a year earlier, if both values exist", () => {
    const { rows, differences } = showSeries(series(), QUARTERS, { periods: FINEST, ...all });
    expect(differences).toBe(false);
    expect(
      rows.map(({ year, period, fromPeriod, fromYear }) => [year, period, fromPeriod, fromYear]),
    ).toEqual([
      [2019, "Q01", null, null],
      [2019, "Q02", "10.0", null],
      [2019, "Q04", null, null],
      [2020, "Q01", "50.0", "-25.0"],
      [2020, "Q02", null, null],
    ]);
  });

  test.each([
    ["a rate", series({ measure: "Unemployment rate" }), QUARTERS],
    ["a percentage", series({ duration: "% Change from previous quarter" }), QUARTERS],
    ["values that are not positive", series(), [...QUARTERS, row(2018, "Q04", "-1.0")]],
  ])("have differences instead of percentages for %s", (_, listed, observations) => {
    const { rows, differences } = showSeries(listed, observations, { periods: FINEST, ...all });
    expect(differences).toBe(true);
    expect(rows.find(({ year, period }) => year === 2020 && period === "Q01")).toMatchObject({
      fromPeriod: "25.0",
      fromYear: "-25.0",
    });
  });

  test("are those of the chosen periods and years", () => {
    const places = (periods: string, from?: number, to?: number) =>
      showSeries(series(), QUARTERS, { periods, from, to }).rows.map(
        ({ year, period }) => `${year} ${period}`,
      );
    expect(places(ALL)).toHaveLength(6);
    expect(places("Q05")).toEqual(["2019 Q05"]);
    expect(places(FINEST, 2020)).toEqual(["2020 Q01", "2020 Q02"]);
    expect(places(FINEST, undefined, 2019)).toEqual(["2019 Q01", "2019 Q02", "2019 Q04"]);
    expect(periodsOf([QUARTERS, [row(2019, "M13", "1")]])).toEqual(["M13", "Q01", "Q02", "Q04", "Q05"]);
    // The first change is from a value that is not shown.
    expect(
      showSeries(series(), QUARTERS, { periods: FINEST, from: 2020, to: 2020 }).rows[0]?.fromPeriod,
    ).toBe("50.0");
  });
});

test("the CSV has the exact values, the changes, and the texts of the footnotes", () => {
  const shown = [showSeries(series(), QUARTERS, { periods: "Q01", ...all })];
  expect(observationsCsv(shown, { R: "revised" }).split("\r\n")).toEqual([
    "series_id,year,period,value,change_from_period,change_from_year,change_unit,footnotes",
    "XXA,2019,Q01,100.0,,,percent,",
    "XXA,2020,Q01,75.0,50.0,-25.0,percent,R: revised",
    "",
  ]);
  expect(listCsv([series({ measure: "=Sum" })], ["sector", "measure"]).split("\r\n")).toEqual([
    "series_id,sector,measure,begin,end,best_year,best_year_sum,basis",
    "XXA,,'=Sum,2019 Q01,2020 Q02,2019,10,quarters",
    "",
  ]);
});
