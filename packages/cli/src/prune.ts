/** `quest prune`: removes old executions, reports, and object versions of the local AWS. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { count } from "@data-quest/core/format";
import { startDirectLambda } from "@data-quest/lambda-host/direct";
import { startLocalAws } from "@data-quest/local/local-aws";
import { type Policy, type PrunePlan, planPrune } from "@data-quest/local/prune/plan";
import { applyPlan, readInventory } from "@data-quest/local/prune/prune";
import { DirectoryInUse } from "@data-quest/state-directory/directory-owner";
import { chooseDeployment } from "./deployments.ts";
import { Failure } from "./failure.ts";
import { outputPlace, tableLines } from "./table.ts";
import { formatBytes } from "./terminal.ts";

export type PruneOptions = {
  stateDir: string;
  bucketPrefix?: string;
  keepLast?: number;
  /** Milliseconds. */
  keepWithin?: number;
  yes?: boolean;
  json?: boolean;
};

const DAY = 86_400_000;

/**
 * What is kept by default. On AWS, old versions are kept for the same time by default (`oldVersionDays` in
 * infra/settings.ts).
 */
export const DEFAULT_POLICY: Policy = { keepLast: 10, keepWithin: 90 * DAY };

/**
 * Lists what is old and, with `yes`, removes it. Returns the exit code. Throws Failure if another process
 * uses the state directory.
 */
export async function pruneCommand(options: PruneOptions): Promise<number> {
  const { stateDir, keepLast, keepWithin, yes = false, json = false, bucketPrefix } = options;
  const policy =
    keepLast === undefined && keepWithin === undefined
      ? DEFAULT_POLICY
      : { keepLast: keepLast ?? 1, keepWithin: keepWithin ?? 0 };
  if (statSync(stateDir, { throwIfNoEntry: false })?.isFile())
    throw new Failure(`${stateDir} is a file, not a directory. Check the path given with --state-dir.`);
  if (!existsSync(join(stateDir, "step-functions")))
    throw new Failure(`${stateDir} has no local AWS: there is nothing to remove`);
  const deployment = chooseDeployment(bucketPrefix === undefined ? {} : { bucketPrefix }, {});
  const aws = await startLocalAws({
    stateDir,
    deployment,
    startLambda: startDirectLambda,
    readOnly: true,
    log: (line) => process.stderr.write(`${line}\n`),
  }).catch((error: unknown) => {
    if (!(error instanceof DirectoryInUse)) throw error;
    throw new Failure(`${error.message}. quest prune needs exclusive use of the state directory`);
  });
  try {
    // startLocalAws aborts an execution that a killed process left behind. The audit of that
    // execution must be written first.
    await aws.idle();
    const plan = planPrune(await readInventory(aws, stateDir, deployment), policy);
    if (yes) await applyPlan(aws, stateDir, plan);
    process.stdout.write(json ? jsonText(plan, policy, yes) : text(plan, yes));
    return 0;
  } finally {
    await aws.close();
  }
}

function text(plan: PrunePlan, isDone: boolean): string {
  const { executions, reports, versions, copies, kept } = plan;
  const place = outputPlace();
  const removed = executions.length + reports.length + versions.length + copies.length;
  const stays = `Kept: ${count(kept.executions, "execution")}, ${count(kept.reports, "report")}, ${count(kept.versions, "object version")}, all audits`;
  if (removed === 0) return `Nothing to remove.\n${stays}\n`;
  const rows = [
    ...executions.map(({ name, startDate, bytes }) => [
      "execution",
      name,
      new Date(startDate).toISOString().slice(0, 10),
      formatBytes(bytes),
    ]),
    ...reports.map((report) => [
      "report",
      `${report.survey}/${report.execution}`,
      new Date(Math.max(...report.versions.map(({ modified }) => modified))).toISOString().slice(0, 10),
      formatBytes(report.bytes),
    ]),
    ...copies.map(({ survey, execution, bytes }) => [
      "copy of a report",
      `${survey}/${execution}`,
      "",
      formatBytes(bytes),
    ]),
    ...[...Map.groupBy(versions, ({ bucket, key }) => `${bucket}/${key}`)].map(([key, old]) => [
      count(old.length, "version"),
      key,
      "",
      formatBytes(old.reduce((sum, { bytes }) => sum + bytes, 0)),
    ]),
  ];
  const columns = [
    { name: isDone ? "removed" : "to remove" },
    { name: "name", shrinks: true },
    { name: "from" },
    { name: "size", align: "right" },
  ] as const;
  const sum = `${count(executions.length, "execution")}, ${count(reports.length, "report")}, ${count(versions.length, "object version")}: ${formatBytes(plan.bytes)}`;
  return [
    ...tableLines(columns, rows, place),
    "",
    isDone ? `Removed ${sum}` : `Would remove ${sum}`,
    stays,
    ...(isDone ? [] : ["Nothing was removed. Run the command again with --yes to remove what is listed."]),
    "",
  ].join("\n");
}

function jsonText(plan: PrunePlan, { keepLast, keepWithin }: Policy, removed: boolean): string {
  const document = {
    removed,
    policy: { keepLast, keepWithinHours: keepWithin / 3_600_000 },
    bytes: plan.bytes,
    executions: plan.executions.map(({ arn, startDate, bytes }) => ({
      arn,
      startDate: new Date(startDate).toISOString(),
      bytes,
    })),
    reports: plan.reports.map(({ survey, execution, bytes }) => ({ survey, execution, bytes })),
    copies: plan.copies.map(({ path, bytes }) => ({ path, bytes })),
    versions: plan.versions.map(({ modified, ...version }) => ({
      ...version,
      modified: new Date(modified).toISOString(),
    })),
    kept: plan.kept,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
