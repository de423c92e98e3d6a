import { rm } from "node:fs/promises";
import { encryptionHeaders, readAttributes, versionHeaders } from "../attributes.ts";
import { receiveBody } from "../body.ts";
import { type ChecksumAlgorithm, checksumHeader } from "../checksums.ts";
import { checkCondition, checkUnchanged, readWriteCondition, type WriteCondition } from "../conditions.ts";
import { S3Error } from "../errors.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Call, type Operation, quoted } from "../operation.ts";
import { placeFor, type WrittenBody } from "../store/bodies.ts";
import type { Attributes, Checksum, ObjectVersion } from "../store/records.ts";
import { type Bucket, inTurn, nextId } from "../store/store.ts";
import { commitObject, type NewObject } from "../store/versions.ts";

/** PutObject: the new object replaces the old one once the new record is written. */
export const putObject: Operation = async (call) => {
  const { store, request, fault } = call;
  const bucket = bucketOf(call);
  const attributes = readAttributes(request);
  const condition = readWriteCondition(request, bucket);
  checkCondition(condition, bucket, request.key);
  const body = await receiveBody(store, request, fault, (claimed) => (claimed === null ? ["CRC64NVME"] : []));
  const version = await commitWhole(
    call,
    bucket,
    body,
    body.claimed?.algorithm ?? "CRC64NVME",
    attributes,
    condition,
  );
  notify(call, { name: "ObjectCreated:Put", bucket, version });
  return {
    status: 200,
    headers: { ...writtenHeaders(bucket, version), ...checksumHeaders(version.checksum) },
  };
};

/** Turns a body on disk into the newest version of the request's key, if the condition still holds. */
export async function commitWhole(
  call: Call,
  bucket: Bucket,
  body: WrittenBody,
  algorithm: ChecksumAlgorithm,
  attributes: Attributes,
  condition: WriteCondition,
): Promise<ObjectVersion> {
  const { store, request } = call;
  const { size, digests } = body;
  try {
    return await inTurn(bucket, request.key, async () => {
      checkStillThere(call, bucket);
      checkUnchanged(condition, bucket, request.key);
      const file = nextId(store);
      const object: NewObject = {
        key: request.key,
        size,
        etag: digests.md5.toString("hex"),
        bodies: [{ file, size, partNumber: 1, checksum: null }],
        uploadId: null,
        checksum: { algorithm, type: "FULL_OBJECT", value: digests.checksum(algorithm) },
        ...attributes,
      };
      return commitObject(store, bucket, object, placeFor(bucket, file, body));
    });
  } catch (error) {
    await rm(body.temporary, { force: true });
    throw error;
  }
}

/** Throws S3Error NoSuchBucket if the bucket was deleted during the request. */
export function checkStillThere(call: Call, bucket: Bucket): void {
  if (bucketOf(call) !== bucket)
    throw new S3Error("NoSuchBucket", { details: { BucketName: bucket.record.name } });
}

/** The response headers of a write. */
export function writtenHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  return {
    etag: quoted(version.etag),
    ...writtenVersion(bucket, version),
    ...encryptionHeaders(version),
  };
}

/** The version ID of a write, as a header. S3 returns the ID of a null version only for reads. */
export function writtenVersion(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  return version.versionId === "null" ? {} : versionHeaders(bucket.record, version.versionId);
}

/** A checksum as headers. */
export function checksumHeaders(checksum: Checksum | null): Record<string, string> {
  if (checksum === null) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type };
}
