/** Question 1: mean and standard deviation of the yearly population. */
import math from "#mathjs";
import { AnalysisImpossible } from "../../errors.ts";
import type { QuestionInput } from "../answering.ts";

export type PopulationStatistics = {
  years: [number, number];
  mean: number;
  /** The sample standard deviation (n - 1). */
  standardDeviation: number;
};

/**
 * Mean and sample standard deviation over the years from first to last, both included. Throws
 * AnalysisImpossible if a year is missing, or if there is only one year, which has no standard deviation.
 */
export function populationStatistics(
  population: QuestionInput["population"],
  [first, last]: readonly [number, number],
): PopulationStatistics {
  const byYear = new Map(population.map((row) => [row.year, row.population]));
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const missing = years.filter((year) => !byYear.has(year));
  if (missing.length > 0) {
    const known = [...byYear.keys()].sort((a, b) => a - b);
    throw new AnalysisImpossible(
      `The population of ${missing.join(", ")} is missing; the source has ${known.join(", ") || "no years"}. ` +
        `Choose other years (analysis.years) or another population source`,
    );
  }
  if (years.length < 2) {
    throw new AnalysisImpossible(
      `A standard deviation needs two years or more, but analysis.years has only ${first}`,
    );
  }
  const values = years.map((year) => byYear.get(year) ?? 0);
  return { years: [first, last], mean: math.mean(values), standardDeviation: Number(math.std(values)) };
}
