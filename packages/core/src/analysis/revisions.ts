/** What changed: the data file compared with its newest earlier version that has different bytes. */
import { createHash } from "node:crypto";
import pMap from "p-map";
import { compareFiles, type TakeDifferences } from "../bls-file/compare-files.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { sourceTime } from "../bronze/kept-result.ts";
import { originOf, type VersionOrigin } from "../bronze/origin.ts";
import { readVersion } from "../bronze/stored-file.ts";
import { DataFileMalformed, VersionLost } from "../errors.ts";
import { type Causes, type Input, MOST_REVISED_SERIES_LISTED, type Revisions } from "../report/report.ts";
import { type Bucket, headObject, readTags } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { type DataSet, mergeObjects } from "./data-set.ts";
import { type InputObject, readableObject } from "./inputs.ts";

const READS_AT_A_TIME = 16;

/**
 * Compares the analyzed version of the data file with the newest older version whose bytes differ. Both are
 * streamed. Versions of generated data and of real data are never compared with each other.
 *
 * An unreadable older version, or two files that are too large to compare, is not an error: the outcome
 * reports it. `take` receives every observation that differs, and none if nothing was compared. It may be
 * called more than once; only the last call counts.
 */
export async function findRevisions(
  bronze: Bucket,
  dataSet: DataSet,
  knownConflicts: readonly string[],
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  const { previous, causes } = await earlierVersions(bronze, dataSet.parts);
  const revisions =
    previous.length === 0
      ? { outcome: "first" as const }
      : await compareVersions(
          { previous, causes },
          previousFile(bronze, previous, knownConflicts),
          dataSet.file,
          names,
          take,
        );
  if (revisions.outcome !== "compared") await take(nothing());
  return revisions;
}

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}

async function compareVersions(
  origin: Earlier,
  before: ReadableFile,
  after: ReadableFile,
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  try {
    const differences = await compareFiles(before, after, take, MOST_REVISED_SERIES_LISTED);
    if (differences === undefined) {
      const reason =
        "The series of one of the two files are not sorted, and the files are too large to sort here";
      return { outcome: "not compared", ...origin, reason };
    }
    const { rows, ...counts } = differences;
    const found = await names.find(rows.map(({ seriesId }) => seriesId));
    return {
      outcome: "compared",
      ...origin,
      ...counts,
      complete: rows.length === counts.changedSeries,
      rows: rows.map((row) => ({ ...row, names: found.get(row.seriesId) ?? {} })),
    };
  } catch (error) {
    // If the newest version is lost, the answers could not be computed from it either.
    if (!(error instanceof DataFileMalformed || error instanceof VersionLost)) throw error;
    return { outcome: "not compared", ...origin, reason: error.message };
  }
}

/** The versions that a data set is compared with, and why it differs from them. */
type Earlier = { previous: Input[]; causes: Causes };

/**
 * The versions of the data set before its newest ones. For merged files: each file that the newest execution
 * wrote contributes its earlier version, if it has one, and each other file its current version. Together
 * they are the data set before that execution.
 */
async function earlierVersions(bronze: Bucket, parts: readonly InputObject[]): Promise<Earlier> {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) {
    const found = await earlierVersion(bronze, only);
    if (found === undefined) return { previous: [], causes: [] };
    return { previous: [found.input], causes: [await causeOf(bronze, only, found)] };
  }
  const current = await pMap(parts, (part) => describe(bronze, part), { concurrency: READS_AT_A_TIME });
  const newest = current.reduce((latest, { storedAt }) => (storedAt > latest ? storedAt : latest), "");
  const writer = current.find(({ storedAt }) => storedAt === newest)?.execution;
  const before = await pMap(
    current,
    async ({ execution, storedAt, input }) => {
      if ((writer === undefined || execution !== writer) && storedAt !== newest) return { input };
      const found = await earlierVersion(bronze, input);
      return { input: found?.input, cause: await causeOf(bronze, input, found) };
    },
    { concurrency: READS_AT_A_TIME },
  );
  const changed = before.some(({ input, cause }) => input !== undefined && cause !== undefined);
  if (!changed) return { previous: [], causes: [] };
  return {
    previous: before.flatMap(({ input }) => input ?? []),
    causes: before.flatMap(({ cause }) => cause ?? []),
  };
}

