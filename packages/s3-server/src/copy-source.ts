import { versionHeaders } from "./attributes.ts";
import { checkCopySource } from "./conditions.ts";
import { S3Error } from "./errors.ts";
import { objectOf } from "./find-object.ts";
import { type Call, findBucket } from "./operation.ts";
import { header, type S3Request } from "./request.ts";
import { holdBodies } from "./store/bodies.ts";
import type { ObjectVersion } from "./store/records.ts";
import type { Bucket } from "./store/store.ts";

/**
 * The object that a copy reads. `versionId` is the version ID in the request, or null for the newest version.
 */
export type CopySource = { bucket: Bucket; object: ObjectVersion; versionId: string | null };

/** The bucket, key, and version in the header x-amz-copy-source: `/bucket/key?versionId=id`, percent-encoded. */
export function readCopySource(
  request: S3Request,
): { bucket: string; key: string; versionId: string | null } | null {
  const text = header(request, "x-amz-copy-source");
  if (text === undefined) return null;
  // The whole path may be encoded, including the slash between bucket and key. The parameter after the path
  // is not encoded.
  const [, encoded = "", versionId = null] = /^(.*?)(?:\?versionId=([^&]*))?$/s.exec(text) ?? [];
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeSource(encoded)) ?? [];
  if (bucket === undefined || key === undefined) throw invalidSource(text);
  return { bucket, key, versionId };
}

function decodeSource(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw invalidSource(text);
    throw error;
  }
}

function invalidSource(text: string): S3Error {
  return new S3Error("InvalidArgument", {
    message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    details: { ArgumentName: "x-amz-copy-source", ArgumentValue: text },
  });
}

/**
 * Finds the source of a copy, checks the source's conditions, and keeps the source's bodies readable until the copy
 * ends. Throws S3Error as a read does, except InvalidRequest for a version that is a delete marker.
 */
export function findCopySource({ store, request, atEnd }: Call): CopySource {
  const source = readCopySource(request);
  if (source === null) throw invalidSource("");
  const bucket = findBucket(store, source.bucket);
  try {
    const object = objectOf(bucket, source.key, source.versionId);
    checkCopySource(request, object);
    atEnd.push(holdBodies(bucket, object.bodies));
    return { bucket, object, versionId: source.versionId };
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "MethodNotAllowed") throw error;
    throw new S3Error("InvalidRequest", {
      message: "The source of a copy request may not specifically refer to a delete marker by version id.",
    });
  }
}

/** The header with the ID of the copied version. */
export function copySourceHeaders({ bucket, object }: CopySource): Record<string, string> {
  const { "x-amz-version-id": versionId } = versionHeaders(bucket.record, object.versionId);
  return versionId === undefined ? {} : { "x-amz-copy-source-version-id": versionId };
}
