/** Files that failed to sync in this run. The analysis reads the last good version of each. */

import { sha256Of } from "../bronze/content-hash.ts";
import { keptResult } from "../bronze/kept-result.ts";
import { isHeld, readVersion, type StoredFile } from "../bronze/stored-file.ts";
import type { Bucket } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import type { FileOutcome, SyncResult } from "../workflow.ts";
import type { FailedInput } from "./result.ts";

/**
 * Replaces each failed file with its current version in Bronze. That is its last good version, because a
 * failed sync writes nothing. Throws storage errors.
 */
export async function useLastGoodVersions(
  bronze: Bucket,
  outcomes: readonly FileOutcome[],
): Promise<{ files: SyncResult[]; failed: FailedInput[] }> {
  const files: SyncResult[] = [];
  const failed: FailedInput[] = [];
  for (const outcome of outcomes) {
    if (outcome.action !== "failed") {
      files.push(outcome);
      continue;
    }
    const { key, error, cause } = outcome;
    const stored = await currentVersion(bronze, key);
    failed.push({ key, error, cause, versionId: stored?.versionId ?? null });
    if (stored)
      files.push(
        keptResult(stored, isHeld(stored) ? "held" : "unchanged", error, await sha256Of(bronze, stored)),
      );
  }
  return { files, failed };
}

async function currentVersion(bronze: Bucket, key: string): Promise<StoredFile | undefined> {
  for await (const { versionId, current, removed } of objectVersions(bronze, key))
    if (current) return removed ? undefined : readVersion(bronze, key, versionId);
  return undefined;
}
