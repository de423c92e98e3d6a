/** Finds what is old in the state of a local AWS, and removes it. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  NoSuchBucket,
  NoSuchKey,
  S3Client,
} from "@aws-sdk/client-s3";
import * as z from "zod";
import { clientSettings, localEnvironment } from "../client-settings.ts";
import { bucketNames, type Deployment } from "../deployment/deployment.ts";
import { removeKeptDeployment } from "../deployment/kept-deployments.ts";
import { executionLogBytes, removeExecutionLog } from "../execution-logs.ts";
import type { LocalAws } from "../local-aws.ts";
import type { Inventory, PrunableVersion, PrunePlan, ReportCopy } from "./plan.ts";

/** The maximum number of versions in one DeleteObjects request. */
const BATCH = 1000;

/** What is stored in a local AWS. The local AWS must run in this process and use the local S3. */
export async function readInventory(
  aws: LocalAws,
  stateDir: string,
  deployment: Deployment,
): Promise<Inventory> {
  const names = bucketNames(deployment);
  const s3 = clientOf(aws);
  try {
    const versions: PrunableVersion[] = [];
    for (const bucket of Object.values(names)) versions.push(...(await versionsIn(s3, bucket)));
    const surveys = new Set(
      versions.flatMap(({ key }) => /^reports\/([^/]+)\/latest\/report\.json$/.exec(key)?.[1] ?? []),
    );
    const latest: string[] = [];
    for (const survey of surveys) {
      const execution = await latestExecution(s3, names.gold, survey);
      if (execution !== undefined) latest.push(`${survey}/${execution}`);
    }
    return {
      now: Date.now(),
      gold: names.gold,
      versions,
      latest,
      executions: (await aws.stored.list()).map(({ status, input, output, bytes, ...execution }) => ({
        ...execution,
        bytes: bytes + executionLogBytes(stateDir, execution.arn),
        output,
        survey: surveyOf(execution.stateMachineName, input),
        isRunning: status === "RUNNING",
      })),
      copies: await copiesIn(join(stateDir, "reports")),
    };
  } finally {
    s3.destroy();
  }
}

/**
 * Removes what a plan lists. Executions are removed first. If the removal is interrupted, the next plan then
 * removes what only those executions referred to. Throws an Error for object versions that S3 does not
 * delete.
 */
export async function applyPlan(aws: LocalAws, stateDir: string, plan: PrunePlan): Promise<void> {
  for (const { arn, name } of plan.executions) {
    await aws.stored.remove(arn);
    removeKeptDeployment(stateDir, name);
    removeExecutionLog(stateDir, arn);
  }
  await aws.stored.finish();
  const s3 = clientOf(aws);
  try {
    const versions = [...plan.versions, ...plan.reports.flatMap((report) => report.versions)];
    for (const [Bucket, inBucket] of Map.groupBy(versions, ({ bucket }) => bucket))
      for (let start = 0; start < inBucket.length; start += BATCH)
        await deleteVersions(s3, Bucket, inBucket.slice(start, start + BATCH));
  } finally {
    s3.destroy();
  }
  for (const { path } of plan.copies) await rm(path, { recursive: true, force: true });
}

function clientOf({ endpoint }: LocalAws): S3Client {
  return new S3Client({ endpoint, ...clientSettings(localEnvironment()) });
}

/** All versions in a bucket. The versions of a key come newest first. Empty if there is no such bucket. */
async function versionsIn(client: S3Client, Bucket: string): Promise<PrunableVersion[]> {
  const found: (PrunableVersion & { isLatest: boolean })[] = [];
  try {
    let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (from !== undefined) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket, ...from }),
      );
      for (const [versions, isDeleteMarker] of [
        [page.Versions ?? [], false],
        [page.DeleteMarkers ?? [], true],
      ] as const)
        for (const version of versions) {
          const { Key = "", VersionId = "", LastModified = new Date(0), IsLatest = true } = version;
          const bytes = "Size" in version ? (version.Size ?? 0) : 0;
          found.push({
            ...{ bucket: Bucket, key: Key, versionId: VersionId, isDeleteMarker, bytes },
            ...{ modified: LastModified.getTime(), isLatest: IsLatest },
          });
        }
      const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
      from = !IsTruncated
        ? undefined
        : {
            ...(NextKeyMarker === undefined ? {} : { KeyMarker: NextKeyMarker }),
            ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
          };
    }
  } catch (error) {
    if (error instanceof NoSuchBucket || (error instanceof Error && error.name === NoSuchBucket.name))
      return [];
    throw error;
  }
  return [...Map.groupBy(found, ({ key }) => key).values()].flatMap((versions) =>
    // For versions from the same second, the listing shows only which version is the newest. The other
    // versions are sorted by version ID, because version IDs increase with time in this S3.
    versions
      .toSorted(
        (one, other) =>
          Number(other.isLatest) - Number(one.isLatest) ||
          other.modified - one.modified ||
          (one.versionId < other.versionId ? 1 : -1),
      )
      .map(({ isLatest: _isLatest, ...version }) => version),
  );
}

const LatestReport = z.looseObject({ execution: z.looseObject({ name: z.string() }) });

/** The execution with the latest report of a survey. Undefined if there is no readable report. */
async function latestExecution(s3: S3Client, Bucket: string, survey: string): Promise<string | undefined> {
  try {
    const Key = `reports/${survey}/latest/report.json`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return LatestReport.safeParse(JSON.parse((await Body?.transformToString()) ?? "null")).data?.execution
      .name;
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

const Input = z.looseObject({ survey: z.string() });

/**
 * The survey of an execution: `pr` unless its input specifies another survey. Only executions of Pipeline
 * have a survey.
 */
function surveyOf(stateMachineName: string, input: string): string | null {
  if (stateMachineName !== "Pipeline") return null;
  return Input.safeParse(JSON.parse(input)).data?.survey ?? "pr";
}

async function deleteVersions(s3: S3Client, Bucket: string, versions: PrunableVersion[]): Promise<void> {
  const Objects = versions.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
  const { Errors = [] } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
  );
  const [first] = Errors;
  if (first !== undefined) {
    throw new Error(
      `${Errors.length} of ${versions.length} versions in ${Bucket} were not deleted, the first being ${first.Key} (${first.VersionId}): ${first.Code}: ${first.Message}`,
    );
  }
}

/** The copies of reports: folders two levels down that contain files. */
async function copiesIn(directory: string): Promise<ReportCopy[]> {
  const copies: ReportCopy[] = [];
  for (const survey of await foldersIn(directory))
    for (const execution of await foldersIn(join(directory, survey))) {
      const path = join(directory, survey, execution);
      const files = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
      // A folder without files belongs to a stage: `reports/<stage>/<survey>/<execution>`.
      if (files.length === 0) continue;
      const sizes = await Promise.all(files.map(async ({ name }) => (await stat(join(path, name))).size));
      copies.push({ survey, execution, path, bytes: sizes.reduce((sum, size) => sum + size, 0) });
    }
  return copies;
}

async function foldersIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
