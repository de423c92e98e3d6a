/** Breaks down an execution's cost by state and by file. */
import { type AuditRow, auditRows } from "@data-quest/core/audit/rows";
import { allVisits, type Timeline, type Visit } from "@data-quest/execution-history";
import { type FunctionMemory, lambdaUse, stateTransitions, writesOf } from "./cost-estimate.ts";
import { prices } from "./prices.ts";

/**
 * The cost of one state or one file: the measured state transitions and Lambda usage and, for a file, the
 * estimated writes to S3.
 */
export type StepCost = {
  name: string;
  transitions: number;
  requests: number;
  gbSeconds: number;
  /** Dollars. */
  cost: number;
};

/** The costs of an execution by state, in the order in which the states were entered. */
export function costByState(timeline: Timeline, functions: FunctionMemory): StepCost[] {
  const byName = new Map<string, Visit[]>();
  for (const visit of allVisits(timeline)) byName.set(visit.name, [...(byName.get(visit.name) ?? []), visit]);
  return [...byName].map(([name, visits]) => stepCost(name, visits, functions, timeline));
}

/** The costs by file, most expensive first. */
export function costByFile(timeline: Timeline, functions: FunctionMemory): StepCost[] {
  const written = new Map(auditRows(timeline).map((row) => [row.file, row]));
  return filesOf(timeline)
    .map(({ key, visits }) => {
      const step = stepCost(key, visits, functions, timeline);
      return { ...step, cost: step.cost + writeCost(written.get(key)) };
    })
    .sort((one, other) => other.cost - one.cost);
}

function writeCost(row: AuditRow | undefined): number {
  return row === undefined ? 0 : writesOf(row) * prices.s3Write;
}

function stepCost(
  name: string,
  visits: readonly Visit[],
  functions: FunctionMemory,
  timeline: Timeline,
): StepCost {
  const transitions = stateTransitions(visits);
  const { requests, gbSeconds } = lambdaUse(visits, functions, timeline.lastEventAt);
  const cost =
    transitions * prices.stateTransition +
    requests * prices.lambdaRequest +
    gbSeconds * prices.lambdaGBSecond;
  return { name, transitions, requests, gbSeconds, cost };
}

/** The visits that worked on each file. A visit belongs to the file whose key is in its output. */
function filesOf(timeline: Timeline): { key: string; visits: Visit[] }[] {
  const files = new Map<string, Visit[]>();
  for (const visit of allVisits(timeline)) {
    const key = visit.threads.length === 0 ? keyOf(visit.output) : undefined;
    if (key !== undefined) files.set(key, [...(files.get(key) ?? []), visit]);
  }
  return [...files].map(([key, visits]) => ({ key, visits }));
}

function keyOf(output: string | undefined): string | undefined {
  // Only the output for a single file has a key, and such outputs are small.
  if (output === undefined || output.length > 10_000) return undefined;
  try {
    const value: unknown = JSON.parse(output);
    const key = typeof value === "object" && value !== null ? Reflect.get(value, "key") : undefined;
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}
