import { rm } from "node:fs/promises";
import { encryptionHeaders } from "../attributes.ts";
import { receiveBody } from "../body.ts";
import { type ChecksumAlgorithm, checksumElement, checksumHeader } from "../checksums.ts";
import { copySourceHeaders, findCopySource } from "../copy-source.ts";
import { S3Error } from "../errors.ts";
import { failWithin } from "../faults.ts";
import {
  bucketOf,
  type Call,
  type Operation,
  queryNumber,
  quoted,
  xmlResponse,
  xmlTime,
} from "../operation.ts";
import { header, type S3Request } from "../request.ts";
import { placeFor, readObject, type WrittenBody, writeBody } from "../store/bodies.ts";
import type { Checksum, ObjectVersion, PartRecord, UploadRecord } from "../store/records.ts";
import { type Bucket, inTurn, nextId, type Upload } from "../store/store.ts";
import { keepPart } from "../store/uploads.ts";
import { checkStillThere } from "./put-object.ts";

/** The upload that a request specifies. Throws S3Error NoSuchUpload if it does not exist. */
export function uploadOf(call: Call, bucket: Bucket): Upload {
  const uploadId = call.request.query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(uploadId);
  if (upload?.record.key === call.request.key) return upload;
  throw new S3Error("NoSuchUpload", { details: { UploadId: uploadId } });
}

/** UploadPart: stores a part, replacing an earlier one with the same number. */
export const uploadPart: Operation = async (call) => {
  const { store, request, fault } = call;
  const bucket = bucketOf(call);
  const upload = uploadOf(call, bucket);
  const partNumber = partNumberOf(request);
  const body = await receiveBody(store, request, fault, (claimed) => {
    checkAlgorithm(upload.record, claimed);
    return [partAlgorithm(upload.record)];
  });
  const part = await keepBody(call, bucket, upload, partNumber, body);
  // If the upload has no algorithm, S3 returns a checksum only if the client sent one with the part.
  const returned = body.claimed ?? (upload.record.checksum === null ? null : part.body.checksum);
  return {
    status: 200,
    headers: {
      etag: quoted(part.etag),
      ...(returned === null ? {} : { [checksumHeader(returned.algorithm)]: returned.value }),
      ...encryptionHeaders(upload.record),
    },
  };
};

/** UploadPartCopy: stores all bytes of another object, or a range of them, as a part. */
export const uploadPartCopy: Operation = async (call) => {
  const { store, request, fault } = call;
  const bucket = bucketOf(call);
  const upload = uploadOf(call, bucket);
  const partNumber = partNumberOf(request);
  const source = findCopySource(call);
  const { start, end } = copyRange(request, source.object);
  const bytes = failWithin(readObject(source.bucket, source.object, start, end), fault);
  const body = await writeBody(store, bytes, [partAlgorithm(upload.record)]);
  const part = await keepBody(call, bucket, upload, partNumber, body);
  const checksum = upload.record.checksum === null ? null : part.body.checksum;
  return xmlResponse(
    "CopyPartResult",
    {
      ETag: quoted(part.etag),
      LastModified: xmlTime(part.modified),
      ...(checksum === null ? {} : { [checksumElement(checksum.algorithm)]: checksum.value }),
    },
    { ...encryptionHeaders(upload.record), ...copySourceHeaders(source) },
  );
};

function partNumberOf(request: S3Request): number {
  return queryNumber(request, "partNumber", 1, 10_000, 1);
}

/** The algorithm of the parts' checksums: the client's choice, or S3's default. */
function partAlgorithm(upload: UploadRecord): ChecksumAlgorithm {
  return upload.checksum?.algorithm ?? "CRC64NVME";
}

function checkAlgorithm(upload: UploadRecord, claimed: ChecksumAlgorithm | null): void {
  const expected = upload.checksum?.algorithm;
  if (expected === undefined || claimed === null || claimed === expected) return;
  throw new S3Error("InvalidRequest", {
    message: `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${claimed.toLowerCase()}`,
  });
}

/**
 * The range of bytes to copy from the source. Throws S3Error if the range is malformed or exceeds the
 * source.
 */
function copyRange(request: S3Request, object: ObjectVersion): { start: number; end: number } {
  const text = header(request, "x-amz-copy-source-range");
  if (text === undefined) return { start: 0, end: object.size };
  const invalid = (message: string) =>
    new S3Error("InvalidArgument", {
      message,
      details: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: text },
    });
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(text) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) {
    throw invalid(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (Number(first) >= object.size) {
    throw new S3Error("InvalidRequest", {
      message: "The specified copy range is invalid for the source object size",
    });
  }
  if (Number(last) >= object.size)
    throw invalid(`Range specified is not valid for source object of size: ${object.size}`);
  return { start: Number(first), end: Number(last) + 1 };
}

/** Adds a written body to the upload, unless the upload has ended in the meantime. */
async function keepBody(
  call: Call,
  bucket: Bucket,
  upload: Upload,
  partNumber: number,
  body: WrittenBody,
): Promise<PartRecord> {
  const { store } = call;
  const { uploadId } = upload.record;
  const { size, digests } = body;
  const algorithm = partAlgorithm(upload.record);
  try {
    return await inTurn(bucket, upload, async () => {
      checkStillThere(call, bucket);
      uploadOf(call, bucket);
      const file = nextId(store);
      const checksum: Checksum = { algorithm, type: "FULL_OBJECT", value: digests.checksum(algorithm) };
      const part: PartRecord = {
        id: file,
        uploadId,
        etag: digests.md5.toString("hex"),
        modified: new Date().toISOString(),
        body: { file, size, partNumber, checksum },
      };
      await keepPart(store, bucket, upload, part, placeFor(bucket, file, body));
      return part;
    });
  } catch (error) {
    await rm(body.temporary, { force: true });
    throw error;
  }
}
