import { encryptionHeaders, readAttributes, versionHeaders } from "../attributes.ts";
import { receiveBody } from "../body.ts";
import { checksumHeader } from "../checksums.ts";
import { beginWrite, checkWrite, type WriteCondition } from "../conditions.ts";
import { S3Error } from "../errors.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Call, type Operation, quoted } from "../operation.ts";
import { discardBodies, type WrittenBody } from "../store/bodies.ts";
import { removeFile } from "../store/disk.ts";
import type { Attributes, Checksum, ObjectVersion } from "../store/records.ts";
import { type Bucket, inTurn, nextId } from "../store/store.ts";
import { commitObject, placeBody, wholeBody } from "../store/versions.ts";

/** PutObject: the object is there, whole, with the moment its record is; until then whatever was there before. */
export const putObject: Operation = async (call) => {
  const { store, request, fault } = call;
  const bucket = bucketOf(call);
  const attributes = readAttributes(request);
  const condition = beginWrite(request, bucket);
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

/** Makes a body on disk the newest version of the request's key, if the condition still holds. */
export async function commitWhole(
  call: Call,
  bucket: Bucket,
  body: WrittenBody,
  algorithm: Checksum["algorithm"],
  attributes: Attributes,
  condition: WriteCondition,
): Promise<ObjectVersion> {
  const { store, request } = call;
  const digest = body.digests.get(algorithm) ?? Buffer.alloc(0);
  return inTurn(bucket, request.key, async () => {
    try {
      checkStillThere(call, bucket);
      checkWrite(condition, bucket, request.key);
    } catch (error) {
      await removeFile(body.temporary);
      throw error;
    }
    const bodies = wholeBody(await placeBody(bucket, nextId(store), body), body.size);
    try {
      return await commitObject(store, bucket, {
        key: request.key,
        size: body.size,
        etag: (body.digests.get("MD5") ?? Buffer.alloc(0)).toString("hex"),
        bodies,
        uploadId: null,
        checksum: { algorithm, type: "FULL_OBJECT", value: digest.toString("base64") },
        ...attributes,
      });
    } catch (error) {
      await discardBodies(bucket, bodies);
      throw error;
    }
  });
}

/** Throws S3Error NoSuchBucket if the bucket was deleted while the request was on its way. */
export function checkStillThere(call: Call, bucket: Bucket): void {
  if (bucketOf(call) !== bucket)
    throw new S3Error("NoSuchBucket", { details: { BucketName: bucket.record.name } });
}

/** The headers of an answer to a write. */
export function writtenHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  return {
    etag: quoted(version.etag),
    ...versionHeaders(bucket.record, version.versionId),
    ...encryptionHeaders(version),
  };
}

/** A checksum as headers. */
export function checksumHeaders(checksum: Checksum | null): Record<string, string> {
  if (checksum === null) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type };
}
