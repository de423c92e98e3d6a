import { S3Error } from "./errors.ts";
import type { Operation } from "./operation.ts";
import {
  deleteBucketTagging,
  deleteDocument,
  getAcl,
  getBucketPolicy,
  getBucketTagging,
  getBucketVersioning,
  getDocument,
  putBucketPolicy,
  putBucketTagging,
  putBucketVersioning,
  putDocument,
  putNotification,
} from "./operations/bucket-settings.ts";
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from "./operations/buckets.ts";
import { completeMultipartUpload } from "./operations/complete-upload.ts";
import { copyObject } from "./operations/copy-object.ts";
import { abortMultipartUpload, createMultipartUpload } from "./operations/create-upload.ts";
import { deleteObject, deleteObjects } from "./operations/delete-object.ts";
import { getObject, headObject } from "./operations/get-object.ts";
import { listObjects, listObjectsV2 } from "./operations/list-objects.ts";
import { listMultipartUploads, listParts } from "./operations/list-uploads.ts";
import { listObjectVersions } from "./operations/list-versions.ts";
import { getObjectAttributes } from "./operations/object-attributes.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./operations/object-tagging.ts";
import { putObject } from "./operations/put-object.ts";
import { uploadPart, uploadPartCopy } from "./operations/upload-part.ts";
import { header, type S3Request } from "./request.ts";

/** A request pattern (`METHOD path[?parameter][ header]`), AWS's name for the operation, and its function. */
type Route = [pattern: string, name: string, run: Operation];

/** The first match wins, so routes with a parameter or a header come before those without. */
const ROUTES: Route[] = [
  ["GET /", "ListBuckets", listBuckets],

  ["GET /bucket?location", "GetBucketLocation", getBucketLocation],
  ["GET /bucket?versioning", "GetBucketVersioning", getBucketVersioning],
  ["PUT /bucket?versioning", "PutBucketVersioning", putBucketVersioning],
  ["GET /bucket?tagging", "GetBucketTagging", getBucketTagging],
  ["PUT /bucket?tagging", "PutBucketTagging", putBucketTagging],
  ["DELETE /bucket?tagging", "DeleteBucketTagging", deleteBucketTagging],
  ["GET /bucket?lifecycle", "GetBucketLifecycleConfiguration", getDocument("lifecycle")],
  ["PUT /bucket?lifecycle", "PutBucketLifecycleConfiguration", putDocument("lifecycle")],
  ["DELETE /bucket?lifecycle", "DeleteBucketLifecycle", deleteDocument("lifecycle")],
  ["GET /bucket?encryption", "GetBucketEncryption", getDocument("encryption")],
  ["PUT /bucket?encryption", "PutBucketEncryption", putDocument("encryption")],
  ["DELETE /bucket?encryption", "DeleteBucketEncryption", deleteDocument("encryption")],
  ["GET /bucket?publicAccessBlock", "GetPublicAccessBlock", getDocument("publicAccessBlock")],
  ["PUT /bucket?publicAccessBlock", "PutPublicAccessBlock", putDocument("publicAccessBlock")],
  ["DELETE /bucket?publicAccessBlock", "DeletePublicAccessBlock", deleteDocument("publicAccessBlock")],
  ["GET /bucket?ownershipControls", "GetBucketOwnershipControls", getDocument("ownershipControls")],
  ["PUT /bucket?ownershipControls", "PutBucketOwnershipControls", putDocument("ownershipControls")],
  ["DELETE /bucket?ownershipControls", "DeleteBucketOwnershipControls", deleteDocument("ownershipControls")],
  ["GET /bucket?notification", "GetBucketNotificationConfiguration", getDocument("notification")],
  ["PUT /bucket?notification", "PutBucketNotificationConfiguration", putNotification],
  ["GET /bucket?policy", "GetBucketPolicy", getBucketPolicy],
  ["PUT /bucket?policy", "PutBucketPolicy", putBucketPolicy],
  ["DELETE /bucket?policy", "DeleteBucketPolicy", deleteDocument("policy")],
  ["GET /bucket?acl", "GetBucketAcl", getAcl],
  ["GET /bucket?uploads", "ListMultipartUploads", listMultipartUploads],
  ["GET /bucket?versions", "ListObjectVersions", listObjectVersions],
  ["GET /bucket?list-type", "ListObjectsV2", listObjectsV2],
  ["POST /bucket?delete", "DeleteObjects", deleteObjects],
  ["PUT /bucket", "CreateBucket", createBucket],
  ["DELETE /bucket", "DeleteBucket", deleteBucket],
  ["HEAD /bucket", "HeadBucket", headBucket],
  ["GET /bucket", "ListObjects", listObjects],

  ["GET /bucket/key?tagging", "GetObjectTagging", getObjectTagging],
  ["PUT /bucket/key?tagging", "PutObjectTagging", putObjectTagging],
  ["DELETE /bucket/key?tagging", "DeleteObjectTagging", deleteObjectTagging],
  ["GET /bucket/key?attributes", "GetObjectAttributes", getObjectAttributes],
  ["GET /bucket/key?acl", "GetObjectAcl", getAcl],
  ["POST /bucket/key?uploads", "CreateMultipartUpload", createMultipartUpload],
  ["PUT /bucket/key?uploadId x-amz-copy-source", "UploadPartCopy", uploadPartCopy],
  ["PUT /bucket/key?uploadId", "UploadPart", uploadPart],
  ["POST /bucket/key?uploadId", "CompleteMultipartUpload", completeMultipartUpload],
  ["DELETE /bucket/key?uploadId", "AbortMultipartUpload", abortMultipartUpload],
  ["GET /bucket/key?uploadId", "ListParts", listParts],
  ["PUT /bucket/key x-amz-copy-source", "CopyObject", copyObject],
  ["PUT /bucket/key", "PutObject", putObject],
  ["GET /bucket/key", "GetObject", getObject],
  ["HEAD /bucket/key", "HeadObject", headObject],
  ["DELETE /bucket/key", "DeleteObject", deleteObject],
];

