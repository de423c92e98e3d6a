/**
 * The questions that every run answers. A new question is a folder beside this file, an entry here,
 * and one in answering-list.ts.
 */
import { bestYears } from "./best-years/question.ts";
import { population } from "./population/question.ts";
import { seriesWithPopulation } from "./series-with-population/question.ts";

/** In the order in which their answers are shown. */
export const QUESTIONS = [population, bestYears, seriesWithPopulation] as const;
