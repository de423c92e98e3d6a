/** `quest history`: lists the executions, or shows what happened in one. */
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
  SFNServiceException,
} from "@aws-sdk/client-sfn";
import { count } from "@data-quest/core/format";
import { causeMessage } from "@data-quest/execution-history";
import pMap from "p-map";
import { commandLine } from "./command-line.ts";
import { syncSummary } from "./execution.ts";
import { executionLines, stateLines, styleOf } from "./execution-table.ts";
import { nextSteps, surveyOf } from "./failed-execution.ts";
import { Failure } from "./failure.ts";
import { readExecutionTimeline, readHistory } from "./follow.ts";
import { nestedSurveys } from "./nested-executions.ts";
import { readOnlyTarget } from "./read-only-target.ts";
import { sourceOfExecution } from "./remembered-source.ts";
import { similarSurveys } from "./similar-surveys.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { executionArn, type Target } from "./target.ts";
import { formatDuration, type Span } from "./terminal.ts";

export type HistoryOptions = {
  stateDir: string;
  stage?: string;
  json?: boolean;
  /** The name of a state to show, with its inputs and outputs. */
  state?: string;
  /** `all` lists the executions of AllSurveys. */
  survey?: string;
  /** The maximum number of executions to list. */
  limit?: number;
};

const DEFAULT_LIMIT = 20;
/** The number of executions whose details are read at a time. */
const READS_AT_A_TIME = 8;

/**
 * Lists the executions, or shows one (a name or an ARN). Returns the exit code. Throws Failure for an
 * execution or a state that does not exist.
 */
export async function historyCommand(
  execution: string | undefined,
  options: HistoryOptions,
): Promise<number> {
  if (execution === undefined && options.state !== undefined)
    throw new Failure("--state shows a state of one execution: specify the execution, too");
  const target = await readOnlyTarget(options);
  try {
    if (execution === undefined) await listExecutions(target, options);
    else await showHistory(target, executionArn(target, execution), options);
    return 0;
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
    throw new Failure(
      `The execution ${execution} does not exist. To list the executions: ${commandLine(["history"], options)}`,
    );
  } finally {
    await target.close();
  }
}

const COLUMNS: Column[] = [
  { name: "status" },
  { name: "execution" },
  { name: "started (UTC)" },
  { name: "time", align: "right" },
  { name: "survey" },
  { name: "source", shrinks: true },
  { name: "files", shrinks: true },
  { name: "error", shrinks: true },
];

async function listExecutions(target: Target, options: HistoryOptions): Promise<void> {
  const isAll = options.survey === "all";
  const all = await allExecutions(target, isAll ? target.allSurveysArn : target.stateMachineArn);
  const executions =
    options.survey === undefined || isAll ? all : await ofSurvey(target, all, options.survey);
  if (options.json) {
    print(JSON.stringify(executions, null, 2));
    return;
  }
  if (executions.length === 0) {
    print(noExecutions(all.length, options));
    return;
  }
  const shown = executions.slice(0, options.limit ?? DEFAULT_LIMIT);
  const rows = await pMap(shown, (item) => listRow(target, item, options), { concurrency: READS_AT_A_TIME });
  for (const line of tableLines(COLUMNS, rows, outputPlace())) print(line);
  if (shown.length < executions.length)
    print(`${shown.length} of ${executions.length} executions; --limit ${executions.length} lists all`);
}

function noExecutions(others: number, options: HistoryOptions): string {
  const { survey } = options;
  if (others === 0) return `No executions yet. To start the first one: ${commandLine(["run"], options)}`;
  const hint = survey === undefined ? "" : similarSurveys(survey);
  return `No executions of the survey ${survey}. ${hint || `To start one: ${commandLine(["run", "--survey", String(survey)], options)}`}`;
}

