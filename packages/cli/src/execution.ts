/** Follows an execution on a terminal or for a script, and shows how it ended. */
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type DescribeExecutionCommandOutput, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import { answerLines } from "./answers.ts";
import { commandLine } from "./command-line.ts";
import { followExecution, readHistory } from "./follow.ts";
import { errorMessage, paintFor, progressLines } from "./progress.ts";
import type { Target } from "./target.ts";
import { uploadCounter } from "./upload-counter.ts";

export type ShowOptions = {
  json: boolean;
  quiet: boolean;
  /** Where copies of the report's files go; a deployed stage's report stays in S3. */
  stateDir: string;
  stage?: string | undefined;
};

/**
 * Follows an execution until it ends, with progress on stderr, and shows the outcome on stdout. Ctrl-C stops the execution.
 * Gives the exit code: 0 only where it succeeded, 130 where it was stopped from here.
 */
export async function showExecution(
  target: Target,
  executionArn: string,
  options: ShowOptions,
  afterEvent = 0,
): Promise<number> {
  let stopped = false;
  const stop = () => {
    if (stopped) process.exit(130);
    stopped = true;
    process.stderr.write("Stopping the execution (Ctrl-C again to leave at once)\n");
    target.stepFunctions
      .send(new StopExecutionCommand({ executionArn, error: "Stopped", cause: "Ctrl-C" }))
      .catch((error: unknown) => process.stderr.write(`It could not be stopped: ${String(error)}\n`));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    const lines = progressLines(paintFor(process.stderr));
    const uploads = uploadCounter();
    // A redrive's first events refer to states that were entered before it.
    if (afterEvent > 0)
      for await (const event of readHistory(target, executionArn))
        if ((event.id ?? 0) <= afterEvent) {
          lines(event);
          uploads.see(event);
        }
    const execution = await followExecution(
      target,
      executionArn,
      (event) => {
        uploads.see(event);
        const line = lines(event);
        if (line !== undefined && !options.quiet) process.stderr.write(`${line}\n`);
      },
      afterEvent,
    );
    const result =
      execution.status === "SUCCEEDED"
        ? AnalysisResult.parse(JSON.parse(execution.output ?? "null"))
        : undefined;
    const places = result && (await reportPlaces(target, result.report, options));
    if (options.json) process.stdout.write(`${JSON.stringify(jsonOutcome(execution), null, 2)}\n`);
    else if (result && places) showAnswers(target, execution, result, places, uploads.summary(), options);
    else showFailure(target, execution, options);
    if (execution.status === "SUCCEEDED") return 0;
    return stopped ? 130 : 1;
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
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

function showAnswers(
  target: Target,
  execution: DescribeExecutionCommandOutput,
  result: AnalysisResult,
  places: readonly string[],
  uploaded: string,
  options: ShowOptions,
): void {
  const paint = paintFor(process.stdout);
  print();
  for (const line of answerLines(result, paint)) print(line);
  print();
  print(`${paint("green", "SUCCEEDED")} ${execution.name} in ${secondsOf(execution)} s`);
  print(`  Synced   ${uploaded}`);
  places.forEach((place, index) => {
    print(`  ${index === 0 ? "Report " : "       "}  ${place}`);
  });
  if (options.stage === undefined) print(`  Page     ${join(places[0] ?? "", "index.html")}`);
  print(`  History  ${again("history", execution, options)}`);
  showLink(target, execution);
}

function showFailure(target: Target, execution: DescribeExecutionCommandOutput, options: ShowOptions): void {
  const paint = paintFor(process.stdout);
  print();
  print(`${paint("red", execution.status ?? "UNKNOWN")} ${execution.name} after ${secondsOf(execution)} s`);
  if (execution.error !== undefined) print(`  ${execution.error}: ${errorMessage(execution.cause)}`);
  print(`  See what happened   ${again("history", execution, options)}`);
  // A redrive has the same input again.
  if (execution.error !== "InvalidInput")
    print(`  Go on from there    ${again("redrive", execution, options)}`);
  showLink(target, execution);
}

function showLink(target: Target, { executionArn = "" }: DescribeExecutionCommandOutput): void {
  const link = target.consoleLink(executionArn);
  if (link !== undefined) print(`  Console  ${link}`);
}

function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

function secondsOf({ startDate, stopDate }: DescribeExecutionCommandOutput): string {
  return (((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)) / 1000).toFixed(1);
}

/** The command that goes on with this execution, ready to be typed. */
function again(
  command: "history" | "redrive",
  { name = "" }: DescribeExecutionCommandOutput,
  options: ShowOptions,
): string {
  return commandLine([command, name], options);
}

/** Where the report is: its keys in S3, and on the laptop the folder that its files are copied to. */
async function reportPlaces(
  target: Target,
  report: AnalysisResult["report"],
  { stage, stateDir }: ShowOptions,
): Promise<string[]> {
  const own = report.keys.filter((key) => !key.includes("/latest/"));
  if (stage !== undefined) return own.map((key) => `s3://${report.bucket}/${key}`);
  return [await copyReport(target, report.bucket, own, join(stateDir, "reports"))];
}

/** Copies this execution's report out of S3, so that it can be opened. Gives the folder. */
async function copyReport(
  target: Target,
  bucket: string,
  keys: readonly string[],
  reportDir: string,
): Promise<string> {
  let dir = reportDir;
  for (const key of keys) {
    const parts = key.split("/");
    dir = join(reportDir, ...parts.slice(1, -1));
    mkdirSync(dir, { recursive: true, mode: PRIVATE_DIRECTORY });
    const object = await target.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const content = (await object.Body?.transformToByteArray()) ?? "";
    await writeFile(join(dir, parts.at(-1) ?? key), content, { mode: PRIVATE_FILE });
  }
  return dir;
}
