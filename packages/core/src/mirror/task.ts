import type { SourceClient } from "../source/http.ts";
import { fileAddress, type SourceFile, surveyAddress } from "../source/survey-folder.ts";
import type { Bucket } from "../storage/objects.ts";
import type { Execution, Settings, SyncItem, SyncResult } from "../workflow.ts";
import type { StoredFile } from "./bronze.ts";

/** What sync works with: where files come from and where they go. */
export type SyncDependencies = {
  source: SourceClient;
  /** The address of the folder of all surveys. */
  timeSeries: string;
  bronze: Bucket;
};

/** One iteration's task. `listedAt` is the source's clock when the item was listed. */
export type SyncTask = { item: SyncItem; listedAt: Date; settings: Settings; execution: Execution };

/** A file as one listing page showed it. */
export type Listed = { file: SourceFile; listedAt: Date };

/** The address of a task's file. */
export function taskAddress(dependencies: SyncDependencies, task: SyncTask): URL {
  return fileAddress(surveyAddress(dependencies.timeSeries, task.settings.survey), task.item.path);
}

/** Last-Modified as an ISO time; null where the source gave none. */
export function sourceTime(lastModified: string | undefined): string | null {
  const time = Date.parse(lastModified ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** The result for a version that stays as it is. */
export function keptResult(
  stored: StoredFile,
  action: "unchanged" | "held",
  reason: string,
  sha256 = stored.tags.sha256,
): SyncResult {
  return {
    key: stored.key,
    action,
    reason,
    bytes: stored.bytes,
    sha256: sha256 ?? null,
    versionId: stored.versionId,
    sourceModified: sourceTime(stored.metadata["last-modified"]),
  };
}
