/** What an execution costs on AWS, computed from its history. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { type AuditRow, auditRows } from "@data-quest/core/audit/rows";
import { prices } from "./prices.ts";

/** The memory of each function in MB, by the name it has in infra/functions.ts. */
export type FunctionMemory = Readonly<Record<string, { memoryMB: number }>>;

/** One line of the estimate. `cost` is in dollars; `how` says where the quantity comes from. */
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
  /** A run like this one every day, and what is stored for its survey. */
  month: { runs: number; items: CostItem[]; total: number };
};

const DAYS_OF_A_MONTH = 365.25 / 12;
/** Sync uploads in parts of this size. */
const PART_BYTES = 8 * 1024 ** 2;
/** Silver, the reports and the earlier versions of files together take about as much as the mirrored files. */
const STORED_COPIES = 2;
/** The listing of Bronze, the report twice (six files each), some files in Silver, the audit. */
const WRITES_OF_A_RUN = 24;
/** The analysis reads the data file, the survey's mapping files, the population and the report before. */
const READS_OF_A_RUN = 40;
/** Looking at a stored file: its head and its tags. */
const READS_OF_A_FILE = 2;
/** WriteAudit runs after the end, so no history has it. */
const AUDIT_SECONDS = 1;

/**
 * The estimate for an execution's whole history, in its order: state transitions, and Lambda's requests and GB-seconds (from each
 * attempt's measured duration and the function's memory), are measured; S3's requests and storage are estimated.
 */
export function estimateCost(events: readonly HistoryEvent[], functions: FunctionMemory): CostEstimate {
  const compute = lambdaUse(events, functions);
  const auditGBSeconds = gigabytes(functions.WriteAudit?.memoryMB ?? 0) * AUDIT_SECONDS;
  const rows = auditRows(events);
  const items = [
    item("State transitions", stateTransitions(events), "", prices.stateTransition, "measured"),
    item("Lambda requests", compute.requests + 1, "", prices.lambdaRequest, "measured"),
    item("Lambda compute", compute.gbSeconds + auditGBSeconds, "GB-s", prices.lambdaGBSecond, "measured"),
    item("S3 writes and listings", WRITES_OF_A_RUN + sum(rows, writesOf), "", prices.s3Write, "estimated"),
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

/** Each state that is entered, and each further attempt of a task: a retry, or a redrive, which enters no task anew. */
function stateTransitions(events: readonly HistoryEvent[]): number {
  return events.filter(
    ({ type = "" }) =>
      type === "TaskScheduled" || (type.endsWith("StateEntered") && !type.startsWith("Task")),
  ).length;
}

/** The calls of functions and their GB-seconds, each billed by the millisecond begun. A call without an end ran to the history's. */
function lambdaUse(
  events: readonly HistoryEvent[],
  functions: FunctionMemory,
): { requests: number; gbSeconds: number } {
  const scheduled = new Map<number, number>();
  const running = new Map<number, { memoryMB: number; begun: number }>();
  let requests = 0;
  let gbSeconds = 0;
  const bill = (call: { memoryMB: number; begun: number }, end: number) => {
    gbSeconds += gigabytes(call.memoryMB) * (Math.ceil(end - call.begun) / 1000);
  };
  for (const { id = 0, previousEventId = 0, type, timestamp, taskScheduledEventDetails } of events) {
    const time = timestamp?.getTime() ?? 0;
    if (type === "TaskScheduled") {
      scheduled.set(id, memoryOf(taskScheduledEventDetails?.parameters ?? "{}", functions));
    } else if (type === "TaskStarted") {
      requests++;
      running.set(id, { memoryMB: scheduled.get(previousEventId) ?? 0, begun: time });
    } else if (type === "TaskSucceeded" || type === "TaskFailed" || type === "TaskTimedOut") {
      const call = running.get(previousEventId);
      if (call) bill(call, time);
      running.delete(previousEventId);
    }
  }
  const end = events.at(-1)?.timestamp?.getTime() ?? 0;
  for (const call of running.values()) bill(call, end);
  return { requests, gbSeconds };
}

/** The memory of the function that a task calls; its deployed name holds the name it has in infra/. */
function memoryOf(parameters: string, functions: FunctionMemory): number {
  const { FunctionName = "" } = JSON.parse(parameters);
  const name = Object.keys(functions).find((candidate) => String(FunctionName).includes(candidate));
  return name === undefined ? 0 : (functions[name]?.memoryMB ?? 0);
}

function gigabytes(megabytes: number): number {
  return megabytes / 1024;
}

/** The requests that a file's change takes: one for a body of one part; else to begin, for each part, to complete and to tag. */
function writesOf({ action, bytes }: AuditRow): number {
  if (action === "held") return 1;
  if (action !== "created" && action !== "updated") return 0;
  const parts = Math.ceil((bytes ?? 0) / PART_BYTES);
  return parts <= 1 ? 1 : parts + 3;
}
