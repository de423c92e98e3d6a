/** Defines a question: its settings, its answer, and how the answer is shown wherever people read it. */
import * as z from "zod";

export type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** Colors text for a terminal, or leaves it unchanged. */
export type Paint = (style: Style, text: string) => string;

/** A question's part of the terminal's output. */
export type TerminalText = { title: string; lines: string[] };

/** What a figure was computed from: the population, the analyzed data files, or the files with the series' names. */
export type FigureSource = "population" | "data" | "names";

/** A number in an answer, formatted for people, and what the number was computed from. */
export type Figure = { label: string; value: string; from: readonly FigureSource[] };

export type OwnSettings<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/**
 * The definition of a question. Its schemas become parts of the execution's input, report.json, and
 * Analyze's output.
 */
export type QuestionDefinition<
  Key extends string,
  Shape extends z.ZodRawShape,
  Answer extends z.ZodType,
  Short extends z.ZodType,
> = {
  /** The answer's key in report.json and in Analyze's output. */
  key: Key;
  /** The schema of the question's own settings in `analysis`. In an execution's input, each of them is optional. */
  settings: Shape;
  /** Fills in settings that the input leaves out. */
  complete(input: Partial<OwnSettings<Shape>>, survey: string): OwnSettings<Shape>;
  /** The series whose rows the question needs. */
  series?(settings: OwnSettings<Shape>): string[];
  /** The answer in report.json. */
  answer: Answer;
  /** The answer in Analyze's output, which must stay small. */
  short: Short;
  shorten(answer: z.infer<Answer>): z.infer<Short>;
  /** The names of the CSV files that the question writes. */
  files: readonly string[];
  terminal(short: z.infer<Short>, paint: Paint): TerminalText;
  /** The answer's figures, for tracing each figure back to its files. */
  figures(answer: z.infer<Answer>): Figure[];
};

/** A question of any kind. Its functions use the question's own schemas to check what they receive. */
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
  figures(answer: unknown): Figure[];
};

/** A question with the types of its schemas. */
export type TypedQuestion<
  Key extends string,
  Shape extends z.ZodRawShape,
  Answer extends z.ZodType,
  Short extends z.ZodType,
> = Omit<Question, "key" | "settings" | "answer" | "short"> & {
  key: Key;
  settings: Shape;
  answer: Answer;
  short: Short;
  /** Extracts the question's settings from the settings of the analysis. */
  own(settings: object): OwnSettings<Shape>;
};

/** Defines a question for the registry. Keeps the types of its schemas. */
export function defineQuestion<
  const Key extends string,
  Shape extends z.ZodRawShape,
  Answer extends z.ZodType,
  Short extends z.ZodType,
>(definition: QuestionDefinition<Key, Shape, Answer, Short>): TypedQuestion<Key, Shape, Answer, Short> {
  const { key, settings, answer, short, files } = definition;
  const complete = z.object(settings);
  const partial = complete.partial();
  return {
    key,
    settings,
    answer,
    short,
    files,
    own: (all) => complete.parse(all),
    complete: (input, survey) =>
      definition.complete(partial.parse(input) as Partial<OwnSettings<Shape>>, survey),
    series: (own) => definition.series?.(complete.parse(own)) ?? [],
    shorten: (value) => definition.shorten(answer.parse(value)),
    terminal: (value, paint) => definition.terminal(short.parse(value), paint),
    figures: (value) => definition.figures(answer.parse(value)),
  };
}
