/** Reports an execution that did not succeed: where it failed, and what to do next. */
import type { DescribeExecutionCommandOutput } from "@aws-sdk/client-sfn";
import { fileTask } from "@data-quest/core/audit/file-task";
import { auditRows } from "@data-quest/core/audit/rows";
import { defaultSurvey } from "@data-quest/core/constants";
import { remedyFor } from "@data-quest/core/remedies";
import { pathOf, type Timeline } from "@data-quest/execution-history";
import * as z from "zod";
import { commandLine } from "./command-line.ts";
import { similarSurveys } from "./similar-surveys.ts";
import { wrapped } from "./terminal.ts";

/** The maximum number of failed files to list. The history lists all of them. */
const MOST_FILES = 5;

/**
 * Where an execution failed or was stopped, such as `SyncFiles[3] SyncFile (bls/pr/pr.class)`. Undefined if
 * the execution entered no state.
 */
export function failedPlace({ failure, interrupted, root }: Timeline): string | undefined {
  const visit = failure ?? interrupted.at(-1) ?? root.visits.at(-1);
  if (visit === undefined) return undefined;
  const path = pathOf(visit).reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text} ${step}`),
    "",
  );
  const file =
    visit.thread.kind === "execution" ? undefined : fileTask(visit.attempts.at(-1)?.parameters)?.file;
  return file === undefined ? path : `${path} (${file})`;
}

/**
 * Lines that say what to do next. A redrive is suggested only if it can succeed. Sentences are wrapped to
 * `width` columns. Commands are not, so that they can be copied.
 */
export function nextSteps(
  execution: DescribeExecutionCommandOutput,
  timeline: Timeline,
  place: { stage?: string | undefined; stateDir: string },
  width = Number.POSITIVE_INFINITY,
): string[] {
  const { name = "", status, error } = execution;
  const remedy = remedyFor(status === "FAILED" ? error : undefined);
  const failed = auditRows(timeline).filter(({ action }) => action === "failed");
  const history = `Details      ${commandLine(["history", name], place)}`;
  return [
    ...(status === "FAILED" ? wrapped(remedy.advice, width) : []),
    ...(error === "SourceNotFound" ? [similarSurveys(surveyOf(execution.input))].filter(Boolean) : []),
    ...(failed.length > 1 ? failedFiles(failed) : []),
    ...answersLine(execution, timeline, place),
    history,
    remedy.redrive ? `Resume with  ${commandLine(["redrive", name], place)}` : newRun(execution, place),
  ];
}

/** A failed file does not prevent the answers. They are published first, from the stored version of the file. */
function answersLine(
  { input }: DescribeExecutionCommandOutput,
  { root }: Timeline,
  place: { stage?: string | undefined; stateDir: string },
): string[] {
  const isAnswered = root.visits.some(({ name, status }) => name === "Analyze" && status === "succeeded");
  return isAnswered ? [`Answers      ${commandLine(["report", "--survey", surveyOf(input)], place)}`] : [];
}

/** The survey in an execution's input, or the default survey. */
export function surveyOf(input: string | undefined): string {
  return /"survey"\s*:\s*"([^"]+)"/.exec(input ?? "")?.[1] ?? defaultSurvey;
}

function failedFiles(rows: readonly { file: string; error: string | null }[]): string[] {
  const more = rows.length - MOST_FILES;
  return [
    `${rows.length} files failed:`,
    ...rows.slice(0, MOST_FILES).map(({ file, error }) => `  ${file}  ${error ?? ""}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** Errors after which the same input can succeed once the source or the stored data has changed. */
const SAME_INPUT = ["DataFileMalformed", "FileNameRefused", "ListingTooLarge", "VersionLost"];
/** Errors that mean that the source does not have the survey. */
const OTHER_SURVEY = ["SourceNotFound", "SurveyEmpty"];

/**
 * A labeled command that the user can paste unchanged: a new run that avoids the error, or a command that shows
 * the choices.
 */
function newRun(
  { error, input = "{}" }: DescribeExecutionCommandOutput,
  place: { stage?: string | undefined; stateDir: string },
): string {
  const isLocal = place.stage === undefined;
  const { settleSeconds: _added, ...given } = z.looseObject({}).parse(JSON.parse(input));
  const start = (words: readonly string[]) => `Start with   ${commandLine(["run", ...words], place)}`;
  if (error === "SyntheticDataRefused" && isLocal)
    return `Start with   ${commandLine(["run"], { stateDir: separateStateDir(place.stateDir) })}`;
  if (error === "SourceForbidden" && isLocal)
    return start([...inputWords(given), "--contact", "you@your.org"]);
  if (OTHER_SURVEY.includes(error ?? "")) return `Surveys      ${commandLine(["surveys"], place)}`;
  if (SAME_INPUT.includes(error ?? "")) return start(inputWords(given));
  if (error === "AnalysisImpossible" && given.analysis !== undefined) {
    const { analysis: _refused, ...rest } = given;
    return `By default   ${commandLine(["run", ...inputWords(rest)], place)}`;
  }
  return "Options      npx quest run --help";
}

/** The command-line words for an input. */
function inputWords(input: Record<string, unknown>): string[] {
  return Object.keys(input).length === 0 ? [] : ["--input", JSON.stringify(input)];
}

/** A state directory next to `stateDir`, for data that must not be mixed with the data in `stateDir`. */
export function separateStateDir(stateDir: string): string {
  return `${stateDir.replace(/\/+$/, "")}-sample`;
}
