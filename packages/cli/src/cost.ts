/** `quest cost`: estimates what a run costs on AWS, from a real execution. */
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
} from "@aws-sdk/client-sfn";
import { deployedFunctions } from "@data-quest/local/deployment/deployment";
import { commandLine } from "./command-line.ts";
import { type CostEstimate, type CostItem, estimateCost } from "./cost-estimate.ts";
import { Failure } from "./failure.ts";
import { readExecutionTimeline } from "./follow.ts";
import { prices } from "./prices.ts";
import { type ReadOnlyOptions, readOnlyTarget } from "./read-only-target.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { executionArn, type Target } from "./target.ts";
import { wrapped } from "./terminal.ts";

export type CostOptions = ReadOnlyOptions & { json?: boolean };

/**
 * Prints the estimate for an execution (a name or an ARN), or for the last one that succeeded. Returns the
 * exit code.
 */
export async function costCommand(nameOrArn: string | undefined, options: CostOptions): Promise<number> {
  const target = await readOnlyTarget(options);
  try {
    const arn =
      nameOrArn === undefined ? await lastSucceeded(target, options) : executionArn(target, nameOrArn);
    const execution = await target.stepFunctions.send(new DescribeExecutionCommand({ executionArn: arn }));
    if (execution.status === "RUNNING")
      throw new Failure(`${execution.name} is still running: estimate its cost after it has ended`);
    const estimate = estimateCost(await readExecutionTimeline(target, arn), deployedFunctions());
    process.stdout.write(
      options.json ? jsonText(execution, estimate) : text(execution, estimate, options.stage === undefined),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
    throw new Failure(
      `The execution ${nameOrArn} does not exist. To list the executions: ${commandLine(["history"], options)}`,
    );
  } finally {
    await target.close();
  }
}

async function lastSucceeded(
  { stepFunctions, stateMachineArn }: Target,
  options: CostOptions,
): Promise<string> {
  const { executions = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter: "SUCCEEDED", maxResults: 1 }),
  );
  const arn = executions[0]?.executionArn;
  if (arn === undefined)
    throw new Failure(
      `No execution has succeeded yet, so there is nothing to estimate from. Start one with: ${commandLine(["run"], options)}`,
    );
  return arn;
}

function jsonText({ executionArn, status }: DescribeExecutionCommandOutput, estimate: CostEstimate): string {
  return `${JSON.stringify({ executionArn, status, estimate: true, prices, ...estimate }, null, 2)}\n`;
}

const COLUMNS: Column[] = [
  { name: "item" },
  { name: "quantity", align: "right" },
  { name: "USD each", align: "right" },
  { name: "USD", align: "right" },
  { name: "basis" },
];

function text(
  { name, status }: DescribeExecutionCommandOutput,
  { run, month }: CostEstimate,
  onLaptop: boolean,
): string {
  const { region, architecture, asOf, pages, cloudWatch } = prices;
  const days = month.runs.toFixed(1);
  const failed = status !== "SUCCEEDED";
  const rows = [
    ...run.items.map(cells),
    [failed ? `This ${status} run` : "One run", "", "", dollars(run.total), ""],
    [],
    ...month.items.map(cells),
    [`A month (${days} runs, one survey)`, "", "", dollars(month.total), ""],
  ];
  const place = outputPlace();
  const prose = (sentences: string) => wrapped(sentences, Math.min(place.width, PROSE_WIDTH));
  return [
    ...prose(
      `This is an estimate, not a bill. It is based on the history of ${name} (${status}) and on the list prices for ${region} and ${architecture}, looked up on ${asOf}, without the free tier.`,
    ),
    ...(failed
      ? prose(
          `This execution did not succeed (${status}): the estimate covers only what it did, so a complete run usually costs more. If you specify no execution, quest cost uses the last one that succeeded.`,
        )
      : []),
    "",
    ...tableLines(COLUMNS, rows, place),
    "",
    ...(onLaptop
      ? prose(
          "The durations were measured on this machine. Durations on Lambda differ. Use --stage for durations measured on Lambda.",
        )
      : []),
    ...prose(
      "Estimated: a few S3 requests per file and run; storage of twice the size of the files (for the files, Silver, reports, and earlier versions); one second for WriteAudit.",
    ),
    ...prose(
      `Not counted: CloudWatch (each month, ${cloudWatch.metricMonth.toFixed(2)} per metric, ${cloudWatch.alarmMonth.toFixed(2)} per alarm, and ${cloudWatch.dashboardMonth.toFixed(2)} per dashboard; ${cloudWatch.logsGB.toFixed(2)} per GB of logs), X-Ray, a KMS key, a NAT gateway, CloudFront, QuickSight, and Athena if a stage has them.`,
    ),
    "Prices:",
    ...pages.map((page) => `  ${page}`),
    "",
  ].join("\n");
}

/** The maximum width of prose, even when the output is a file. */
const PROSE_WIDTH = 110;

function cells({ item, quantity, unit, unitPrice, cost, how }: CostItem): string[] {
  const amount = quantity.toLocaleString("en-US", { maximumFractionDigits: quantity < 1 ? 6 : 1 });
  return [item, `${amount} ${unit}`.trim(), unitPrice.toPrecision(3), dollars(cost), how];
}

function dollars(amount: number): string {
  return amount.toFixed(6);
}
