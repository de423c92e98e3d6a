/** Why a data set differs from its earlier version: BLS published it, or an operator intervened. */
import pMap from "p-map";
import { originOf, type VersionOrigin } from "../bronze/origin.ts";
import { readVersion } from "../bronze/stored-file.ts";
import type { Causes } from "../report/report.ts";
import type { Bucket } from "../storage/objects.ts";
import { type DataSetChange, type FileContent, READS_AT_A_TIME } from "./data-set-changes.ts";

/** The cause of the change for each file that differs. Throws storage errors. */
export async function causesOf(bronze: Bucket, { files }: DataSetChange): Promise<Causes> {
  return pMap(files, ({ after, before }) => causeOf(bronze, after, before), { concurrency: READS_AT_A_TIME });
}

/**
 * Why a file differs from its earlier version: who wrote the first version with its current bytes, and
 * whether the source's version replaced an operator's version.
 */
async function causeOf(
  bronze: Bucket,
  { input: { key, versionId }, firstVersionId }: FileContent,
  earlier: FileContent | undefined,
): Promise<Causes[number]> {
  const current = await versionOrigin(bronze, key, versionId);
  const changedBy =
    earlier === undefined || firstVersionId === versionId
      ? current
      : await versionOrigin(bronze, key, firstVersionId);
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
  // If `stored` is undefined, the version was permanently deleted during this run.
  return stored ? originOf(bronze, stored) : { origin: "workflow", restoredFrom: null, accepted: false };
}
