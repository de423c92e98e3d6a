import * as z from "zod";
import { versionHeaders } from "../attributes.ts";
import { hasIntegrityHeader, receiveDocument } from "../body.ts";
import { matches, preconditionFailed } from "../conditions.ts";
import { S3Error } from "../errors.ts";
import { noSuchVersion, versionOf } from "../find-object.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Call, type Operation, xmlResponse } from "../operation.ts";
import { header, refuseHeaders } from "../request.ts";
import { type Bucket, inTurn } from "../store/store.ts";
import { commitDeleteMarker, currentVersion, removeVersion } from "../store/versions.ts";
import { fromXml, listOf, type XmlContent } from "../xml.ts";

/**
 * The headers, and the elements of DeleteObjects, for conditions that the service supports only for directory
 * buckets.
 */
const DIRECTORY_BUCKET_HEADERS = ["x-amz-if-match-last-modified-time", "x-amz-if-match-size"];
const DIRECTORY_BUCKET_ELEMENTS = ["LastModifiedTime", "Size"] as const;

const MOST_BATCH_BYTES = 4 * 1024 * 1024;

/**
 * What a delete did: the version that it removed, or the delete marker that it created. Null if there was
 * nothing to delete.
 */
type Deleted = { versionId: string; deleteMarker: boolean } | null;

/**
 * DeleteObject: adds a delete marker in a versioned bucket, otherwise removes the object. A version that the
 * request specifies is removed permanently.
 */
export const deleteObject: Operation = async (call) => {
  const { request } = call;
  const bucket = bucketOf(call);
  refuseHeaders(request, DIRECTORY_BUCKET_HEADERS);
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
    // S3's response is the same whether the version exists or not.
    if (target === undefined) return versionId === null ? null : { versionId, deleteMarker: false };
    await removeVersion(bucket, target);
    notify(call, { name: "ObjectRemoved:Delete", bucket, version: target });
    return { versionId: target.versionId, deleteMarker: target.kind === "deleteMarker" };
  });
}

function notImplementedCondition(element: string): S3Error {
  return new S3Error("NotImplemented", {
    message: `The condition ${element} is supported only for directory buckets; the object was not deleted`,
  });
}

function noSuchVersionContent(Key: string, VersionId: string | null): XmlContent {
  const { code, message } = noSuchVersion(Key, VersionId ?? "");
  return { Key, VersionId: VersionId ?? undefined, Code: code, Message: message };
}

/** Strict: a condition that this server does not know is refused, not ignored. */
const DeleteDocument = z.strictObject({
  Quiet: z.enum(["true", "false"]).optional(),
  Object: listOf(
    z.strictObject({
      Key: z.string().min(1),
      VersionId: z.string().optional(),
      ETag: z.string().optional(),
      LastModifiedTime: z.string().optional(),
      Size: z.string().optional(),
    }),
  ).refine((objects) => objects.length >= 1 && objects.length <= 1000, "must occur 1 to 1000 times"),
});

/**
 * DeleteObjects: up to 1000 deletes, each with a separate result. The request needs a Content-MD5 or an
 * x-amz-checksum header, as the API reference says.
 */
export const deleteObjects: Operation = async (call) => {
  const bucket = bucketOf(call);
  if (!hasIntegrityHeader(call.request)) {
    throw new S3Error("InvalidRequest", {
      message: "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    });
  }
  const document = fromXml(await receiveDocument(call.request, MOST_BATCH_BYTES), "Delete", DeleteDocument);
  const deleted: XmlContent[] = [];
  const errors: XmlContent[] = [];
  for (const { Key, VersionId = null, ETag, ...conditions } of document.Object) {
    try {
      const unsupported = DIRECTORY_BUCKET_ELEMENTS.find((name) => conditions[name] !== undefined);
      if (unsupported !== undefined) throw notImplementedCondition(unsupported);
      const result = await deleteOne(call, bucket, Key, VersionId === "" ? null : VersionId, ETag);
      deleted.push({
        Key,
        VersionId: VersionId ?? undefined,
        ...(result?.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.versionId } : {}),
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      // A malformed version ID causes a different error here than in DeleteObject.
      if (error.code === "InvalidArgument") errors.push(noSuchVersionContent(Key, VersionId));
      else errors.push({ Key, VersionId: VersionId ?? undefined, Code: error.code, Message: error.message });
    }
  }
  return xmlResponse("DeleteResult", {
    Deleted: document.Quiet === "true" ? undefined : deleted,
    Error: errors,
  });
};
