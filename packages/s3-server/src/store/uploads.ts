import { rm } from "node:fs/promises";
import { join } from "node:path";
import { discardBodies } from "./bodies.ts";
import { removeFile, type Unnamed, writeJson } from "./disk.ts";
import type { Body, PartRecord, UploadRecord } from "./records.ts";
import type { Bucket, Store, Upload } from "./store.ts";

/** Starts a multipart upload, durably. */
export async function startUpload(store: Store, bucket: Bucket, record: UploadRecord): Promise<void> {
  await writeJson(store.temporary, uploadPath(bucket, record.uploadId), record);
  bucket.uploads.set(record.uploadId, { record, parts: new Map(), keyDeleted: false });
}

/**
 * Moves a part's body into place and stores the part. An earlier part with the same number is removed. Call
 * this within the upload's turn.
 */
export async function keepPart(
  store: Store,
  bucket: Bucket,
  upload: Upload,
  part: PartRecord,
  body: Unnamed,
): Promise<void> {
  await writeJson(store.temporary, partPath(bucket, part), part, body);
  const earlier = upload.parts.get(part.body.partNumber);
  upload.parts.set(part.body.partNumber, part);
  if (earlier !== undefined) await removePart(bucket, earlier);
}

async function removePart(bucket: Bucket, part: PartRecord): Promise<void> {
  await rm(partPath(bucket, part), { force: true });
  await discardBodies(bucket, [part.body]);
}

/**
 * Ends an upload. Removes the upload's record first, then its parts: if the process is killed in between, the next
 * start removes the parts, because they belong to no upload. The bodies in `used` now belong to an object and are
 * kept. Call this within the upload's turn.
 */
export async function endUpload(bucket: Bucket, upload: Upload, used: Body[]): Promise<void> {
  await removeFile(uploadPath(bucket, upload.record.uploadId));
  bucket.uploads.delete(upload.record.uploadId);
  const files = new Set(used.map(({ file }) => file));
  for (const part of upload.parts.values()) {
    if (files.has(part.body.file)) await rm(partPath(bucket, part), { force: true });
    else await removePart(bucket, part);
  }
}

function uploadPath(bucket: Bucket, uploadId: string): string {
  return join(bucket.folder, "uploads", `${uploadId}.json`);
}

function partPath(bucket: Bucket, part: PartRecord): string {
  return join(bucket.folder, "parts", `${part.id}.json`);
}
