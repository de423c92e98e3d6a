/**
 * The permissions that a request to S3 requires.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html (each operation's page),
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
import type { S3RequestRecord } from "@data-quest/s3-server";

/** An action and the ARN of its resource. */
export type Use = {
  action: string;
  resource: string;
};

/** The permissions that a request required. Throws an Error for an unknown operation. */
export function permissionsNeeded(record: S3RequestRecord): Use[] {
  const { operation, bucket, key, versionId, copySource, status, tagging, ifMatch } = record;
  const onBucket = (action: string): Use => ({ action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}` });
  const onObject = (action: string): Use => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${bucket}/${key}`,
  });
  const onSource = (action: "GetObject" | "GetObjectTagging"): Use => ({
    action: `s3:${copySource?.versionId ? action.replace("Object", "ObjectVersion") : action}`,
    resource: `arn:aws:s3:::${copySource?.bucket}/${copySource?.key}`,
  });
  const write = [
    onObject("PutObject"),
    ...(tagging ? [onObject("PutObjectTagging")] : []),
    ...(ifMatch ? [onObject("GetObject")] : []),
  ];
  switch (operation) {
    case "HeadObject":
    case "GetObject":
      return [
        onObject(versionId ? "GetObjectVersion" : "GetObject"),
        // Only callers that may list the bucket learn that a key does not exist. Other callers get a 403.
        ...(status === 404 ? [onBucket("ListBucket")] : []),
      ];
    case "GetObjectAttributes":
      return versionId
        ? [onObject("GetObjectVersion"), onObject("GetObjectVersionAttributes")]
        : [onObject("GetObject"), onObject("GetObjectAttributes")];
    case "GetObjectTagging":
      return [
        onObject(versionId ? "GetObjectVersionTagging" : "GetObjectTagging"),
        ...(status === 404 ? [onBucket("ListBucket")] : []),
      ];
    case "PutObjectTagging":
      return [onObject(versionId ? "PutObjectVersionTagging" : "PutObjectTagging")];
    case "PutObject":
    case "CreateMultipartUpload":
    case "UploadPart":
    case "CompleteMultipartUpload":
      return write;
    case "UploadPartCopy":
      return [...write, onSource("GetObject")];
    case "CopyObject":
      // The tags are copied too, unless the request says otherwise.
      return [...write, onObject("PutObjectTagging"), onSource("GetObject"), onSource("GetObjectTagging")];
    case "AbortMultipartUpload":
      return [onObject("AbortMultipartUpload")];
    case "DeleteObject":
      return [
        onObject(versionId ? "DeleteObjectVersion" : "DeleteObject"),
        ...(ifMatch ? [onObject("GetObject")] : []),
      ];
    case "ListObjectsV2":
      return [onBucket("ListBucket")];
    case "ListObjectVersions":
      return [onBucket("ListBucketVersions")];
    case "ListMultipartUploads":
      return [onBucket("ListBucketMultipartUploads")];
    case "GetBucketVersioning":
    case "PutBucketVersioning":
      return [onBucket(operation)];
    default:
      throw new Error(
        `The permissions for ${operation} are unknown: add them to test/infra/s3-permissions.ts`,
      );
  }
}
