/** What BLS revised: the data file beside the newest earlier version of it that holds other bytes. */
import { createHash } from "node:crypto";
import { compareFiles, type TakeDifferences } from "../bls-file/compare-files.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import { DataFileMalformed } from "../errors.ts";
import { sourceTime } from "../mirror/task.ts";
import { type Input, MOST_REVISED_SERIES_LISTED, type Revisions } from "../report/report.ts";
import { type Bucket, headObject, readTags } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { type InputObject, readableObject } from "./inputs.ts";

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
  dataFile: InputObject,
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  const previous = await earlierVersion(bronze, dataFile);
  const revisions =
    previous === undefined
      ? { outcome: "first" as const }
      : await compareVersions(bronze, previous, dataFile, names, take);
  if (revisions.outcome !== "compared") await take(nothing());
  return revisions;
}

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}

async function compareVersions(
  bronze: Bucket,
  previous: Input,
  dataFile: InputObject,
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  try {
    const differences = await compareFiles(
      readableObject(bronze, previous, `${previous.key} of ${previous.storedAt}`),
      readableObject(bronze, dataFile, dataFile.key),
      take,
      MOST_REVISED_SERIES_LISTED,
    );
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

/** The newest version older than `current` that holds other bytes and is of the same kind, made or real. */
async function earlierVersion(bronze: Bucket, current: InputObject): Promise<Input | undefined> {
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