/**
 * Why a file differs from its earlier version: who wrote the first version with its current bytes, and
 * whether the source's version replaced an operator's.
 */
async function causeOf(
  bronze: Bucket,
  { key, versionId }: Pick<Input, "key" | "versionId">,
  earlier: EarlierVersion | undefined,
): Promise<Causes[number]> {
  const current = await versionOrigin(bronze, key, versionId);
  const changedBy =
    earlier === undefined || earlier.next === versionId
      ? current
      : await versionOrigin(bronze, key, earlier.next);
  if (isOperators(changedBy) && isOperators(current))
    return { key, cause: changedBy.origin, restoredFrom: changedBy.restoredFrom };
  const before = earlier && (await versionOrigin(bronze, key, earlier.input.versionId));
  const isAccepted = changedBy.origin !== "workflow" || (before !== undefined && isOperators(before));
  return { key, cause: isAccepted ? "accepted" : "published", restoredFrom: null };
}

type OperatorsOrigin = VersionOrigin & { origin: Exclude<VersionOrigin["origin"], "workflow"> };

function isOperators(version: VersionOrigin): version is OperatorsOrigin {
  return version.origin !== "workflow" && !version.accepted;
}

async function versionOrigin(bronze: Bucket, key: string, versionId: string): Promise<VersionOrigin> {
  const stored = await readVersion(bronze, key, versionId);
  // A version that was permanently deleted while this run read it.
  return stored ? originOf(bronze, stored) : { origin: "workflow", restoredFrom: null, accepted: false };
}

async function describe(
  bronze: Bucket,
  { key, versionId, sha256, bytes, sourceModified }: InputObject,
): Promise<{ input: Input; storedAt: string; execution: string | undefined }> {
  const head = await headObject(bronze, key, versionId);
  const storedAt = head?.storedAt.toISOString() ?? "";
  const synthetic = head?.metadata.synthetic === "true";
  const input = { key, versionId, sha256, bytes, sourceModified, storedAt, synthetic };
  return { input, storedAt, execution: head?.metadata.execution };
}

function previousFile(
  bronze: Bucket,
  previous: readonly Input[],
  knownConflicts: readonly string[],
): ReadableFile {
  const [only, ...others] = previous;
  if (only !== undefined && others.length === 0) {
    return readableObject(bronze, only, `${only.key} of ${only.storedAt}`);
  }
  return mergeObjects(bronze, "the previous versions of the data files", previous, knownConflicts);
}

/** An earlier version, and the ID of the next version, which has the current bytes. */
type EarlierVersion = { input: Input; next: string };

/**
 * The newest version older than `current` that has different bytes and is of the same kind, generated or
 * real.
 */
async function earlierVersion(
  bronze: Bucket,
  current: Omit<InputObject, "sourceModified">,
): Promise<EarlierVersion | undefined> {
  const { key } = current;
  const synthetic = (await headObject(bronze, key, current.versionId))?.metadata.synthetic === "true";
  let older = false;
  let next = current.versionId;
  for await (const { versionId, removed, storedAt, bytes } of objectVersions(bronze, key)) {
    if (versionId === current.versionId) older = true;
    else if (older && !removed) {
      const head = await headObject(bronze, key, versionId);
      if (head === undefined || (head.metadata.synthetic === "true") !== synthetic) continue;
      const sha256 = (await readTags(bronze, key, versionId)).sha256 ?? (await hash(bronze, key, versionId));
      if (sha256 === current.sha256) {
        next = versionId;
        continue;
      }
      const sourceModified = sourceTime(head.metadata["last-modified"]);
      const times = { sourceModified, storedAt: storedAt.toISOString() };
      return { input: { key, versionId, sha256, bytes, ...times, synthetic }, next };
    }
  }
  return undefined;
}

/** The SHA-256 of a version without a hash in its tags, which an operator wrote. */
async function hash(bronze: Bucket, key: string, versionId: string): Promise<string> {
  const sha256 = createHash("sha256");
  const { open } = readableObject(bronze, { key, versionId, bytes: 0 }, key);
  for await (const chunk of await open()) sha256.update(chunk);
  return sha256.digest("hex");
}
