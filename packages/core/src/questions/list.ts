/**
 * The questions that every run answers. A new question needs a folder next to this file, an entry here, and
 * an entry in answering-list.ts.
 */
import { bestYears } from "./best-years/question.ts";
import { population } from "./population/question.ts";
import { seriesWithPopulation } from "./series-with-population/question.ts";

/** The questions, in the order in which their answers are shown. */
export const QUESTIONS = [population, bestYears, seriesWithPopulation] as const;
