/** Answers the questions in the list, and shows the answers. */
import type { CsvFile, QuestionInput, QuestionPage } from "./answering.ts";
import { ANSWERINGS } from "./answering-list.ts";
import { type Answers, collectAnswers, partOf } from "./registry.ts";

/** Answers all questions, one after the other. Throws if a question has no answer. */
export async function answerQuestions(settings: object, input: QuestionInput): Promise<Answers> {
  const answers = new Map<string, unknown>();
  for (const { key, answer } of ANSWERINGS) answers.set(key, await answer(input, settings));
  return collectAnswers(answers);
}

/** The files that accompany the answers. */
export function csvFilesOf(answers: object, input: QuestionInput): CsvFile[] {
  return ANSWERINGS.flatMap(({ key, csvFiles }) => csvFiles(partOf(answers, key), input));
}

/** The questions' parts of the page, in order. */
export async function questionPages(answers: object, settings: object): Promise<QuestionPage[]> {
  return Promise.all(ANSWERINGS.map(({ key, page }) => page(partOf(answers, key), settings)));
}
