/** What an execution costs on AWS, computed from the timeline of its history. */
import { type AuditRow, auditRows } from "@data-quest/core/audit/rows";
import { allVisits, type Timeline, type Visit } from "@data-quest/execution-history";
import * as z from "zod";
import { prices } from "./prices.ts";

/** The memory of each function in MB, by its name in infra/functions.ts. */
export type FunctionMemory = Readonly<Record<string, { memoryMB: number }>>;

/** One line of the estimate. `cost` is in dollars. `how` says how the quantity was determined. */
export type CostItem = {
  item: string;
  quantity: number;
  unit: string;
  unitPrice: number;
  cost: number;
  how: "measured" | "estimated";
};

export type CostEstimate = {
  run: { items: CostItem[]; total: number };
  /** A month of daily runs like this one, and the storage for the survey. */
  month: { runs: number; items: CostItem[]; total: number };
};

const DAYS_OF_A_MONTH = 365.25 / 12;
/** SyncFile uploads a file in parts of this size. */
const PART_BYTES = 8 * 1024 ** 2;
/**
 * Silver, the reports, and the earlier versions of files together take about as much space as the mirrored
 * files.
 */
const STORED_COPIES = 2;
/** The listing of Bronze, two copies of the report (six files each), a few files in Silver, and the audit. */
const WRITES_OF_A_RUN = 24;
/** A run that changes nothing stores neither a report nor files in Silver. */
const WRITES_OF_AN_UNCHANGED_RUN = 5;
/** The analysis reads the data file, the survey's mapping files, the population, and the previous report. */
const READS_OF_A_RUN = 40;
/** A stored file is checked with two reads: its metadata and its tags. */
const READS_OF_A_FILE = 2;
/** The estimated duration of WriteAudit, which runs after the execution, so the history does not include it. */
const AUDIT_SECONDS = 1;

/**
 * The estimate for an execution. State transitions and Lambda's requests and GB-seconds (from each attempt's
 * measured duration and the function's memory) are measured; S3's requests and storage are estimated.
 */
export function estimateCost(timeline: Timeline, functions: FunctionMemory): CostEstimate {
  const visits = [...allVisits(timeline)];
  const compute = lambdaUse(visits, functions, timeline.lastEventAt);
  const auditGBSeconds = gigabytes(functions.WriteAudit?.memoryMB ?? 0) * AUDIT_SECONDS;
  const rows = auditRows(timeline);
  const writes = namesEarlierReport(timeline) ? WRITES_OF_AN_UNCHANGED_RUN : WRITES_OF_A_RUN;
  const items = [
    item("State transitions", stateTransitions(visits), "", prices.stateTransition, "measured"),
    item("Lambda requests", compute.requests + 1, "", prices.lambdaRequest, "measured"),
    item("Lambda compute", compute.gbSeconds + auditGBSeconds, "GB-s", prices.lambdaGBSecond, "measured"),
    item("S3 writes and listings", writes + sum(rows, writesOf), "", prices.s3Write, "estimated"),
    item("S3 reads", READS_OF_A_RUN + READS_OF_A_FILE * rows.length, "", prices.s3Read, "estimated"),
  ];
  const total = sum(items, ({ cost }) => cost);
  const storedGB = (STORED_COPIES * sum(rows, ({ bytes }) => bytes ?? 0)) / 1e9;
  const monthItems = [
    item("Runs", DAYS_OF_A_MONTH, "", total, "estimated"),
    item("S3 storage", storedGB, "GB", prices.s3GBMonth, "estimated"),
  ];
  return {
    run: { items, total },
    month: { runs: DAYS_OF_A_MONTH, items: monthItems, total: sum(monthItems, ({ cost }) => cost) },
  };
}

/** Whether the analysis found that the earlier report is still current, and so stored no new report. */
function namesEarlierReport({ output }: Timeline): boolean {
  const Output = z.object({ unchangedSince: z.object({}) });
  const text = z.string().safeParse(output);
  return text.success && Output.safeParse(parsed(text.data)).success;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The output in a truncated history is not JSON.
    return undefined;
  }
}

function item(
  name: string,
  quantity: number,
  unit: string,
  unitPrice: number,
  how: CostItem["how"],
): CostItem {
  return { item: name, quantity, unit, unitPrice, cost: quantity * unitPrice, how };
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

/**
 * Counts each state that is entered and each further attempt at a task: a retry or a redrive. A redrive does
 * not enter the task again.
 */
export function stateTransitions(visits: readonly Visit[]): number {
  return sum(visits, ({ attempts }) => Math.max(1, attempts.length));
}

/**
 * The number of function calls and their GB-seconds. Durations are rounded up to whole milliseconds, as in
 * Lambda's billing. A call without an end counts until the end of the history.
 */
export function lambdaUse(
  visits: readonly Visit[],
  functions: FunctionMemory,
  end: number | undefined,
): { requests: number; gbSeconds: number } {
  let requests = 0;
  let gbSeconds = 0;
  for (const { attempts } of visits)
    for (const { resourceType, parameters, startedAt, endedAt = end } of attempts) {
      if (resourceType !== "lambda" || startedAt === undefined) continue;
      requests++;
      const milliseconds = Math.max(0, Math.ceil((endedAt ?? startedAt) - startedAt));
      gbSeconds += gigabytes(memoryOf(parameters, functions)) * (milliseconds / 1000);
    }
  return { requests, gbSeconds };
}

/**
 * The memory in MB of the function that a task calls. 0 if the function is unknown. The deployed name of a
 * function contains its name in infra/.
 */
function memoryOf(parameters: string | undefined, functions: FunctionMemory): number {
  const [, called = ""] = /"FunctionName"\s*:\s*"([^"]*)"/.exec(parameters ?? "") ?? [];
  const names = Object.keys(functions).filter((name) => called.includes(name));
  const name = names.sort((a, b) => b.length - a.length)[0];
  return name === undefined ? 0 : (functions[name]?.memoryMB ?? 0);
}

function gigabytes(megabytes: number): number {
  return megabytes / 1024;
}

/**
 * The number of requests that write a file. A changed file takes one if it fits in one part. Otherwise, it
 * takes one to start, one per part, one to complete, and one to tag.
 */
export function writesOf({ action, bytes }: AuditRow): number {
  if (action === "held") return 1;
  if (action !== "created" && action !== "updated") return 0;
  const parts = Math.ceil((bytes ?? 0) / PART_BYTES);
  return parts <= 1 ? 1 : parts + 3;
}
