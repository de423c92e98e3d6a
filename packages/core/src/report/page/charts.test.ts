import { describe, expect, test } from "vitest";
import { type Chart, renderChart } from "../../page/chart.ts";
import { bestYearsChart } from "../../questions/best-years/chart.ts";
import { populationChart } from "../../questions/population/chart.ts";
import { seriesChart } from "../../questions/series-with-population/chart.ts";
import { bestYearsForTests, reportForTests, revisionsForTests } from "./report.test-support.ts";
import { largestChangesChart, revisedYearsChart } from "./revisions-chart.ts";

type Color = "blue" | "orange" | "grey" | "green";

const drawn = async (chart: Chart) => Promise.all(renderChart(chart).map(async (svg) => String(await svg)));
const numbers = (shapes: IterableIterator<RegExpMatchArray>) =>
  [...shapes].map(([, ...found]) => found.map(Number));

/** The bars of a color, in order: how far each bar extends to the right and upward. */
function bars(svg: string, color: Color): { right: number; up: number }[] {
  const path = `<path d="M\\S+ \\S+l(\\S+) 0l0 (\\S+?)l[^"]*" fill="var\\(--${color}\\)">`;
  return numbers(svg.matchAll(new RegExp(path, "g"))).map(([right = 0, down = 0]) => ({ right, up: -down }));
}

/** The points of a color, in order: how far each point is from the chart's left and top edges. */
function points(svg: string, color: Color): { x: number; y: number }[] {
  const path = `transform="matrix\\([^"]*,([\\d.]+),([\\d.]+)\\)" fill="var\\(--${color}\\)">`;
  return numbers(svg.matchAll(new RegExp(path, "g"))).map(([x = 0, y = 0]) => ({ x, y }));
}

/**
 * Compares drawn lengths, which are rounded to a tenth of a pixel, with the values that they represent.
 */
function expectToScale(lengths: number[], values: number[]): void {
  const sizeOf = (all: number[]) => all.reduce((sum, each) => sum + Math.abs(each), 0);
  const scale = sizeOf(lengths) / sizeOf(values);
  expect(sizeOf(lengths)).toBeGreaterThan(50);
  expect(lengths).toHaveLength(values.length);
  expect(new Set(values).size).toBeGreaterThan(1);
  for (const [index, value] of values.entries()) {
    expect(Math.abs((lengths[index] ?? Number.NaN) - value * scale)).toBeLessThan(0.2);
  }
}

/** Like `expectToScale`, but compares how far each point is above the first point. */
function expectPointsToScale(found: { x: number; y: number }[], values: number[]): void {
  const [first] = found;
  const above = found.map(({ y }) => (first?.y ?? Number.NaN) - y);
  expectToScale(
    above,
    values.map((value) => value - (values[0] ?? Number.NaN)),
  );
  expect(found.map(({ x }) => x)).toEqual(found.map(({ x }) => x).sort((a, b) => a - b));
}

describe("what the charts show", () => {
  test("is the population of each year", async () => {
    const { population } = reportForTests();
    const byYear = population.byYear.map((row, index) => ({
      ...row,
      population: 3e8 + ((index * 5) % 12) * 1e6,
    }));
    for (const svg of await drawn(populationChart({ ...population, byYear }))) {
      expectPointsToScale(
        points(svg, "blue"),
        byYear.map((row) => row.population),
      );
    }
  });

  test("is the mean of the population, as a line that crosses no label", async () => {
    for (const svg of await drawn(populationChart(reportForTests().population))) {
      const [, y = ""] = /y="(\d+)"[^>]*>Mean 2013 to 2018: 317\.4 M</.exec(svg) ?? [];
      const highest = Math.min(...points(svg, "blue").map((point) => point.y));
      expect(highest).toBeGreaterThan(Number(y) + 12);
    }
  });

  test("is how many series have their best year in each year, with the most frequent year marked", async () => {
    const years = [3, 0, 7, 1, 7].map((series, index) => ({ year: 2001 + index, series }));
    const byYear = years.filter(({ series }) => series > 0);
    const chart = bestYearsChart({ ...bestYearsForTests(18), byYear });
    expect(chart.description).toBe("Bars from 2001 to 2005. The tallest (7 series of 18): 2003, 2005.");
    for (const svg of await drawn(chart)) {
      const [others, most] = [bars(svg, "blue"), bars(svg, "orange")];
      expect([others.length, most.length]).toEqual([3, 2]);
      expectToScale(
        [...others, ...most].map(({ up }) => up),
        [3, 0, 1, 7, 7],
      );
    }
  });

  test.each([
    ["bars, if some values are below zero", ["-1.5", null, "2", "0.25"]],
    ["points, if no value is below zero", ["101.5", null, "103", "99.25"]],
  ])("is the population as points, and the values of the series as %s", async (kind, values) => {
    const { seriesWithPopulation } = reportForTests();
    if (seriesWithPopulation === null) throw new Error("no series was chosen");
    const rows = values.map((value, index) => ({
      year: 2020 + index,
      value,
      population: index === 0 ? null : 3e8 + ((index * 5) % 3) * 1e6,
      footnotes: "",
    }));
    const known = values.flatMap((value) => (value === null ? [] : [Number(value)]));
    for (const svg of await drawn(seriesChart({ ...seriesWithPopulation, rows }))) {
      if (kind.startsWith("points")) expectPointsToScale(points(svg, "blue"), known);
      else
        expectToScale(
          bars(svg, "blue").map(({ up }) => up),
          known,
        );
      expectPointsToScale(
        points(svg, "orange"),
        rows.flatMap(({ population }) => population ?? []),
      );
    }
  });

  test("is how many observations of each year were changed, are new, were dropped, or have different footnotes", async () => {
    const revisions = revisionsForTests(12);
    if (revisions.outcome !== "compared") throw new Error("the versions were not compared");
    for (const svg of await drawn(revisedYearsChart(revisions))) {
      const all = (["orange", "blue", "grey", "green"] as const).flatMap((color) => bars(svg, color));
      const kinds = (["changed", "added", "dropped", "footnotes"] as const).flatMap((kind) =>
        revisions.byYear.map((row) => row[kind]),
      );
      expectToScale(
        all.map(({ up }) => up),
        kinds,
      );
    }
  });

  test("is the largest changes, with increases to the right", async () => {
    const revisions = revisionsForTests(30);
    if (revisions.outcome !== "compared") throw new Error("the versions were not compared");
    const changes = revisions.rows.slice(0, 12).map(({ largest }) => Number(largest.change));
    expect(Math.min(...changes)).toBeLessThan(0);
    for (const svg of await drawn(largestChangesChart(revisions))) {
      expectToScale(
        bars(svg, "orange").map(({ right }) => right),
        changes,
      );
    }
  });
});
