/** `quest history`: the executions there are, or what happened in one. */
import { styleText } from "node:util";
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
} from "@aws-sdk/client-sfn";
import { Failure } from "./failure.ts";
import { readHistory } from "./follow.ts";
import { lookTarget } from "./look-target.ts";
import { errorMessage, paintFor, progressLines } from "./progress.ts";
import { executionArn, type Target } from "./target.ts";

export type HistoryOptions = { stateDir: string; stage?: string; json?: boolean };

const MOST_OUTPUT_CHARACTERS = 2000;

/** Lists the executions, or shows one (a name or an ARN). Gives the exit code. */
export async function historyCommand(
  execution: string | undefined,
  options: HistoryOptions,
): Promise<number> {
  const target = await lookTarget(options);
  try {
    if (execution === undefined) await listExecutions(target, options);
    else await showHistory(target, executionArn(target, execution), options);
    return 0;
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
    throw new Failure(`There is no execution ${execution}: npx quest history lists those there are`);
  } finally {
    await target.close();
  }
}

async function listExecutions(target: Target, { json }: HistoryOptions): Promise<void> {
  const executions: ExecutionListItem[] = [];
  let nextToken: string | undefined;
  do {
    const page = await target.stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn: target.stateMachineArn, nextToken }),
    );
    executions.push(...(page.executions ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  if (json) {
    process.stdout.write(`${JSON.stringify(executions, null, 2)}\n`);
    return;
  }
  if (executions.length === 0) process.stdout.write("No executions yet: npx quest run makes the first\n");
  const width = Math.max(...executions.map(({ name = "" }) => name.length));
  for (const { name = "", status = "", startDate, stopDate, redriveCount } of executions) {
    const seconds =
      stopDate && startDate ? `${((stopDate.getTime() - startDate.getTime()) / 1000).toFixed(1)} s` : "";
    const redrives = redriveCount ? `redriven ${redriveCount} ${redriveCount === 1 ? "time" : "times"}` : "";
    const style = status === "SUCCEEDED" ? "green" : status === "RUNNING" ? "cyan" : "red";
    const columns = [
      styleText(style, status.padEnd(9), { stream: process.stdout }),
      name.padEnd(width),
      startDate?.toISOString().slice(0, 19) ?? "",
      seconds.padStart(9),
      redrives,
    ];
    process.stdout.write(`${columns.join("  ").trimEnd()}\n`);
  }
}

async function showHistory(target: Target, arn: string, { json }: HistoryOptions): Promise<void> {
  if (json) {
    let before = "[\n";
    for await (const event of readHistory(target, arn)) {
      process.stdout.write(`${before}${JSON.stringify(event)}`);
      before = ",\n";
    }
    process.stdout.write("\n]\n");
    return;
  }
  const execution = await target.stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn }));
  const paint = paintFor(process.stdout);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print(`${paint("bold", execution.name ?? arn)}  ${execution.status}`);
  print(paint("dim", `input ${execution.input ?? "{}"}`));
  const lines = progressLines(paint);
  for await (const event of readHistory(target, arn)) {
    const line = lines(event);
    if (line === undefined) continue;
    print(`${paint("dim", event.timestamp?.toISOString().slice(11, 23) ?? "")} ${line}`);
    const output = event.stateExitedEventDetails?.output;
    if (output !== undefined && !line.startsWith("  "))
      print(paint("dim", `             ${output.slice(0, MOST_OUTPUT_CHARACTERS)}`));
  }
  if (execution.error !== undefined) print(`${execution.error}: ${errorMessage(execution.cause)}`);
  const link = target.consoleLink(arn);
  if (link !== undefined) print(link);
}
