/** What changed: the data file compared with the newest earlier version of it that holds other bytes. */
import { createHash } from "node:crypto";
import pMap from "p-map";
import { compareFiles, type TakeDifferences } from "../bls-file/compare-files.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { sourceTime } from "../bronze/kept-result.ts";
import { DataFileMalformed } from "../errors.ts";
import { type Input, MOST_REVISED_SERIES_LISTED, type Revisions } from "../report/report.ts";
import { type Bucket, headObject, readTags } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { type DataSet, mergeObjects } from "./data-set.ts";
import { type InputObject, readableObject } from "./inputs.ts";

const READS_AT_A_TIME = 16;

/**
 * Compares the version of the data file that was analyzed with the newest older one whose bytes differ, both streamed.
 * Versions of made data and of real data are never compared with each other.
 *
 * An older version that cannot be read, or two files too large to compare, are no error: the outcome says so. `take` gets
 * every observation that differs, and none where nothing was compared; it may be called more than once, and what the last
 * call got counts.
 */
export async function findRevisions(
  bronze: Bucket,
  dataSet: DataSet,
  knownConflicts: readonly string[],
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  const previous = await earlierVersions(bronze, dataSet.parts);
  const revisions =
    previous.length === 0
      ? { outcome: "first" as const }
      : await compareVersions(
          previous,
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
  previous: Input[],
  before: ReadableFile,
  after: ReadableFile,
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  try {
    const differences = await compareFiles(before, after, take, MOST_REVISED_SERIES_LISTED);
    if (differences === undefined) {
      const reason =
        "The series of one of the two files are in no order, and the files are too large to be sorted here";
      return { outcome: "not compared", previous, reason };
    }
    const { rows, ...counts } = differences;
    const found = await names.find(rows.map(({ seriesId }) => seriesId));
    return {
      outcome: "compared",
      previous,
      ...counts,
      complete: rows.length === counts.changedSeries,
      rows: rows.map((row) => ({ ...row, names: found.get(row.seriesId) ?? {} })),
    };
  } catch (error) {
    if (!(error instanceof DataFileMalformed)) throw error;
    return { outcome: "not compared", previous, reason: error.message };
  }
}

/**
 * The versions of the data set before its newest ones. Of several files, those that the newest execution wrote have their earlier
 * versions, where they have any, and the others the version that they still have: so the merged files were, before that execution.
 */
async function earlierVersions(bronze: Bucket, parts: readonly InputObject[]): Promise<Input[]> {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0)
    return [await earlierVersion(bronze, only)].flatMap((found) => found ?? []);
  const current = await pMap(parts, (part) => describe(bronze, part), { concurrency: READS_AT_A_TIME });
  const newest = current.reduce((latest, { storedAt }) => (storedAt > latest ? storedAt : latest), "");
  const writer = current.find(({ storedAt }) => storedAt === newest)?.execution;
  const before = await pMap(
    current,
    ({ execution, storedAt, input }) =>
      (writer !== undefined && execution === writer) || storedAt === newest
        ? earlierVersion(bronze, input)
        : input,
    { concurrency: READS_AT_A_TIME },
  );
  const changed = before.some((found, index) => found !== undefined && found !== current[index]?.input);
  return changed ? before.flatMap((found) => found ?? []) : [];
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

/** The newest version older than `current` that holds other bytes and is of the same kind, made or real. */
async function earlierVersion(
  bronze: Bucket,
  current: Omit<InputObject, "sourceModified">,
): Promise<Input | undefined> {
  const { key } = current;
  const synthetic = (await headObject(bronze, key, current.versionId))?.metadata.synthetic === "true";
  let older = false;
  for await (const { versionId, removed, storedAt, bytes } of objectVersions(bronze, key)) {
    if (versionId === current.versionId) older = true;
    else if (older && !removed) {
      const head = await headObject(bronze, key, versionId);
      if (head === undefined || (head.metadata.synthetic === "true") !== synthetic) continue;
      const sha256 = (await readTags(bronze, key, versionId)).sha256 ?? (await hash(bronze, key, versionId));
      if (sha256 === current.sha256) continue;
      const sourceModified = sourceTime(head.metadata["last-modified"]);
      return { key, versionId, sha256, bytes, sourceModified, storedAt: storedAt.toISOString(), synthetic };
    }
  }
  return undefined;
}

/** The SHA-256 of a version that bears none: one that a person put there. */
async function hash(bronze: Bucket, key: string, versionId: string): Promise<string> {
  const sha256 = createHash("sha256");
  const { open } = readableObject(bronze, { key, versionId, bytes: 0 }, key);
  for await (const chunk of await open()) sha256.update(chunk);
  return sha256.digest("hex");
}
