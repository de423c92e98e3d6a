/** What a question is: its settings, its answer, and how the answer appears in each place where people read it. */
import * as z from "zod";
import type { BestYear, Observation } from "../bls-file/best-years.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { Markup } from "../page/markup.ts";

/** What a question is answered from. */
export type QuestionInput = {
  survey: string;
  /** The U.S. population in persons, by year. */
  population: readonly { year: number; population: number }[];
  /** The data file, which is read once for all questions. */
  data: {
    /** Its key in Bronze. */
    file: string;
    /** Rows, without the header. */
    rows: number;
    /** The best year of each series, in the order of the ids. Can be iterated more than once. */
    bestYears: Iterable<BestYear>;
    /** All rows of a series that a question asked for in `series`, by year. Empty where the file has none. */
    observationsOf(series: string): readonly Observation[];
  };
  names: SeriesNames;
};

/** A CSV file beside report.json. */
export type CsvFile = { name: string; records: Iterable<string> };

/** A section of the page. `link` is its name in the page's navigation. */
export type Section = { id: string; link: string; markup: Markup };

/** A question's part of the page. */
export type QuestionPage = {
  /** The answer in plain words, with the section that it links to. */
  card: { section: string; markup: Markup };
  /** The question's settings in a few words. */
  settings: string;
  section: Section;
  /** Long tables, which come after the sections of all questions. */
  appendix?: Section;
};

/** How a question is answered and shown on the page. Only Analyze loads it, so that charts cost the other functions nothing. */
export type Answering<Own, Answer> = {
  /** Throws AnalysisImpossible where the question has no answer. */
  answer(input: QuestionInput, settings: Own): Promise<Answer>;
  /** The question's files, each one as `files` of its definition names it. */
  csvFiles(answer: Answer, input: QuestionInput): CsvFile[];
  page(answer: Answer, settings: Own): QuestionPage;
};

export type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** Colors a text for a terminal, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** A question's part of the terminal's output. */
export type TerminalText = { title: string; lines: string[] };

type Settings<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/** All about one question. Schemas become parts of the execution's input, of report.json and of Analyze's output. */
export type QuestionDefinition<
  Key extends string,
  Shape extends z.ZodRawShape,
  Answer extends z.ZodType,
  Short extends z.ZodType,
> = {
  /** The answer's key in report.json and in Analyze's output. */
  key: Key;
  /** The question's keys in `analysis`, complete. In an execution's input each of them is optional. */
  settings: Shape;
  /** Fills in what the input leaves out. */
  complete(input: Partial<Settings<Shape>>, survey: string): Settings<Shape>;
  /** The series whose rows the question needs. */
  series?(settings: Settings<Shape>): string[];
  /** The answer in report.json. */
  answer: Answer;
  /** The answer in Analyze's output, which must stay small. */
  short: Short;
  shorten(answer: z.infer<Answer>): z.infer<Short>;
  /** The names of the CSV files that the question writes. */
  files: readonly string[];
  terminal(short: z.infer<Short>, paint: Paint): TerminalText;
  load(): Promise<Answering<Settings<Shape>, z.infer<Answer>>>;
};

/** A question of any kind: whatever comes in is checked by the question's own schemas. */
export type Question = {
  key: string;
  settings: z.ZodRawShape;
  complete(input: object, survey: string): object;
  series(settings: object): string[];
  answer: z.ZodType;
  short: z.ZodType;
  shorten(answer: unknown): unknown;
  files: readonly string[];
  terminal(short: unknown, paint: Paint): TerminalText;
  load(): Promise<Answering<object, unknown>>;
};

/** Makes a question that a registry can hold. It keeps its schemas' types. */
export function defineQuestion<
  const Key extends string,
  Shape extends z.ZodRawShape,
  Answer extends z.ZodType,
  Short extends z.ZodType,
>(
  definition: QuestionDefinition<Key, Shape, Answer, Short>,
): Question & { key: Key; settings: Shape; answer: Answer; short: Short } {
  const { key, settings, answer, short, files } = definition;
  const complete = z.object(settings);
  const partial = complete.partial();
  return {
    key,
    settings,
    answer,
    short,
    files,
    complete: (input, survey) =>
      definition.complete(partial.parse(input) as Partial<Settings<Shape>>, survey),
    series: (own) => definition.series?.(complete.parse(own)) ?? [],
    shorten: (value) => definition.shorten(answer.parse(value)),
    terminal: (value, paint) => definition.terminal(short.parse(value), paint),
    async load() {
      const answering = await definition.load();
      return {
        answer: (input, own) => answering.answer(input, complete.parse(own)),
        csvFiles: (value, input) => answering.csvFiles(answer.parse(value), input),
        page: (value, own) => answering.page(answer.parse(value), complete.parse(own)),
      };
    },
  };
}
