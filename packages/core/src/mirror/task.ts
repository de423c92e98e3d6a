import type { SourceClient } from "../source/http.ts";
import { fileAddress, type SourceFile, surveyAddress } from "../source/survey-folder.ts";
import type { Bucket } from "../storage/objects.ts";
import type { Execution, Settings, SyncItem, SyncResult } from "../workflow.ts";
import { knownSha256, type StoredFile } from "./bronze.ts";
import type { PartBuffers } from "./part-buffers.ts";

/** Where files come from and where they go. */
export type MirrorDependencies = {
  source: SourceClient;
  /** The address of the folder of all surveys. */
  timeSeries: string;
  bronze: Bucket;
};

/** What sync works with. The buffers are shared by all that the process syncs at a time. */
export type SyncDependencies = MirrorDependencies & { buffers: PartBuffers };

/** One iteration's task. `listedAt` is the source's clock when the item was listed. */
export type SyncTask = { item: SyncItem; listedAt: Date; settings: Settings; execution: Execution };

/** A file as one listing page showed it. */
export type Listed = { file: SourceFile; listedAt: Date };

/** The address of a task's file. */
export function taskAddress(dependencies: MirrorDependencies, task: SyncTask): URL {
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
  sha256 = knownSha256(stored),
): SyncResult {
  return {
    key: stored.key,
    action,
    reason,
    bytes: stored.bytes,
    sha256: sha256 ?? null,
    versionId: stored.versionId,
    // A held version's tags speak of the source's file, not of itself.
    sourceModified:
      (action === "held" ? undefined : stored.tags.modified) ?? sourceTime(stored.metadata["last-modified"]),
  };
}
