import * as z from "zod";
import { versionHeaders } from "../attributes.ts";
import { receiveDocument } from "../body.ts";
import { matches, preconditionFailed } from "../conditions.ts";
import { S3Error } from "../errors.ts";
import { noSuchVersion, versionOf } from "../find-object.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Call, type Operation, xmlResponse } from "../operation.ts";
import { header } from "../request.ts";
import { type Bucket, inTurn } from "../store/store.ts";
import { commitDeleteMarker, currentVersion, removeVersion } from "../store/versions.ts";
import { fromXml, listOf, type XmlContent } from "../xml.ts";

/** Headers of conditional deletes that exist for directory buckets only. */
const DIRECTORY_BUCKET_HEADERS = ["x-amz-if-match-last-modified-time", "x-amz-if-match-size"];

const MOST_BATCH_BYTES = 4 * 1024 * 1024;

/** What a delete did: the version that it removed, or the delete marker that it made. Null where there was nothing. */
type Deleted = { versionId: string; deleteMarker: boolean } | null;

/** DeleteObject: puts a delete marker on top where versions are kept, else removes; a named version is removed for good. */
export const deleteObject: Operation = async (call) => {
  const { request } = call;
  const bucket = bucketOf(call);
  for (const name of DIRECTORY_BUCKET_HEADERS) {
    if (header(request, name) === undefined) continue;
    throw new S3Error("NotImplemented", {
      message: `A header you provided implies functionality that is not implemented: ${name}`,
      details: { Header: name },
    });
  }
  const versionId = request.query.get("versionId");
  const deleted = await deleteOne(call, bucket, request.key, versionId, header(request, "if-match"));
  if (deleted === null) return { status: 204 };
  return {
    status: 204,
    headers: {
      ...(deleted.deleteMarker ? { "x-amz-delete-marker": "true" } : {}),
      ...versionHeaders(bucket.record, deleted.versionId),
    },
  };
};

async function deleteOne(
  call: Call,
  bucket: Bucket,
  key: string,
  versionId: string | null,
  ifMatch: string | undefined,
): Promise<Deleted> {
  return inTurn(bucket, key, async () => {
    const target = versionId === null ? currentVersion(bucket, key) : versionOf(bucket, key, versionId);
    if (ifMatch !== undefined) {
      if (target?.kind !== "object") throw new S3Error("NoSuchKey", { details: { Key: key } });
      if (!matches(ifMatch, target.etag)) throw preconditionFailed("If-Match");
    }
    for (const upload of bucket.uploads.values()) if (upload.record.key === key) upload.keyDeleted = true;
    if (versionId === null && bucket.record.versioning !== "Never") {
      const version = await commitDeleteMarker(call.store, bucket, key);
      notify(call, { name: "ObjectRemoved:DeleteMarkerCreated", bucket, version });
      return { versionId: version.versionId, deleteMarker: true };
    }
    // S3 answers alike whether the version is there or not.
    if (target === undefined) return versionId === null ? null : { versionId, deleteMarker: false };
    await removeVersion(bucket, target);
    notify(call, { name: "ObjectRemoved:Delete", bucket, version: target });
    return { versionId: target.versionId, deleteMarker: target.kind === "deleteMarker" };
  });
}

function noSuchVersionContent(Key: string, VersionId: string | null): XmlContent {
  const { code, message } = noSuchVersion(Key, VersionId ?? "");
  return { Key, VersionId: VersionId ?? undefined, Code: code, Message: message };
}

const DeleteDocument = z.object({
  Quiet: z.enum(["true", "false"]).optional(),
  Object: listOf(
    z.object({ Key: z.string().min(1), VersionId: z.string().optional(), ETag: z.string().optional() }),
  ).refine((objects) => objects.length >= 1 && objects.length <= 1000, "must come 1 to 1000 times"),
});

/** DeleteObjects: up to 1000 deletes, each with a result of its own. */
export const deleteObjects: Operation = async (call) => {
  const bucket = bucketOf(call);
  const document = fromXml(await receiveDocument(call.request, MOST_BATCH_BYTES), "Delete", DeleteDocument);
  const deleted: XmlContent[] = [];
  const errors: XmlContent[] = [];
  for (const { Key, VersionId = null, ETag } of document.Object) {
    try {
      const result = await deleteOne(call, bucket, Key, VersionId === "" ? null : VersionId, ETag);
      deleted.push({
        Key,
        VersionId: VersionId ?? undefined,
        ...(result?.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.versionId } : {}),
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      // What cannot be a version id is told otherwise here than by DeleteObject.
      if (error.code === "InvalidArgument") errors.push(noSuchVersionContent(Key, VersionId));
      else errors.push({ Key, VersionId: VersionId ?? undefined, Code: error.code, Message: error.message });
    }
  }
  return xmlResponse("DeleteResult", {
    Deleted: document.Quiet === "true" ? undefined : deleted,
    Error: errors,
  });
};
