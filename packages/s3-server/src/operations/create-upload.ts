import { encryptionHeaders, readAttributes } from "../attributes.ts";
import { ALGORITHMS, CHECKSUM_TYPES } from "../checksums.ts";
import { isCrc } from "../crc-combine.ts";
import { S3Error } from "../errors.ts";
import { bucketOf, type Operation, xmlResponse } from "../operation.ts";
import { header, refuseHeaders, type S3Request } from "../request.ts";
import type { UploadRecord } from "../store/records.ts";
import { inTurn, nextId, outsideId } from "../store/store.ts";
import { endUpload, startUpload } from "../store/uploads.ts";
import { uploadOf } from "./upload-part.ts";

/** CreateMultipartUpload. */
export const createMultipartUpload: Operation = async (call) => {
  const { store, request } = call;
  const bucket = bucketOf(call);
  const attributes = readAttributes(request);
  const checksum = readChecksum(request);
  const uploadId = outsideId(nextId(store));
  const initiated = new Date().toISOString();
  await startUpload(store, bucket, { uploadId, key: request.key, initiated, checksum, ...attributes });
  return xmlResponse(
    "InitiateMultipartUploadResult",
    { Bucket: request.bucket, Key: request.key, UploadId: uploadId },
    {
      ...encryptionHeaders(attributes),
      ...(checksum === null
        ? {}
        : { "x-amz-checksum-algorithm": checksum.algorithm, "x-amz-checksum-type": checksum.type }),
    },
  );
};

/**
 * The algorithm and type of the upload's checksum. SHA-1 and SHA-256 are always COMPOSITE, and CRC64NVME is
 * always FULL_OBJECT.
 */
function readChecksum(request: S3Request): UploadRecord["checksum"] {
  const askedAlgorithm = header(request, "x-amz-checksum-algorithm")?.toUpperCase();
  const askedType = header(request, "x-amz-checksum-type")?.toUpperCase();
  if (askedAlgorithm === undefined) {
    if (askedType === undefined) return null;
    throw new S3Error("InvalidRequest", {
      message: "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    });
  }
  const algorithm = ALGORITHMS.find((name) => name === askedAlgorithm);
  if (algorithm === undefined) {
    throw new S3Error("InvalidRequest", { message: "Checksum algorithm provided is unsupported." });
  }
  const type = CHECKSUM_TYPES.find(
    (name) => name === (askedType ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE")),
  );
  if (type === undefined) {
    throw new S3Error("InvalidRequest", { message: "Value for x-amz-checksum-type header is invalid." });
  }
  if (type === "FULL_OBJECT" ? !isCrc(algorithm) : algorithm === "CRC64NVME") {
    throw new S3Error("InvalidRequest", {
      message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    });
  }
  return { algorithm, type };
}

/** AbortMultipartUpload: removes the parts. S3 supports conditional aborts only for directory buckets. */
export const abortMultipartUpload: Operation = async (call) => {
  refuseHeaders(call.request, ["x-amz-if-match-initiated-time"]);
  const bucket = bucketOf(call);
  const upload = uploadOf(call, bucket);
  await inTurn(bucket, upload, async () => {
    uploadOf(call, bucket);
    await endUpload(bucket, upload, []);
  });
  return { status: 204 };
};
