/** Updates a version's tags with what sync learned, and keeps an operator's own tags. */
import { isDeepStrictEqual } from "node:util";
import { type Bucket, readTags, writeTags } from "../storage/objects.ts";
import type { StoredFile, SyncTags } from "./stored-file.ts";

/** S3's limit (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html). */
const MOST_TAGS = 10;

/**
 * Replaces what was known about the source's file with what is known now. `learned` receives the version's
 * tags. An operator may change the tags at any time, so they are read again right before they are written. If
 * an operator's own tags leave no room, nothing is written.
 */
export async function updateTags(
  bronze: Bucket,
  { key, versionId, tags }: StoredFile,
  learned: (tags: SyncTags) => SyncTags,
): Promise<void> {
  if (isDeepStrictEqual(merge(tags, learned), { ...tags })) return;
  const now = await readTags(bronze, key, versionId);
  const wanted = merge(now, learned);
  if (Object.keys(wanted).length <= MOST_TAGS) await writeTags(bronze, key, versionId, wanted);
}

function merge(
  tags: Readonly<Record<string, string>>,
  learned: (tags: SyncTags) => SyncTags,
): Record<string, string> {
  const { source, stamp, modified, "source-sha256": sourceSha256, ...others } = tags;
  const merged = { ...others, ...learned(tags) };
  // Once the source is accepted in place of a held version, that version is no longer held.
  if ("accepted" in merged && merged.accepted !== tags.accepted) delete merged.held;
  return merged;
}
