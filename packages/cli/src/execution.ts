/** Follows an execution on a terminal or for a script, and shows how it ended. */
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type DescribeExecutionCommandOutput, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { AnalysisResult } from "@data-quest/core/analysis/result.ts";
import { answerLines } from "./answers.ts";
import { followExecution, readHistory } from "./follow.ts";
import { errorMessage, paintFor, progressLines } from "./progress.ts";
import type { Target } from "./target.ts";

export type ShowOptions = {
  json: boolean;
  quiet: boolean;
  /** Where copies of the report's files go; undefined for a deployed stage, whose report stays in S3. */
  reportDir?: string;
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
    // A redrive's first events refer to states that were entered before it.
    if (afterEvent > 0)
      for await (const event of readHistory(target, executionArn))
        if ((event.id ?? 0) <= afterEvent) lines(event);
    const execution = await followExecution(
      target,
      executionArn,
      (event) => {
        const line = lines(event);
        if (line !== undefined && !options.quiet) process.stderr.write(`${line}\n`);
      },
      afterEvent,
    );
    if (options.json) process.stdout.write(`${JSON.stringify(jsonOutcome(execution), null, 2)}\n`);
    else await showOutcome(target, execution, options);
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

async function showOutcome(
  target: Target,
  execution: DescribeExecutionCommandOutput,
  { reportDir }: ShowOptions,
): Promise<void> {
  const paint = paintFor(process.stdout);
  const print = (line = "") => process.stdout.write(`${line}\n`);
  const { name, status, executionArn = "" } = execution;
  const seconds = ((execution.stopDate?.getTime() ?? 0) - (execution.startDate?.getTime() ?? 0)) / 1000;
  const link = target.consoleLink(executionArn);
  if (status === "SUCCEEDED") {
    const result = AnalysisResult.parse(JSON.parse(execution.output ?? "null"));
    print();
    for (const line of answerLines(result, paint)) print(line);
    print();
    print(`${paint("green", "SUCCEEDED")} ${name} in ${seconds.toFixed(1)} s`);
    if (reportDir === undefined) {
      for (const key of result.report.keys) print(`  s3://${result.report.bucket}/${key}`);
    } else {
      const dir = await copyReport(target, result.report, reportDir);
      print(`  Report   ${dir} (and s3://${result.report.bucket}/, on the local S3)`);
      print(`  Page     ${join(dir, "index.html")} (npx quest report --open)`);
      print(`  History  npx quest history ${name}`);
    }
  } else {
    print();
    print(`${paint("red", status ?? "UNKNOWN")} ${name} after ${seconds.toFixed(1)} s`);
    if (execution.error !== undefined) print(`  ${execution.error}: ${errorMessage(execution.cause)}`);
    print(`  See what happened   npx quest history ${name}`);
    // A redrive has the same input again.
    if (execution.error !== "InvalidInput") print(`  Go on from there    npx quest redrive ${name}`);
  }
  if (link !== undefined) print(`  Console  ${link}`);
}

/** Copies this execution's report out of S3, so that it can be opened. Gives the folder. */
async function copyReport(
  target: Target,
  report: AnalysisResult["report"],
  reportDir: string,
): Promise<string> {
  let dir = reportDir;
  for (const key of report.keys.filter((candidate) => !candidate.includes("/latest/"))) {
    const parts = key.split("/");
    dir = join(reportDir, ...parts.slice(1, -1));
    mkdirSync(dir, { recursive: true });
    const object = await target.s3.send(new GetObjectCommand({ Bucket: report.bucket, Key: key }));
    await writeFile(join(dir, parts.at(-1) ?? key), (await object.Body?.transformToByteArray()) ?? "");
  }
  return dir;
}