/** The executions of the given survey, according to their input. */
async function ofSurvey(
  target: Target,
  executions: readonly ExecutionListItem[],
  survey: string,
): Promise<ExecutionListItem[]> {
  const inputs = await pMap(
    executions,
    async ({ executionArn: arn }) =>
      (await target.stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn }))).input,
    { concurrency: READS_AT_A_TIME },
  );
  return executions.filter((_, index) => surveyOf(inputs[index]) === survey);
}

async function allExecutions(
  target: Target,
  stateMachineArn: string | undefined,
): Promise<ExecutionListItem[]> {
  const executions: ExecutionListItem[] = [];
  if (stateMachineArn === undefined) return executions;
  let nextToken: string | undefined;
  do {
    const page = await target.stepFunctions.send(new ListExecutionsCommand({ stateMachineArn, nextToken }));
    executions.push(...(page.executions ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return executions;
}

/** The history of one execution cannot be read. The message says why. The other executions are listed anyway. */
class DamagedHistory extends Error {
  override readonly name = "DamagedHistory";
}

function damagedHistory(error: unknown): DamagedHistory {
  if (error instanceof SFNServiceException && error.name === "InternalFailure")
    return new DamagedHistory(error.message);
  throw error;
}

async function listRow(target: Target, item: ExecutionListItem, options: HistoryOptions): Promise<Span[]> {
  const { executionArn: arn = "", name = "", status = "", startDate, stopDate, redriveCount = 0 } = item;
  const [execution, timeline] = await Promise.all([
    target.stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn })),
    readExecutionTimeline(target, arn).catch(damagedHistory),
  ]);
  if (timeline instanceof DamagedHistory)
    return [
      { text: status, style: styleOf(status) },
      name,
      startText(startDate),
      "",
      surveyOf(execution.input),
      sourceOfExecution(options, name),
      "",
      timeline.message,
    ];
  const surveys = nestedSurveys(timeline).length;
  const time = stopDate && startDate ? formatDuration(stopDate.getTime() - startDate.getTime()) : "";
  const redrives =
    redriveCount > 0 ? ` (redriven ${redriveCount === 1 ? "once" : `${redriveCount} times`})` : "";
  return [
    { text: status, style: styleOf(status) },
    name,
    startText(startDate),
    time,
    surveys === 0 ? surveyOf(execution.input) : "all",
    sourceOfExecution(options, name),
    `${surveys === 0 ? syncSummary(timeline).split(";")[0] : count(surveys, "survey")}${redrives}`,
    execution.error === undefined
      ? ""
      : `${execution.error}: ${causeMessage(execution.cause).replaceAll(/\s+/g, " ")}`,
  ];
}

function startText(date: Date | undefined): string {
  return date?.toISOString().slice(0, 19).replace("T", " ") ?? "";
}

async function showHistory(target: Target, arn: string, options: HistoryOptions): Promise<void> {
  if (options.json) {
    let before = "[\n";
    for await (const event of readHistory(target, arn)) {
      process.stdout.write(`${before}${JSON.stringify(event)}`);
      before = ",\n";
    }
    process.stdout.write("\n]\n");
    return;
  }
  const execution = await target.stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn }));
  const timeline = await readExecutionTimeline(target, arn);
  const place = outputPlace();
  if (options.state !== undefined) {
    const lines = stateLines(timeline, options.state, place.paint);
    if (lines.length === 0)
      throw new Failure(
        `${execution.name} did not enter a state named ${options.state}. To list its states: ${commandLine(["history", execution.name ?? arn], options)}`,
      );
    for (const line of lines) print(line);
    return;
  }
  for (const line of executionLines(execution, timeline, place)) print(line);
  if (isUnsuccessful(execution)) {
    print();
    for (const line of nextSteps(execution, timeline, options, place.width))
      if (!line.startsWith("Details")) print(line);
  }
  const link = target.consoleLink(arn);
  // Indented like the commands above it.
  if (link !== undefined) print(`${isUnsuccessful(execution) ? "Console      " : "Console    "}${link}`);
}

function isUnsuccessful({ status }: DescribeExecutionCommandOutput): boolean {
  return status !== "SUCCEEDED" && status !== "RUNNING";
}

function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}
