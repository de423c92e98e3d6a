import { S3Error } from "./errors.ts";
import type { Operation } from "./operation.ts";
import * as settings from "./operations/bucket-settings.ts";
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

/** How AWS's name for an operation is told from a request: method, level, a parameter of the query, a header. */
type Route = {
  name: string;
  method: string;
  level: "service" | "bucket" | "object";
  parameter?: string;
  header?: string;
  run: Operation;
};

/** The first route that fits counts, so those with a parameter or a header come before those without. */
const ROUTES: Route[] = [
  { name: "ListBuckets", method: "GET", level: "service", run: listBuckets },

  {
    name: "GetBucketLocation",
    method: "GET",
    level: "bucket",
    parameter: "location",
    run: getBucketLocation,
  },
  {
    name: "GetBucketVersioning",
    method: "GET",
    level: "bucket",
    parameter: "versioning",
    run: settings.getBucketVersioning,
  },
  {
    name: "PutBucketVersioning",
    method: "PUT",
    level: "bucket",
    parameter: "versioning",
    run: settings.putBucketVersioning,
  },
  {
    name: "GetBucketTagging",
    method: "GET",
    level: "bucket",
    parameter: "tagging",
    run: settings.getBucketTagging,
  },
  {
    name: "PutBucketTagging",
    method: "PUT",
    level: "bucket",
    parameter: "tagging",
    run: settings.putBucketTagging,
  },
  {
    name: "DeleteBucketTagging",
    method: "DELETE",
    level: "bucket",
    parameter: "tagging",
    run: settings.deleteBucketTagging,
  },
  {
    name: "GetBucketLifecycleConfiguration",
    method: "GET",
    level: "bucket",
    parameter: "lifecycle",
    run: settings.getDocument("lifecycle"),
  },
  {
    name: "PutBucketLifecycleConfiguration",
    method: "PUT",
    level: "bucket",
    parameter: "lifecycle",
    run: settings.putDocument("lifecycle"),
  },
  {
    name: "DeleteBucketLifecycle",
    method: "DELETE",
    level: "bucket",
    parameter: "lifecycle",
    run: settings.deleteDocument("lifecycle"),
  },
  {
    name: "GetBucketEncryption",
    method: "GET",
    level: "bucket",
    parameter: "encryption",
    run: settings.getDocument("encryption"),
  },
  {
    name: "PutBucketEncryption",
    method: "PUT",
    level: "bucket",
    parameter: "encryption",
    run: settings.putDocument("encryption"),
  },
  {
    name: "DeleteBucketEncryption",
    method: "DELETE",
    level: "bucket",
    parameter: "encryption",
    run: settings.deleteDocument("encryption"),
  },
  {
    name: "GetPublicAccessBlock",
    method: "GET",
    level: "bucket",
    parameter: "publicAccessBlock",
    run: settings.getDocument("publicAccessBlock"),
  },
  {
    name: "PutPublicAccessBlock",
    method: "PUT",
    level: "bucket",
    parameter: "publicAccessBlock",
    run: settings.putDocument("publicAccessBlock"),
  },
  {
    name: "DeletePublicAccessBlock",
    method: "DELETE",
    level: "bucket",
    parameter: "publicAccessBlock",
    run: settings.deleteDocument("publicAccessBlock"),
  },
  {
    name: "GetBucketOwnershipControls",
    method: "GET",
    level: "bucket",
    parameter: "ownershipControls",
    run: settings.getDocument("ownershipControls"),
  },
  {
    name: "PutBucketOwnershipControls",
    method: "PUT",
    level: "bucket",
    parameter: "ownershipControls",
    run: settings.putDocument("ownershipControls"),
  },
  {
    name: "DeleteBucketOwnershipControls",
    method: "DELETE",
    level: "bucket",
    parameter: "ownershipControls",
    run: settings.deleteDocument("ownershipControls"),
  },
  {
    name: "GetBucketNotificationConfiguration",
    method: "GET",
    level: "bucket",
    parameter: "notification",
    run: settings.getDocument("notification"),
  },
  {
    name: "PutBucketNotificationConfiguration",
    method: "PUT",
    level: "bucket",
    parameter: "notification",
    run: settings.putNotification,
  },
  {
    name: "GetBucketPolicy",
    method: "GET",
    level: "bucket",
    parameter: "policy",
    run: settings.getBucketPolicy,
  },
  {
    name: "PutBucketPolicy",
    method: "PUT",
    level: "bucket",
    parameter: "policy",
    run: settings.putBucketPolicy,
  },
  {
    name: "DeleteBucketPolicy",
    method: "DELETE",
    level: "bucket",
    parameter: "policy",
    run: settings.deleteDocument("policy"),
  },
  { name: "GetBucketAcl", method: "GET", level: "bucket", parameter: "acl", run: settings.getAcl },
  {
    name: "ListMultipartUploads",
    method: "GET",
    level: "bucket",
    parameter: "uploads",
    run: listMultipartUploads,
  },
  {
    name: "ListObjectVersions",
    method: "GET",
    level: "bucket",
    parameter: "versions",
    run: listObjectVersions,
  },
  { name: "ListObjectsV2", method: "GET", level: "bucket", parameter: "list-type", run: listObjectsV2 },
  { name: "DeleteObjects", method: "POST", level: "bucket", parameter: "delete", run: deleteObjects },
  { name: "CreateBucket", method: "PUT", level: "bucket", run: createBucket },
  { name: "DeleteBucket", method: "DELETE", level: "bucket", run: deleteBucket },
  { name: "HeadBucket", method: "HEAD", level: "bucket", run: headBucket },
  { name: "ListObjects", method: "GET", level: "bucket", run: listObjects },

  { name: "GetObjectTagging", method: "GET", level: "object", parameter: "tagging", run: getObjectTagging },
  { name: "PutObjectTagging", method: "PUT", level: "object", parameter: "tagging", run: putObjectTagging },
  {
    name: "DeleteObjectTagging",
    method: "DELETE",
    level: "object",
    parameter: "tagging",
    run: deleteObjectTagging,
  },
  {
    name: "GetObjectAttributes",
    method: "GET",
    level: "object",
    parameter: "attributes",
    run: getObjectAttributes,
  },
  { name: "GetObjectAcl", method: "GET", level: "object", parameter: "acl", run: settings.getAcl },
  {
    name: "CreateMultipartUpload",
    method: "POST",
    level: "object",
    parameter: "uploads",
    run: createMultipartUpload,
  },
  {
    name: "UploadPartCopy",
    method: "PUT",
    level: "object",
    parameter: "uploadId",
    header: "x-amz-copy-source",
    run: uploadPartCopy,
  },
  { name: "UploadPart", method: "PUT", level: "object", parameter: "uploadId", run: uploadPart },
  {
    name: "CompleteMultipartUpload",
    method: "POST",
    level: "object",
    parameter: "uploadId",
    run: completeMultipartUpload,
  },
  {
    name: "AbortMultipartUpload",
    method: "DELETE",
    level: "object",
    parameter: "uploadId",
    run: abortMultipartUpload,
  },
  { name: "ListParts", method: "GET", level: "object", parameter: "uploadId", run: listParts },
  { name: "CopyObject", method: "PUT", level: "object", header: "x-amz-copy-source", run: copyObject },
  { name: "PutObject", method: "PUT", level: "object", run: putObject },
  { name: "GetObject", method: "GET", level: "object", run: getObject },
  { name: "HeadObject", method: "HEAD", level: "object", run: headObject },
  { name: "DeleteObject", method: "DELETE", level: "object", run: deleteObject },
];

