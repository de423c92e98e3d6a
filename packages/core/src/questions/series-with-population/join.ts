/** Question 3: joins the observations of one series with the population of their years. */
import type { Observation } from "../../bls-file/best-years.ts";
import type { QuestionInput } from "../answering.ts";

/** One observation. `value` is exact, as published. `value` or `population` is null if there is none. */
export type SeriesWithPopulationRow = {
  year: number;
  value: string | null;
  population: number | null;
  footnotes: string;
};

/** Joins each observation with its year's population, or with null if there is none. */
export function joinPopulation(
  observations: readonly Observation[],
  population: QuestionInput["population"],
): SeriesWithPopulationRow[] {
  const byYear = new Map(population.map((row) => [row.year, row.population]));
  return observations.map(({ year, value, footnotes }) => ({
    year,
    value,
    population: byYear.get(year) ?? null,
    footnotes,
  }));
}
