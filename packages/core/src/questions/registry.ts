/** Combines what the listed questions define: schemas, answers, files, and displayed text. */
import type * as z from "zod";
import { QUESTIONS } from "./list.ts";
import type { Figure, Paint, Question, TerminalText } from "./question.ts";

type Registered = (typeof QUESTIONS)[number];
type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  part: infer All,
) => void
  ? All
  : never;

/** The schemas of the answers in report.json, by question key. */
export type AnswerShape = { [Q in Registered as Q["key"]]: Q["answer"] };
/** The schemas of the short answers in Analyze's output. */
export type ShortShape = { [Q in Registered as Q["key"]]: Q["short"] };
/** The schemas of the settings of all questions. */
export type SettingsShape = Intersection<Registered["settings"]>;

export type SettingsOfQuestions = { [Key in keyof SettingsShape]: z.infer<SettingsShape[Key]> };
export type Answers = { [Key in keyof AnswerShape]: z.infer<AnswerShape[Key]> };
export type ShortAnswersOfQuestions = { [Key in keyof ShortShape]: z.infer<ShortShape[Key]> };

/**
 * Merges the objects that `take` returns for the questions. The type of the result follows from the registry, but
 * TypeScript cannot derive it.
 */
function collect<T>(take: (question: Question) => object): T {
  return Object.assign({}, ...QUESTIONS.map(take));
}

export const answerShape = collect<AnswerShape>(({ key, answer }) => ({ [key]: answer }));
export const shortShape = collect<ShortShape>(({ key, short }) => ({ [key]: short }));
export const settingsShape = collect<SettingsShape>(({ settings }) => settings);

/** The settings of all questions. Settings that `input` leaves out are filled in. */
export function completeQuestions(input: object, survey: string): SettingsOfQuestions {
  return collect((question) => question.complete(input, survey));
}

/**
 * Extracts the answers to all questions from a map with question keys. Throws if a listed question has no answer,
 * which means that the question is missing from answering-list.ts.
 */
export function collectAnswers(answers: ReadonlyMap<string, unknown>): Answers {
  return collect(({ key }) => {
    if (!answers.has(key))
      throw new Error(`nothing answers the question ${key}: add it to answering-list.ts`);
    return { [key]: answers.get(key) };
  });
}

/** The answers in short form. */
export function shortenAnswers(answers: Answers): ShortAnswersOfQuestions {
  return collect(({ key, shorten }) => ({ [key]: shorten(partOf(answers, key)) }));
}

/** The files with the questions' data, next to report.json. */
export const QUESTION_FILES: readonly string[] = QUESTIONS.flatMap(({ files }) => files);

/** The answers as text for a terminal, in the questions' order. */
export function terminalTexts(answers: object, paint: Paint): TerminalText[] {
  return QUESTIONS.map(({ key, terminal }) => terminal(partOf(answers, key), paint));
}

/**
 * The figures of all answers in a report, each with its question. Answers that this version of the program cannot
 * read are left out.
 */
export function figuresOf(report: object): (Figure & { question: string })[] {
  return QUESTIONS.flatMap((registered) => {
    const question: Question = registered;
    const answer = question.answer.safeParse(partOf(report, question.key));
    if (!answer.success) return [];
    const { title } = question.terminal(question.shorten(answer.data), (_style, text) => text);
    return question.figures(answer.data).map((figure) => ({ ...figure, question: title }));
  });
}

/** The value in an object under a question's key. */
export function partOf(answers: object, key: string): unknown {
  return new Map<string, unknown>(Object.entries(answers)).get(key);
}
