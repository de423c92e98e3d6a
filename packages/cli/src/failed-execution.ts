/** What to say about an execution that did not succeed: where it failed, and what to do next. */
import type { DescribeExecutionCommandOutput } from "@aws-sdk/client-sfn";
import { fileTask } from "@data-quest/core/audit/file-task";
import { auditRows } from "@data-quest/core/audit/rows";
import { defaultSurvey } from "@data-quest/core/constants";
import { remedyFor } from "@data-quest/core/remedies";
import { pathOf, type Timeline } from "@data-quest/execution-history";
import * as z from "zod";
import { commandLine } from "./command-line.ts";
import { similarSurveys } from "./similar-surveys.ts";

/** So many failed files are named; the history names all. */
const MOST_FILES = 5;

/** Where an execution failed or was stopped, such as `SyncFiles[3] SyncFile (bls/pr/pr.class)`. Undefined before its first state. */
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

/** Lines that say what to do next. A redrive is suggested only if it can succeed. */
export function nextSteps(
  execution: DescribeExecutionCommandOutput,
  timeline: Timeline,
  place: { stage?: string | undefined; stateDir: string },
): string[] {
  const { name = "", status, error } = execution;
  const remedy = remedyFor(status === "FAILED" ? error : undefined);
  const failed = auditRows(timeline).filter(({ action }) => action === "failed");
  const history = `Details      ${commandLine(["history", name], place)}`;
  return [
    ...(status === "FAILED" ? [remedy.advice] : []),
    ...(error === "SourceNotFound" ? [similarSurveys(surveyOf(execution.input))].filter(Boolean) : []),
    ...(failed.length > 1 ? failedFiles(failed) : []),
    history,
    remedy.redrive
      ? `Resume with  ${commandLine(["redrive", name], place)}`
      : `Start with   ${newRun(execution, place)}`,
  ];
}

/** The survey that an execution's input asks for. */
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

/** A command that starts a run with the change that the failed one lacked, or with its input, to be edited. */
function newRun(
  { error, input = "{}" }: DescribeExecutionCommandOutput,
  place: { stage?: string | undefined; stateDir: string },
): string {
  const isLocal = place.stage === undefined;
  if (error === "SyntheticDataRefused" && isLocal)
    return commandLine(["run"], { stateDir: separateStateDir(place.stateDir) });
  if (error === "SourceForbidden" && isLocal)
    return commandLine(["run", "--source", "live", "--contact", "you@your.org"], place);
  return `${commandLine(["run", ...inputWords(input)], place)}  (with another input)`;
}

/** The words that give an input, without what a run adds by itself. */
function inputWords(input: string): string[] {
  const { settleSeconds: _added, ...rest } = z.looseObject({}).parse(JSON.parse(input));
  return Object.keys(rest).length === 0 ? [] : ["--input", JSON.stringify(rest)];
}

/** A state directory beside another one, for data that must not mix with its data. */
export function separateStateDir(stateDir: string): string {
  return `${stateDir.replace(/\/+$/, "")}-sample`;
}
