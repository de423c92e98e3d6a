/** The result for a version that is kept. */
import type { SyncResult } from "../workflow.ts";
import { knownSha256, type StoredFile } from "./stored-file.ts";

/** Last-Modified as an ISO time. Null if the source sent none. */
export function sourceTime(lastModified: string | undefined): string | null {
  const time = Date.parse(lastModified ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** The result for a version that is kept. */
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
    // A held version's tags describe the source's file, not the version itself.
    sourceModified:
      (action === "held" ? undefined : stored.tags.modified) ?? sourceTime(stored.metadata["last-modified"]),
  };
}