/** Parameters that make a request one of an operation of S3 which is not among the routes. */
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

/** Finds a request's operation. Throws S3Error NotImplemented, with what it was, or MethodNotAllowed. */
export function findRoute(request: S3Request): { name: string; run: Operation } {
  const level = request.bucket === "" ? "service" : request.key === "" ? "bucket" : "object";
  const route = ROUTES.find(
    (candidate) =>
      candidate.method === request.method &&
      candidate.level === level &&
      (candidate.parameter === undefined || request.query.has(candidate.parameter)) &&
      (candidate.header === undefined || header(request, candidate.header) !== undefined),
  );
  const others = OTHER_PARAMETERS.filter((name) => name !== route?.parameter && request.query.has(name));
  if (route !== undefined && others.length === 0) return route;
  if (others.length === 0 && request.method !== "POST") {
    throw new S3Error("MethodNotAllowed", {
      details: { Method: request.method, ResourceType: level.toUpperCase() },
    });
  }
  const what = `${request.method} of ${level === "object" ? "an object" : `a ${level}`}`;
  const parameters = others.length > 0 ? others : [...request.query.keys()];
  const how = parameters.length > 0 ? ` with ?${parameters.join("&")}` : "";
  throw new S3Error("NotImplemented", {
    message: `A header or query you provided implies functionality that is not implemented: ${what}${how}`,
  });
}
