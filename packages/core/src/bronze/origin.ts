/** Whether the workflow or an operator wrote a version to Bronze, and how. */
import type { Bucket } from "../storage/objects.ts";
import { repeatsOlder } from "./copies.ts";
import { type StoredFile, saysHeld } from "./stored-file.ts";

/** An operator's version is `restored` by `quest restore`, `copied` inside S3, or `put` there by an upload. */
type Origin = "workflow" | "restored" | "copied" | "put";

export type VersionOrigin = {
  origin: Origin;
  /** The version whose content `quest restore` made current again; null for every other origin. */
  restoredFrom: string | null;
  /**
   * True if the source was accepted in place of an operator's version with the same bytes. From then on, the
   * version counts as the source's own.
   */
  accepted: boolean;
};

/**
 * Determines a version's origin from its metadata and tags. S3 does not record which person wrote a version,
 * so an operator stays unnamed. Throws storage errors.
 */
export async function originOf(bronze: Bucket, stored: StoredFile): Promise<VersionOrigin> {
  const accepted = saysHeld(stored.tags, stored.versionId) === false;
  const restoredFrom = stored.metadata["restored-from"] ?? null;
  if (restoredFrom !== null) return { origin: "restored", restoredFrom, accepted };
  if (stored.metadata.execution === undefined) return { origin: "put", restoredFrom, accepted };
  const origin = (await repeatsOlder(bronze, stored)) ? "copied" : "workflow";
  return { origin, restoredFrom, accepted };
}
