/**
 * How a question is answered and shown on the page. Only Analyze loads this module. Large libraries (statistics,
 * charts) are imported where they are used, so that a run that changes nothing does not load them.
 */
import type * as z from "zod";
import type { BestYear, Observation } from "../bls-file/best-years.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { Markup } from "../page/markup.ts";
import type { OwnSettings, TypedQuestion } from "./question.ts";

/** The input of a question. */
export type QuestionInput = {
  survey: string;
  /** The U.S. population in persons, by year. */
  population: readonly { year: number; population: number }[];
  /** The data file, which is read once for all questions. */
  data: {
    /** The file's key in Bronze. */
    file: string;
    /** The number of rows, without the header. */
    rows: number;
    /** The best year of each series, ordered by series ID. Can be iterated more than once. */
    bestYears: Iterable<BestYear>;
    /** All rows, by year, of a series that a question requested in `series`. Empty if the file has no such rows. */
    observationsOf(series: string): readonly Observation[];
  };
  names: SeriesNames;
  /** Finds the texts of footnote codes. Codes without text are left out. */
  footnotes(codes: Iterable<string>): Promise<Record<string, string>>;
};

/** A CSV file next to report.json. */
export type CsvFile = {
  name: string;
  /** The name of a copy that is compressed with gzip, for files that can be large. */
  compressed?: string;
  /** Each call yields the whole file from its start, as strings or as UTF-8 bytes. */
  records: () => Iterable<string> | AsyncIterable<string | Uint8Array>;
};

/** A section of the page. `link` is its name in the page's navigation. */
export type Section = { id: string; link: string; markup: Markup };

/** A question's part of the page. */
export type QuestionPage = {
  /** The answer in plain words, with a link to its section. */
  card: { section: string; markup: Markup };
  /** The question's settings, in a few words. */
  settings: string;
  section: Section;
  /** Long tables, which follow the sections of all questions. */
  appendix?: Section;
};

/** How a question is answered, and how its answer is shown. */
export type AnsweringDefinition<Own, Answer> = {
  /** Throws AnalysisImpossible if the question has no answer. */
  answer(input: QuestionInput, settings: Own): Promise<Answer>;
  /** The question's files. Each file's name is listed in `files` of the question's definition. */
  csvFiles(answer: Answer, input: QuestionInput): CsvFile[];
  page(answer: Answer, settings: Own): Promise<QuestionPage>;
};

/** How a question of any kind is answered and shown. The question's own schemas check its settings and answers. */
export type Answering = AnsweringDefinition<object, unknown> & { key: string };

/** Makes an `Answering` that a list can hold. */
export function defineAnswering<Shape extends z.ZodRawShape, Answer extends z.ZodType>(
  question: TypedQuestion<string, Shape, Answer, z.ZodType>,
  definition: AnsweringDefinition<OwnSettings<Shape>, z.infer<Answer>>,
): Answering {
  return {
    key: question.key,
    answer: (input, own) => definition.answer(input, question.own(own)),
    csvFiles: (answer, input) => definition.csvFiles(question.answer.parse(answer), input),
    page: (answer, own) => definition.page(question.answer.parse(answer), question.own(own)),
  };
}
