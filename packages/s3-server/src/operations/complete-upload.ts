import { createHash } from "node:crypto";
import * as z from "zod";
import { encryptionHeaders } from "../attributes.ts";
import { receiveDocument } from "../body.ts";
import { ALGORITHMS, checksumElement, checksumHeader, compositeChecksum } from "../checksums.ts";
import { checkCondition, conflict, readWriteCondition, type WriteCondition } from "../conditions.ts";
import { combineCrcs, isCrc } from "../crc-combine.ts";
import { S3Error } from "../errors.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Call, type Operation, quoted, type S3Response, xmlResponse } from "../operation.ts";
import { header, type S3Request } from "../request.ts";
import { versionsOf } from "../store/key-index.ts";
import type { Checksum, ObjectVersion, PartRecord } from "../store/records.ts";
import { type Bucket, insideId, inTurn, type Upload } from "../store/store.ts";
import { endUpload } from "../store/uploads.ts";
import { commitObject, currentVersion } from "../store/versions.ts";
import { fromXml, listOf } from "../xml.ts";
import { checksumContent } from "./object-attributes.ts";
import { checkStillThere, writtenVersion } from "./put-object.ts";
import { uploadOf } from "./upload-part.ts";

/** Every part except the last must be at least 5 MiB. */
const LEAST_PART_BYTES = 5 * 1024 ** 2;
const MOST_COMPLETE_BYTES = 4 * 1024 ** 2;

const PartElement = z.object({
  PartNumber: z.coerce.number().int().min(1).max(10_000),
  ETag: z.string(),
  ChecksumCRC32: z.string().optional(),
  ChecksumCRC32C: z.string().optional(),
  ChecksumCRC64NVME: z.string().optional(),
  ChecksumSHA1: z.string().optional(),
  ChecksumSHA256: z.string().optional(),
});
type PartElement = z.infer<typeof PartElement>;

const CompleteDocument = z.object({
  Part: listOf(PartElement).refine((parts) => parts.length > 0, "must occur at least once"),
});

/** CompleteMultipartUpload: the listed parts become one object when the object's record is written. */
export const completeMultipartUpload: Operation = async (call) => {
  const { request, fault } = call;
  const bucket = bucketOf(call);
  const document = await receiveDocument(request, MOST_COMPLETE_BYTES, true);
  const done = findCompleted(request, bucket);
  if (done !== undefined) return completed(call, bucket, done);
  const upload = uploadOf(call, bucket);
  if (fault?.kind === "lostPart") upload.parts.delete(fault.partNumber);
  const { Part } = fromXml(document, "CompleteMultipartUpload", CompleteDocument);
  const version = await inTurn(bucket, upload, async () => {
    const repeated = findCompleted(request, bucket);
    if (repeated !== undefined) return repeated;
    uploadOf(call, bucket);
    const parts = chooseParts(upload, Part);
    const checksum = await wholeChecksum(request, upload, parts);
    const size = parts.reduce((sum, { body }) => sum + body.size, 0);
    checkWhole(request, checksum, size);
    const bodies = parts.map(({ body }) => body);
    const { headers, metadata, tags, uploadId } = upload.record;
    const object = await inTurn(bucket, request.key, async () => {
      checkStillThere(call, bucket);
      checkSinceBegun(readWriteCondition(request, bucket), bucket, upload);
      const etag = wholeEtag(parts);
      const { key } = request;
      return commitObject(call.store, bucket, {
        key,
        size,
        etag,
        bodies,
        uploadId,
        checksum,
        headers,
        metadata,
        tags,
      });
    });
    await endUpload(bucket, upload, bodies);
    notify(call, { name: "ObjectCreated:CompleteMultipartUpload", bucket, version: object });
    return object;
  });
  return completed(call, bucket, version);
};

/**
 * Checks the condition on the whole object: against the current state of the key, and against changes to the
 * key since the upload started. Throws S3Error. After ConditionalRequestConflict, the upload must be started
 * again.
 */
function checkSinceBegun(condition: WriteCondition, bucket: Bucket, upload: Upload): void {
  if (condition.header === null) return;
  const { key } = upload.record;
  checkCondition(condition, bucket, key);
  const current = currentVersion(bucket, key);
  const isNewer = current !== undefined && current.id > insideId(upload.record);
  if (isNewer || upload.keyDeleted) throw conflict(condition, key);
}

/**
 * The object that this upload has already become, if any. A client that missed the response can retry, and
 * then gets the same response.
 */
function findCompleted(request: S3Request, bucket: Bucket): ObjectVersion | undefined {
  const uploadId = request.query.get("uploadId");
  return versionsOf(bucket.index, request.key)
    .filter((version) => version.kind === "object")
    .find((version) => version.uploadId === uploadId);
}

