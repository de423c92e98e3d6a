/** The questions that every run answers. A new question is a folder beside this file: import it and add it to the list. */
import { bestYears } from "./best-years/question.ts";
import { population } from "./population/question.ts";
import { seriesWithPopulation } from "./series-with-population/question.ts";

/** In the order in which their answers are shown. */
export const QUESTIONS = [population, bestYears, seriesWithPopulation] as const;
