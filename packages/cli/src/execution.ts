/** Follows an execution on a terminal or for a script, and shows how it ended. */
import { join } from "node:path";
import {
  type DescribeExecutionCommandOutput,
  DescribeStateMachineForExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { auditRows } from "@data-quest/core/audit/rows";
import { count } from "@data-quest/core/format";
import {
  causeMessage,
  duration,
  type Timeline,
  timelineReader,
  type Visit,
} from "@data-quest/execution-history";
import { answerLines } from "./answers.ts";
import { commandLine } from "./command-line.ts";
import { styleOf } from "./execution-table.ts";
import { failedPlace, nextSteps } from "./failed-execution.ts";
import { followExecution, readHistory } from "./follow.ts";
import { INTERRUPTED, type Interruption } from "./interruption.ts";
import { isLive, liveOutput } from "./live-output.ts";
import { type NestedSurvey, nestedReaders, nestedSurveys } from "./nested-executions.ts";
import { liveLines, progressLines } from "./progress.ts";
import { copyReport } from "./report-files.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { executionArn, type Target } from "./target.ts";
import { formatDuration, paintFor, type Span, widthOf } from "./terminal.ts";

export type ShowOptions = {
  json: boolean;
  quiet: boolean;
  /** Where copies of the report's files go. A deployed stage's report stays in S3. */
  stateDir: string;
  stage?: string | undefined;
};

/**
 * Follows an execution until it ends, with progress on stderr, and shows the outcome on stdout. An
 * interruption stops the execution, even if the interruption came before this call. Returns the exit code: 0
 * only if the execution succeeded, 130 if this command stopped it.
 */
export async function showExecution(
  target: Target,
  executionArn: string,
  interruption: Interruption,
  options: ShowOptions,
  afterEvent = 0,
): Promise<number> {
  const { signal } = interruption;
  const reader = timelineReader();
  const definition = options.quiet ? undefined : await definitionOf(target, executionArn);
  const settings = { definition, live: !options.quiet && isLive(process.stderr) };
  const nested = nestedReaders(target, reader);
  const followed = new AbortController();
  const output = liveOutput(process.stderr, () =>
    settings.live ? liveLines(reader, definition, Date.now(), nested.of) : [],
  );
  const stop = () => {
    output.print(["Stopping the execution (press Ctrl-C again to exit at once)"]);
    target.stepFunctions
      .send(new StopExecutionCommand({ executionArn, error: "Stopped", cause: "Ctrl-C" }))
      .catch((error: unknown) => output.print([`The execution cannot be stopped: ${String(error)}`]));
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    // A redrive's first events refer to states that were entered before the redrive.
    if (afterEvent > 0)
      for await (const event of readHistory(target, executionArn))
        if ((event.id ?? 0) <= afterEvent) reader.add(event);
    const following = followExecution(
      target,
      executionArn,
      (event) => {
        reader.add(event);
        if (!options.quiet) for (const line of progressLines(reader, event, settings)) output.print(line);
      },
      afterEvent,
    ).finally(() => followed.abort());
    const [execution] = await Promise.all([following, settings.live && nested.follow(followed.signal)]);
    output.close();
    await showOutcome(target, execution, reader.timeline, options);
    if (execution.status === "SUCCEEDED") return 0;
    return signal.aborted ? INTERRUPTED : 1;
  } finally {
    followed.abort();
    output.close();
    signal.removeEventListener("abort", stop);
  }
}

/** The definition of the state machine that an execution runs. Undefined if the caller is not allowed to read it. */
async function definitionOf({ stepFunctions }: Target, executionArn: string): Promise<unknown> {
  try {
    const { definition = "{}" } = await stepFunctions.send(
      new DescribeStateMachineForExecutionCommand({ executionArn }),
    );
    return JSON.parse(definition);
  } catch (error) {
    if (error instanceof Error && error.name === "AccessDeniedException") return undefined;
    throw error;
  }
}

async function showOutcome(
  target: Target,
  execution: DescribeExecutionCommandOutput,
  timeline: Timeline,
  options: ShowOptions,
): Promise<void> {
  const result =
    execution.status === "SUCCEEDED"
      ? AnalysisResult.safeParse(JSON.parse(execution.output ?? "null")).data
      : undefined;
  const places = result && (await reportPlaces(target, result.report, options));
  if (options.json) print(JSON.stringify(jsonOutcome(execution), null, 2));
  else if (execution.status === "SUCCEEDED")
    showSuccess(target, execution, timeline, options, result, places);
  else showFailure(target, execution, timeline, options);
}

function jsonOutcome(execution: DescribeExecutionCommandOutput) {
  const { executionArn, status, error, cause, startDate, stopDate } = execution;
  const output: unknown = execution.output === undefined ? null : JSON.parse(execution.output);
  return {
    executionArn,
    status,
    output,
    error: error ?? null,
    cause: cause ?? null,
    startDate,
    stopDate: stopDate ?? null,
  };
}

function showSuccess(
  target: Target,
  execution: DescribeExecutionCommandOutput,
  timeline: Timeline,
  options: ShowOptions,
  result: AnalysisResult | undefined,
  places: readonly string[] | undefined,
): void {
  const paint = paintFor(process.stdout);
  print();
  if (result !== undefined) {
    for (const line of answerLines(result, outputPlace())) print(line);
    print();
  }
  const surveys = nestedSurveys(timeline);
  for (const line of surveyLines(surveys)) print(line);
  print(`${paint("green", "SUCCEEDED")} ${execution.name} in ${timeOf(execution)}`);
  print(
    surveys.length > 0
      ? `  Ran      ${count(surveys.length, "survey")}`
      : `  Synced   ${syncSummary(timeline)}`,
  );
  places?.forEach((place, index) => {
    print(`  ${index === 0 ? "Report " : "       "}  ${place}`);
  });
  if (options.stage === undefined && places !== undefined)
    print(`  Page     ${join(places[0] ?? "", "index.html")}`);
  print(`  History  ${commandLine(["history", execution.name ?? ""], options)}`);
  print(`  Console  ${linkTo(target, execution, options)}`);
}

/** Summarizes what the run did with the files: `12 unchanged, 1 updated`. */
export function syncSummary(timeline: Timeline): string {
  const actions = auditRows(timeline).map(({ action }) => action);
  if (actions.length === 0) return "no files";
  const counts = [...new Set(actions)].map(
    (action) => `${actions.filter((one) => one === action).length} ${action}`,
  );
  const uploaded = actions.some((action) => action === "created" || action === "updated");
  return `${counts.join(", ")}${uploaded ? "" : "; nothing was uploaded"}`;
}

function showFailure(
  target: Target,
  execution: DescribeExecutionCommandOutput,
  timeline: Timeline,
  options: ShowOptions,
): void {
  const paint = paintFor(process.stdout);
  const place = failedPlace(timeline);
  const where = place === undefined ? "" : ` in ${place}`;
  print();
  const surveys = nestedSurveys(timeline);
  for (const line of surveyLines(surveys)) print(line);
  print(
    `${paint("red", execution.status ?? "UNKNOWN")} ${execution.name} after ${timeOf(execution)}${where}`,
  );
  if (execution.error !== undefined) print(`  ${execution.error}: ${causeMessage(execution.cause)}`);
  const failed = surveys.filter(({ visit }) => visit.status !== "succeeded");
  const indent = "  ";
  const width = widthOf(process.stdout) - indent.length;
  const steps =
    failed.length > 0 ? redriveSurveys(failed, options) : nextSteps(execution, timeline, options, width);
  for (const line of steps) print(`${indent}${line}`);
  print(`  Console      ${linkTo(target, execution, options)}`);
}

/** The surveys of an execution of AllSurveys, as a table. */
function surveyLines(surveys: readonly NestedSurvey[]): string[] {
  if (surveys.length === 0) return [];
  const rows = surveys.map(({ survey, visit, executionArn }): Span[] => [
    survey,
    { text: visit.status === "caught" ? "failed" : visit.status, style: styleOf(visit.status) },
    formatDuration(duration(visit.spans)),
    executionArn?.split(":").at(-1) ?? "",
    nestedError(visit),
  ]);
  return [...tableLines(SURVEY_COLUMNS, rows, outputPlace()), ""];
}

const SURVEY_COLUMNS: Column[] = [
  { name: "survey" },
  { name: "status" },
  { name: "time", align: "right" },
  { name: "execution" },
  { name: "error", shrinks: true },
];

function nestedError({ status, error, cause }: Visit): string {
  return status === "succeeded" || error === undefined
    ? ""
    : causeMessage(cause).replaceAll(/\s+/g, " ") || error;
}

/** Redriving an execution of AllSurveys has no effect. The executions of the surveys must be redriven. */
function redriveSurveys(failed: readonly NestedSurvey[], options: ShowOptions): string[] {
  const names = failed.flatMap(({ executionArn }) => executionArn?.split(":").at(-1) ?? []);
  return [
    `${count(failed.length, "survey")} failed. Redrive the execution of each failed survey. Redriving this execution would only report the failures again.`,
    ...names.map((name) => `Resume with  ${commandLine(["redrive", name], options)}`),
  ];
}

/** Where to see the execution: its page in the AWS console or, on the laptop, the command that opens our console. */
function linkTo(
  target: Target,
  { executionArn: arn = "", name = "" }: DescribeExecutionCommandOutput,
  options: ShowOptions,
): string {
  const short = executionArn(target, name) === arn ? name : arn;
  return target.consoleLink(arn) ?? commandLine(["console", short], options);
}

function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

function timeOf({ startDate, stopDate }: DescribeExecutionCommandOutput): string {
  return formatDuration((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0));
}

/** Where the report is: its keys in S3 and, on the laptop, the folder that its files are copied to. */
async function reportPlaces(
  target: Target,
  report: AnalysisResult["report"],
  { stage, stateDir }: ShowOptions,
): Promise<string[]> {
  const own = report.keys.filter((key) => !key.includes("/latest/"));
  if (stage !== undefined) return own.map((key) => `s3://${report.bucket}/${key}`);
  const [first = ""] = own;
  const dir = join(stateDir, ...first.split("/").slice(0, -1));
  await copyReport({ client: target.s3, name: report.bucket }, own, dir);
  return [dir];
}
