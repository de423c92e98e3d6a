/** Versions that an operator made by copying older ones inside S3: with all tags and metadata, they look like the workflow's. */
import { type Bucket, headObject } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { type StoredFile, saysHeld } from "./stored-file.ts";

/** What the workflow says in a version's metadata: which execution wrote it, over which version. */
type Said = Readonly<Record<string, string>>;

/**
 * True if an operator made the version by copying an older one, as `repeatsOlder` finds. False if the tags say already whose the
 * version is. Throws storage errors.
 */
export async function isCopy(bronze: Bucket, stored: StoredFile): Promise<boolean> {
  return saysHeld(stored.tags, stored.versionId) === undefined && (await repeatsOlder(bronze, stored));
}

/**
 * True if a version says of itself what an older one of its key says: no execution writes twice over the same version. For a
 * version right above the one that it was written over, as nearly all are, one listing is enough; else older versions are read.
 * Throws storage errors.
 */
export async function repeatsOlder(
  bronze: Bucket,
  { key, versionId, metadata }: Pick<StoredFile, "key" | "versionId" | "metadata">,
): Promise<boolean> {
  if (metadata.execution === undefined) return false;
  let before: string | undefined;
  let found = false;
  for await (const version of objectVersions(bronze, key)) {
    if (!found) {
      found = version.versionId === versionId;
      continue;
    }
    before ??= version.versionId;
    if (before === metadata.replaces) return false;
    if (version.removed) continue;
    const older = await headObject(bronze, key, version.versionId);
    if (older && saySame(older.metadata, metadata)) return true;
  }
  return false;
}

/** Whether two versions' metadata name the same execution and the same version before. */
export function saySame(one: Said, other: Said): boolean {
  return one.execution === other.execution && one.replaces === other.replaces;
}
