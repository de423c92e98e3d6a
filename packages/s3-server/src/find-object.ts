import { versionHeaders } from "./attributes.ts";
import { S3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";
import type { ObjectVersion, Version } from "./store/records.ts";
import type { Bucket } from "./store/store.ts";
import { currentVersion, findVersion } from "./store/versions.ts";

/** The version that a request specifies, or the newest. Throws the same S3Errors as `objectOf`. */
export function findObject(request: S3Request, bucket: Bucket): ObjectVersion {
  return objectOf(bucket, request.key, request.query.get("versionId"));
}

/**
 * Like findObject, but for requests for an object's tags: a delete marker causes MethodNotAllowed, not
 * NoSuchKey.
 */
export function findTagged(request: S3Request, bucket: Bucket): ObjectVersion {
  const version = request.query.has("versionId") ? undefined : currentVersion(bucket, request.key);
  if (version?.kind !== "deleteMarker") return findObject(request, bucket);
  throw new S3Error("MethodNotAllowed", {
    details: { Method: request.method, ResourceType: "DeleteMarker" },
    headers: { "x-amz-delete-marker": "true", ...versionHeaders(bucket.record, version.versionId) },
  });
}

/**
 * The current object of a key, or a given version. Throws the S3Error that GetObject returns: NoSuchKey (with
 * the headers of the delete marker, if a delete marker hides the object), NoSuchVersion, and MethodNotAllowed
 * for a version that is a delete marker.
 */
export function objectOf(bucket: Bucket, key: string, versionId: string | null): ObjectVersion {
  const version = versionId === null ? currentVersion(bucket, key) : versionOf(bucket, key, versionId);
  if (version?.kind === "object") return version;
  const marker =
    version === undefined
      ? {}
      : { "x-amz-delete-marker": "true", ...versionHeaders(bucket.record, version.versionId) };
  if (versionId === null) throw new S3Error("NoSuchKey", { details: { Key: key }, headers: marker });
  if (version === undefined) throw noSuchVersion(key, versionId);
  throw new S3Error("MethodNotAllowed", {
    details: { Method: "GET", ResourceType: "DeleteMarker" },
    headers: { ...marker, allow: "DELETE", "last-modified": new Date(version.modified).toUTCString() },
  });
}

/** A version by its ID, if it exists. Throws S3Error InvalidArgument for a malformed ID. */
export function versionOf(bucket: Bucket, key: string, versionId: string): Version | undefined {
  if (versionId !== "null" && !/^[0-9a-f]{32}$/.test(versionId)) {
    throw new S3Error("InvalidArgument", {
      message: "Invalid version id specified",
      details: { ArgumentName: "versionId", ArgumentValue: versionId },
    });
  }
  return findVersion(bucket, key, versionId);
}

export function noSuchVersion(key: string, versionId: string): S3Error {
  return new S3Error("NoSuchVersion", { details: { Key: key, VersionId: versionId } });
}