function completed({ request }: Call, bucket: Bucket, version: ObjectVersion): S3Response {
  const host = request.message.headers.host ?? "";
  const path = request.key.split("/").map(encodeURIComponent).join("/");
  return xmlResponse(
    "CompleteMultipartUploadResult",
    {
      Location: `http://${host}/${request.bucket}/${path}`,
      Bucket: request.bucket,
      Key: request.key,
      ETag: quoted(version.etag),
      ...checksumContent(version.checksum),
    },
    { ...writtenVersion(bucket, version), ...encryptionHeaders(version) },
  );
}

/**
 * The parts that the document lists, in order. Throws S3Error InvalidPartOrder, InvalidPart, or
 * EntityTooSmall.
 */
function chooseParts(upload: Upload, named: PartElement[]): PartRecord[] {
  const parts: PartRecord[] = [];
  let before = 0;
  for (const element of named) {
    if (element.PartNumber <= before) throw new S3Error("InvalidPartOrder");
    before = element.PartNumber;
    const part = upload.parts.get(element.PartNumber);
    if (part === undefined || element.ETag.replace(/^"(.*)"$/, "$1") !== part.etag)
      throw invalidPart(upload, element);
    checkPartChecksum(upload, element, part);
    parts.push(part);
  }
  for (const { body, etag } of parts.slice(0, -1)) {
    if (body.size >= LEAST_PART_BYTES) continue;
    throw new S3Error("EntityTooSmall", {
      details: {
        ProposedSize: body.size,
        MinSizeAllowed: LEAST_PART_BYTES,
        PartNumber: body.partNumber,
        ETag: etag,
      },
    });
  }
  return parts;
}

/**
 * A checksum that the request lists for a part must be the part's checksum. If the upload's checksum is a
 * checksum of checksums, the request must list a checksum for every part.
 */
function checkPartChecksum(upload: Upload, element: PartElement, part: PartRecord): void {
  const { checksum } = part.body;
  for (const algorithm of ALGORITHMS) {
    const named = element[checksumElement(algorithm)];
    const known = checksum.algorithm === algorithm ? checksum.value : undefined;
    if (named !== undefined && upload.record.checksum !== null && named !== known)
      throw invalidPart(upload, element);
    if (named === undefined && known !== undefined && upload.record.checksum?.type === "COMPOSITE") {
      throw new S3Error("InvalidRequest", {
        message: `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${element.PartNumber} in the request.`,
      });
    }
  }
}

function invalidPart(upload: Upload, element: PartElement): S3Error {
  const { uploadId } = upload.record;
  return new S3Error("InvalidPart", {
    details: { UploadId: uploadId, PartNumber: element.PartNumber, ETag: element.ETag },
  });
}

/** The entity tag of a multipart object: the MD5 of its parts' MD5s, and the number of parts. */
function wholeEtag(parts: PartRecord[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}

/** The object's checksum, from the checksums of its parts. */
async function wholeChecksum(request: S3Request, upload: Upload, parts: PartRecord[]): Promise<Checksum> {
  const { algorithm, type } = upload.record.checksum ?? { algorithm: "CRC64NVME", type: "FULL_OBJECT" };
  const asked = header(request, "x-amz-checksum-type")?.toUpperCase() ?? type;
  if (asked !== type) {
    throw new S3Error("InvalidRequest", {
      message: `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    });
  }
  const each = parts.map(({ body }) => ({ checksum: body.checksum.value, size: body.size }));
  if (type === "FULL_OBJECT" && isCrc(algorithm))
    return { algorithm, type, value: combineCrcs(algorithm, each) };
  return {
    algorithm,
    type,
    value: await compositeChecksum(
      algorithm,
      each.map(({ checksum }) => checksum),
    ),
  };
}

/** Checks what the request claims about the whole object: its checksum and its size. */
function checkWhole(request: S3Request, checksum: Checksum, size: number): void {
  const claimed = header(request, checksumHeader(checksum.algorithm));
  if (claimed !== undefined && claimed.replace(/-\d+$/, "") !== checksum.value.replace(/-\d+$/, "")) {
    throw new S3Error("BadDigest", {
      message: `The ${checksum.algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    });
  }
  const claimedSize = header(request, "x-amz-mp-object-size");
  if (claimedSize !== undefined && Number(claimedSize) !== size) {
    throw new S3Error("InvalidRequest", {
      message: `The provided 'x-amz-mp-object-size' header value ${claimedSize} does not match what was computed: ${size}`,
    });
  }
}