/** Parameters of S3 operations that this server does not implement. */
const OTHER_PARAMETERS = [
  "accelerate",
  "acl",
  "analytics",
  "cors",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "logging",
  "metadataConfiguration",
  "metadataTable",
  "metrics",
  "object-lock",
  "policyStatus",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "torrent",
  "website",
];

/** The parsed routes, and the parameters that choose among them. */
const PARSED = ROUTES.map(([pattern, name, run]) => {
  const [, target, parameter, required] = /^(\w+ [^? ]+)(?:\?(\S+))?(?: (\S+))?$/.exec(pattern) ?? [];
  return { target, parameter, required, name, run };
});
const CHOOSING = new Set(PARSED.map(({ parameter }) => parameter));

/**
 * Finds a request's operation. Throws S3Error MethodNotAllowed, or NotImplemented with the method, path, and
 * parameters in the message.
 */
export function findRoute(request: S3Request): { name: string; run: Operation } {
  const path = request.bucket === "" ? "/" : request.key === "" ? "/bucket" : "/bucket/key";
  const route = PARSED.find(
    ({ target, parameter, required }) =>
      target === `${request.method} ${path}` &&
      (parameter === undefined || request.query.has(parameter)) &&
      (required === undefined || header(request, required) !== undefined),
  );
  // A parameter that selects another operation is never ignored: DELETE ?versioning must not delete the bucket.
  const unused = [...request.query.keys()].filter((name) => name !== route?.parameter);
  const others = unused.filter((name) => OTHER_PARAMETERS.includes(name));
  if (others.length === 0 && route !== undefined && !unused.some((name) => CHOOSING.has(name))) return route;
  if (others.length === 0 && request.method !== "POST") {
    throw new S3Error("MethodNotAllowed", { details: { Method: request.method, ResourceType: path } });
  }
  const what = `${request.method} ${path}${others.length > 0 ? `?${others.join("&")}` : ""}`;
  throw new S3Error("NotImplemented", {
    message: `A header or query you provided implies functionality that is not implemented: ${what}`,
  });
}
