/** Summarizes the executions that `AllSurveys` started. */
import * as z from "zod";
import { pipelineName } from "../constants.ts";
import { type Execution, Survey } from "../workflow.ts";
import type { RecordedEntry } from "./index-entry.ts";

/** How one survey's execution of `Pipeline` ended. `error` is its error name, if there is one. */
export const SurveyOutcome = z.strictObject({
  survey: Survey,
  execution: z.string(),
  status: z.enum(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
  error: z.string().optional(),
});
export type SurveyOutcome = z.infer<typeof SurveyOutcome>;

/** The output of SummarizeSurveys. `message` is the cause of the failure if `failed` is not empty. */
export type Summary = {
  surveys: number;
  succeeded: number;
  empty: string[];
  failed: SurveyOutcome[];
  message: string;
};

/** Sums up the outcomes. A survey without files at BLS counts as neither succeeded nor failed. */
export function summarize(outcomes: readonly SurveyOutcome[]): Summary {
  const empty = outcomes.filter(isEmpty);
  const failed = outcomes.filter((outcome) => outcome.status !== "SUCCEEDED" && !isEmpty(outcome));
  const names = failed.map(
    ({ survey, execution, status, error }) => `${survey} (${error ?? status}): ${execution}`,
  );
  return {
    surveys: outcomes.length,
    succeeded: outcomes.length - empty.length - failed.length,
    empty: empty.map(({ survey }) => survey),
    failed,
    message:
      failed.length === 0
        ? ""
        : `${failed.length} of ${outcomes.length} surveys failed. Redrive these executions of ${pipelineName}; redriving this execution would only report them again. ${names.join("; ")}`,
  };
}

/**
 * An outcome as an index entry, used if the execution's own entry is not recorded yet. Both times are the
 * parent's start, so the execution's own entry replaces this one.
 */
export function entryOf(outcome: SurveyOutcome, parent: Execution): RecordedEntry {
  return {
    survey: outcome.survey,
    status: isEmpty(outcome) ? "EMPTY" : outcome.status,
    execution: outcome.execution,
    startedAt: parent.startTime,
    endedAt: parent.startTime,
    error: outcome.error ?? null,
    files: null,
    bytes: null,
    changedAtSource: null,
    changes: null,
    report: null,
  };
}

function isEmpty({ error }: SurveyOutcome): boolean {
  return error === "SurveyEmpty";
}
