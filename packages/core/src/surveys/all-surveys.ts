/** What `AllSurveys` starts: one execution of `Pipeline` for each survey. */
import { DateTime } from "luxon";
import * as z from "zod";
import { pipelineParentKey } from "../constants.ts";
import { Survey } from "../workflow.ts";

/** The input of `AllSurveys`. All keys are optional; unknown ones are refused. */
export const AllSurveysInput = z.strictObject({
  /** The surveys to run. By default, every survey that BLS publishes. */
  surveys: z.array(Survey).min(1).optional(),
  /** `false`: analyze what is stored, and send no requests to a source. */
  refresh: z.boolean().optional(),
  /** Downloads and compares every file of every survey. */
  verify: z.boolean().optional(),
  /** Verifies a seventh of the surveys each day, and so each survey once a week. */
  weeklyVerify: z.boolean().optional(),
});
export type AllSurveysInput = z.infer<typeof AllSurveysInput>;

/** One survey to run. `execution` and `input` are the name and the input of its execution of `Pipeline`. */
export const SurveyToRun = z.strictObject({
  survey: Survey,
  execution: z.string(),
  input: z.strictObject({
    survey: Survey,
    settleSeconds: z.literal(0),
    verify: z.literal(true).optional(),
    refresh: z.literal(false).optional(),
  }),
});
export type SurveyToRun = z.infer<typeof SurveyToRun>;

/**
 * Divides the number of concurrent requests to BLS that a deployment allows: `surveys` is how many executions run at
 * a time, and `files` is how many files each of them syncs at a time. Both numbers are at least 1, and their product
 * never exceeds `concurrency`.
 */
export function shareConcurrency(concurrency: number): { surveys: number; files: number } {
  const surveys = Math.max(1, Math.floor(Math.sqrt(concurrency)));
  return { surveys, files: Math.floor(concurrency / surveys) };
}

/**
 * The executions to start for `surveys`. `day` is when `AllSurveys` started; weekdays are in New York time.
 * `uniquePart` makes each name unique among all executions of `Pipeline`.
 */
export function surveysToRun(
  surveys: readonly string[],
  { refresh, verify, weeklyVerify }: AllSurveysInput,
  day: Date,
  uniquePart: () => string,
): SurveyToRun[] {
  const weekday = DateTime.fromJSDate(day, { zone: "America/New_York" }).weekday % 7;
  return surveys.map((survey) => {
    const verifies = verify === true || (weeklyVerify === true && weekdayOf(survey) === weekday);
    return {
      survey,
      execution: `${survey}-${uniquePart()}`,
      input: {
        survey,
        settleSeconds: 0,
        ...(verifies && refresh !== false ? { verify: true } : {}),
        ...(refresh === false ? { refresh: false } : {}),
      },
    };
  });
}

/**
 * The day on which a survey is verified, 0 to 6. It depends only on the survey's name, so a new survey does not
 * change the days of other surveys.
 */
function weekdayOf(survey: string): number {
  let hash = 0;
  for (const byte of Buffer.from(survey)) hash = (hash * 31 + byte) % 7;
  return hash;
}

/** Whether an execution's input says that `AllSurveys` started it. */
export function isStartedByAllSurveys(input: { [pipelineParentKey]?: string | undefined }): boolean {
  return input[pipelineParentKey] !== undefined;
}
