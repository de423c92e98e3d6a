/** How each question in list.ts is answered, in the same order. */
import { bestYearsAnswering } from "./best-years/answering.ts";
import { populationAnswering } from "./population/answering.ts";
import { seriesWithPopulationAnswering } from "./series-with-population/answering.ts";

export const ANSWERINGS = [populationAnswering, bestYearsAnswering, seriesWithPopulationAnswering];
