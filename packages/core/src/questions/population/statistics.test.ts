import { expect, test } from "vitest";
import { populationStatistics } from "./statistics.ts";

/** American Community Survey, 5-year estimates, table B01003. */
const ACS5 = [311536594, 314107084, 316515021, 318558162, 321004407, 322903030, 324697795];
const population = ACS5.map((persons, index) => ({ year: 2013 + index, population: persons }));

test("populationStatistics returns the mean and the sample standard deviation of 2013 to 2018", () => {
  const { mean, standardDeviation } = populationStatistics(population, [2013, 2018]);
  expect(mean).toBe(317437383);
  expect(standardDeviation).toBeCloseTo(4257089.5415293295, 6);
});

test("the first and the last year are included, whatever the order of the rows", () => {
  const { mean, standardDeviation } = populationStatistics(population.toReversed(), [2013, 2014]);
  expect(mean).toBe(312821839);
  expect(standardDeviation).toBeCloseTo((314107084 - 311536594) / Math.SQRT2, 6);
});

test("the analysis is impossible if a year is missing or if there is only one year", () => {
  const gap = population.filter(({ year }) => year !== 2015);
  expect(() => populationStatistics(gap, [2013, 2018])).toThrow(
    "The population of 2015 is missing; the source has 2013, 2014, 2016",
  );
  expect(() => populationStatistics(population, [2012, 2013])).toThrow("The population of 2012 is missing");
  expect(() => populationStatistics(population, [2013, 2013])).toThrow("needs two years or more");
});
