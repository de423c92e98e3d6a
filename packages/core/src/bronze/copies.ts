/**
 * Detects versions that an operator made by copying older ones inside S3. If all tags and metadata were copied,
 * such versions look like the workflow's own.
 */
import { type Bucket, headObject } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { type StoredFile, saysHeld } from "./stored-file.ts";

/**
 * What the workflow records in a version's metadata: the execution that wrote the version, and the version
 * that it replaced.
 */
type Said = Readonly<Record<string, string>>;

/**
 * True if an operator made the version by copying an older one (see `repeatsOlder`). False if the tags
 * already say whose version it is. Throws storage errors.
 */
export async function isCopy(bronze: Bucket, stored: StoredFile): Promise<boolean> {
  return saysHeld(stored.tags, stored.versionId) === undefined && (await repeatsOlder(bronze, stored));
}

/**
 * True if a version has the same provenance as an older version of the same key. Such a version is a copy,
 * because no execution replaces the same version twice. If a version directly follows the one that it
 * replaced, as nearly all do, one listing is enough. Otherwise, older versions are read. Throws storage
 * errors.
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

/** Whether the metadata of two versions has the same execution and the same previous version. */
export function saySame(one: Said, other: Said): boolean {
  return one.execution === other.execution && one.replaces === other.replaces;
}
