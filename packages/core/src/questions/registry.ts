/** What the questions in the list give together: schemas, answers, files, and what people read. */
import type * as z from "zod";
import { QUESTIONS } from "./list.ts";
import type { CsvFile, Paint, Question, QuestionInput, QuestionPage, TerminalText } from "./question.ts";

type Registered = (typeof QUESTIONS)[number];
type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  part: infer All,
) => void
  ? All
  : never;

/** The schemas of report.json's answers, by their questions' keys. */
export type AnswerShape = { [Q in Registered as Q["key"]]: Q["answer"] };
/** The schemas of the short answers in Analyze's output. */
export type ShortShape = { [Q in Registered as Q["key"]]: Q["short"] };
/** The schemas of the settings of all questions. */
export type SettingsShape = Intersection<Registered["settings"]>;

export type SettingsOfQuestions = { [Key in keyof SettingsShape]: z.infer<SettingsShape[Key]> };
export type Answers = { [Key in keyof AnswerShape]: z.infer<AnswerShape[Key]> };
export type ShortAnswersOfQuestions = { [Key in keyof ShortShape]: z.infer<ShortShape[Key]> };

/** One object with what `take` gives for each question. Its type follows from the registry, which TypeScript cannot derive. */
function collect<T>(take: (question: Question) => object): T {
  return Object.assign({}, ...QUESTIONS.map(take));
}

export const answerShape = collect<AnswerShape>(({ key, answer }) => ({ [key]: answer }));
export const shortShape = collect<ShortShape>(({ key, short }) => ({ [key]: short }));
export const settingsShape = collect<SettingsShape>(({ settings }) => settings);

/** The settings of all questions, with what `input` leaves out filled in. */
export function completeQuestions(input: object, survey: string): SettingsOfQuestions {
  return collect((question) => question.complete(input, survey));
}

/** Answers all questions, one after the other. Throws what a question throws that has no answer. */
export async function answerQuestions(settings: object, input: QuestionInput): Promise<Answers> {
  const answers = new Map<Question, unknown>();
  for (const question of QUESTIONS) {
    const { answer } = await question.load();
    answers.set(question, await answer(input, settings));
  }
  return collect((question) => ({ [question.key]: answers.get(question) }));
}

/** The files that go with the answers. */
export async function csvFilesOf(answers: object, input: QuestionInput): Promise<CsvFile[]> {
  const files = await Promise.all(
    QUESTIONS.map(async ({ key, load }) => (await load()).csvFiles(partOf(answers, key), input)),
  );
  return files.flat();
}

/** The questions' parts of the page, in their order. */
export async function questionPages(answers: object, settings: object): Promise<QuestionPage[]> {
  return Promise.all(
    QUESTIONS.map(async ({ key, load }) => (await load()).page(partOf(answers, key), settings)),
  );
}

/** The answers in short. */
export function shortenAnswers(answers: Answers): ShortAnswersOfQuestions {
  return collect(({ key, shorten }) => ({ [key]: shorten(partOf(answers, key)) }));
}

/** The files that the questions write beside report.json. */
export const QUESTION_FILES: readonly string[] = QUESTIONS.flatMap(({ files }) => files);

/** The answers as text for a terminal, in the questions' order. */
export function terminalTexts(answers: object, paint: Paint): TerminalText[] {
  return QUESTIONS.map(({ key, terminal }) => terminal(partOf(answers, key), paint));
}

/** What an object holds under a question's key. */
export function partOf(answers: object, key: string): unknown {
  return new Map<string, unknown>(Object.entries(answers)).get(key);
}
