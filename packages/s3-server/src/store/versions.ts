import { join } from "node:path";
import { discardBodies } from "./bodies.ts";
import { removeFile, type Unnamed, writeJson } from "./disk.ts";
import { addVersion, dropVersion, replaceVersion, versionsOf } from "./key-index.ts";
import type { DeleteMarker, ObjectVersion, Tags, Version } from "./records.ts";
import { type Bucket, nextId, outsideId, type Store } from "./store.ts";

/** A version without what the store adds: its ID, its version ID, and its time. */
export type NewObject = Omit<ObjectVersion, "id" | "versionId" | "modified" | "kind">;

/** The newest version of a key, which may be a delete marker. */
export function currentVersion(bucket: Bucket, key: string): Version | undefined {
  return versionsOf(bucket.index, key)[0];
}

/** The version of a key with this version ID. */
export function findVersion(bucket: Bucket, key: string, versionId: string): Version | undefined {
  return versionsOf(bucket.index, key).find((version) => version.versionId === versionId);
}

/**
 * Makes an object the newest version of its key. `body` is the object's body in a file that still has a temporary
 * name. Without `body`, the object's bodies are already in place. The version exists once its record is written. Call
 * this within the key's turn.
 */
export async function commitObject(
  store: Store,
  bucket: Bucket,
  object: NewObject,
  body?: Unnamed,
): Promise<ObjectVersion> {
  const version: ObjectVersion = { kind: "object", ...freshIds(store, bucket), ...object };
  await commit(store, bucket, version, body);
  return version;
}

/** Makes a delete marker the newest version of a key. Call this within the key's turn. */
export async function commitDeleteMarker(store: Store, bucket: Bucket, key: string): Promise<DeleteMarker> {
  const marker: DeleteMarker = { kind: "deleteMarker", ...freshIds(store, bucket), key };
  await commit(store, bucket, marker);
  return marker;
}

function freshIds(store: Store, bucket: Bucket): { id: string; versionId: string; modified: string } {
  const id = nextId(store);
  const versionId = bucket.record.versioning === "Enabled" ? outsideId(id) : "null";
  return { id, versionId, modified: new Date().toISOString() };
}

async function commit(store: Store, bucket: Bucket, version: Version, body?: Unnamed): Promise<void> {
  const replaced = version.versionId === "null" ? findVersion(bucket, version.key, "null") : undefined;
  await writeJson(store.temporary, recordPath(bucket, version), version, body);
  addVersion(bucket.index, version);
  if (replaced === undefined) return;
  dropVersion(bucket.index, replaced);
  await removeFromDisk(bucket, replaced);
}

/** Removes a version permanently, with its bytes. Call this within the key's turn. */
export async function removeVersion(bucket: Bucket, version: Version): Promise<void> {
  dropVersion(bucket.index, version);
  await removeFromDisk(bucket, version);
}

async function removeFromDisk(bucket: Bucket, version: Version): Promise<void> {
  await removeFile(recordPath(bucket, version));
  if (version.kind === "object") await discardBodies(bucket, version.bodies);
}

/**
 * Replaces a version's tags. The version's bytes, ID, and time do not change. Call this within the key's turn.
 */
export async function retagVersion(
  store: Store,
  bucket: Bucket,
  version: ObjectVersion,
  tags: Tags,
): Promise<void> {
  const retagged = { ...version, tags };
  await writeJson(store.temporary, recordPath(bucket, version), retagged);
  replaceVersion(bucket.index, retagged);
}

function recordPath(bucket: Bucket, version: Version): string {
  return join(bucket.folder, "versions", `${version.id}.json`);
}
