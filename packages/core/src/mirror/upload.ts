/** Writes a stream to S3: in one request where it fits in a part, else as a multipart upload that is completed only when all is known to be right and new. */
import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { StorageRefused } from "../errors.ts";
import { storageError } from "../storage/errors.ts";
import { type Bucket, conditionHeaders, putObject, writeTags } from "../storage/objects.ts";
import type { StoredFile } from "./bronze.ts";

/** Bytes of a part. A body that is no larger is held in memory and written by one request. */
export const PART_BYTES = 8 * 1024 * 1024;
/** Parts on their way at a time; one more is being filled. */
const PARTS_IN_FLIGHT = 2;

/** The outcome: a new version, or none because the stored one has these very bytes. */
export type Upload = { bytes: number; sha256: string; versionId: string | undefined };

export type UploadRequest = {
  bronze: Bucket;
  key: string;
  stored: StoredFile | undefined;
  contentType: string | undefined;
  metadata: Record<string, string>;
  chunks: AsyncIterable<Uint8Array>;
  /** Called once when the body is complete, before anything becomes visible: it throws where the body is not right, and gives the new version's tags. */
  approve: (whole: { bytes: number; sha256: string }) => Promise<Record<string, string>>;
};

/**
 * Reads `chunks` to the end and stores them over exactly the version `stored`. Bytes that are there already are not sent:
 * a body equal to the stored one makes no version, and parts at its beginning that are equal are copied inside S3.
 * Throws WriteConflict where another writer was quicker, whatever `chunks` and `approve` throw, and storage errors. After an error the
 * stored version is as it was, and no multipart upload is left.
 */
export async function upload(request: UploadRequest): Promise<Upload> {
  const whole = createHash("sha256");
  const parts = partWriter(request);
  let bytes = 0;
  let buffer = await parts.buffer();
  let filled = 0;
  try {
    for await (const chunk of request.chunks) {
      whole.update(chunk);
      bytes += chunk.length;
      for (let from = 0; from < chunk.length; ) {
        if (filled === PART_BYTES) {
          await parts.write(buffer, filled);
          buffer = await parts.buffer();
          filled = 0;
        }
        const count = Math.min(PART_BYTES - filled, chunk.length - from);
        buffer.set(chunk.subarray(from, from + count), filled);
        filled += count;
        from += count;
      }
    }
    const digest = whole.digest();
    const sha256 = digest.toString("hex");
    const tags = await request.approve({ bytes, sha256 });
    if (request.stored?.tags.sha256 === sha256) {
      await parts.abort();
      return { bytes, sha256, versionId: undefined };
    }
    if (bytes <= PART_BYTES) {
      const { bronze, key, contentType, metadata } = request;
      const put = await putObject(bronze, key, buffer.subarray(0, filled), {
        ...(contentType === undefined ? {} : { contentType }),
        metadata,
        tags,
        checksumSha256: digest.toString("base64"),
        precondition: preconditionOf(request.stored),
      });
      return { bytes, sha256, versionId: put.versionId };
    }
    await parts.write(buffer, filled);
    return { bytes, sha256, versionId: await parts.complete(bytes, tags) };
  } catch (error) {
    await parts.abort().catch((cause: unknown) => {
      if (error instanceof Error)
        error.message += ` (its unfinished upload could not be aborted either: ${String(cause)})`;
    });
    throw error;
  }
}

function preconditionOf(stored: StoredFile | undefined) {
  return stored === undefined ? "absent" : { etag: stored.etag };
}

/**
 * Uploads parts as they come. As long as every part equals the stored object's part of the same number (by the checksum that
 * S3 keeps), nothing is sent and no upload begun; at the first that differs, the equal ones are copied inside S3.
 */
function partWriter({ bronze, key, stored, contentType, metadata }: UploadRequest) {
  const { client, name: Bucket } = bronze;
  const what = `Uploading s3://${Bucket}/${key}`;
  const free: Buffer[] = [];
  const inFlight = new Set<Promise<void>>();
  const done: CompletedPart[] = [];
  let fault: unknown;
  let uploadId: string | undefined;
  let number = 0;
  let storedParts: readonly StoredPart[] | undefined;
  let equal = 0;

  async function begin(): Promise<string> {
    await abortLeftUploads(bronze, key);
    const begun = await client.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key: key,
        ContentType: contentType,
        Metadata: metadata,
        ChecksumAlgorithm: "SHA256",
        ChecksumType: "COMPOSITE",
      }),
    );
    if (begun.UploadId === undefined) throw new StorageRefused(`${what}: S3 gave no upload id`);
    uploadId = begun.UploadId;
    for (let part = 1; part <= equal; part++) await copyPart(begun.UploadId, part);
    return begun.UploadId;
  }

  async function copyPart(UploadId: string, PartNumber: number): Promise<void> {
    const from = (PartNumber - 1) * PART_BYTES;
    const to = from + (storedParts?.[PartNumber - 1]?.bytes ?? 0) - 1;
    const copied = await client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: key,
        UploadId,
        PartNumber,
        CopySource: `${Bucket}/${encodeURIComponent(key)}?versionId=${encodeURIComponent(stored?.versionId ?? "")}`,
        CopySourceRange: `bytes=${from}-${to}`,
      }),
    );
    const { ETag, ChecksumSHA256 } = copied.CopyPartResult ?? {};
    done.push({ PartNumber, ETag, ChecksumSHA256 });
  }

  async function send(
    UploadId: string,
    PartNumber: number,
    body: Buffer,
    ChecksumSHA256: string,
  ): Promise<void> {
    const sent = await client.send(
      new UploadPartCommand({ Bucket, Key: key, UploadId, PartNumber, Body: body, ChecksumSHA256 }),
    );
    done.push({ PartNumber, ETag: sent.ETag, ChecksumSHA256 });
  }

  return {
    /** A buffer of one part to fill; waits while too many parts are on their way. */
    async buffer(): Promise<Buffer> {
      while (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
      return free.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
    },

    /** Takes a filled buffer over and sends it, unless it is stored already. */
    async write(buffer: Buffer, filled: number): Promise<void> {
      if (fault !== undefined) throw storageError(fault, what);
      const body = buffer.subarray(0, filled);
      const checksum = createHash("sha256").update(body).digest("base64");
      const PartNumber = ++number;
      try {
        storedParts ??= await readStoredParts(bronze, stored);
        const twin = storedParts[equal];
        if (equal === PartNumber - 1 && twin?.checksum === checksum && twin.bytes === filled) {
          equal++;
          free.push(buffer);
          return;
        }
        const id = uploadId ?? (await begin());
        const sending = send(id, PartNumber, body, checksum)
          .catch((error: unknown) => {
            fault = error;
          })
          .finally(() => {
            inFlight.delete(sending);
            free.push(buffer);
          });
        inFlight.add(sending);
      } catch (error) {
        throw storageError(error, what);
      }
    },

    /** Makes the upload the current version and writes its tags. Gives undefined where all of it is stored already. */
    async complete(bytes: number, tags: Record<string, string>): Promise<string | undefined> {
      await Promise.all(inFlight);
      if (fault !== undefined) throw storageError(fault, what);
      if (uploadId === undefined && equal === number && bytes === stored?.bytes) return undefined;
      try {
        const UploadId = uploadId ?? (await begin());
        const completed = await client.send(
          new CompleteMultipartUploadCommand({
            Bucket,
            Key: key,
            UploadId,
            MpuObjectSize: bytes,
            MultipartUpload: { Parts: done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0)) },
            ...conditionHeaders(preconditionOf(stored)),
          }),
        );
        uploadId = undefined;
        if (completed.VersionId === undefined) throw new StorageRefused(`${what}: S3 gave no version`);
        await writeTags(bronze, key, completed.VersionId, tags);
        return completed.VersionId;
      } catch (error) {
        throw storageError(error, what);
      }
    },

    /** Ends an upload that is not to be. Does nothing where none was begun. */
    async abort(): Promise<void> {
      await Promise.all(inFlight);
      if (uploadId === undefined) return;
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId }));
      uploadId = undefined;
    },
  };
}

type StoredPart = { bytes: number; checksum: string };

/** The parts of a stored multipart object that begin where ours do, each with its SHA-256 in base64 as S3 keeps it. */
async function readStoredParts(bronze: Bucket, stored: StoredFile | undefined): Promise<StoredPart[]> {
  if (stored === undefined || stored.bytes <= PART_BYTES) return [];
  const parts: StoredPart[] = [];
  let marker: string | undefined;
  do {
    const { ObjectParts } = await bronze.client.send(
      new GetObjectAttributesCommand({
        Bucket: bronze.name,
        Key: stored.key,
        VersionId: stored.versionId,
        ObjectAttributes: ["ObjectParts"],
        PartNumberMarker: marker,
      }),
    );
    for (const { Size, ChecksumSHA256 } of ObjectParts?.Parts ?? []) {
      if (Size === undefined || ChecksumSHA256 === undefined) return parts;
      parts.push({ bytes: Size, checksum: ChecksumSHA256 });
      if (Size !== PART_BYTES) return parts;
    }
    marker = ObjectParts?.IsTruncated ? ObjectParts.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}

/**
 * Aborts what uploads of the key are open: those of processes that were killed. A rival that is alive loses its upload too,
 * takes it as the conflict that it is, and starts over.
 */
async function abortLeftUploads(bronze: Bucket, key: string): Promise<void> {
  const { Uploads } = await bronze.client.send(
    new ListMultipartUploadsCommand({ Bucket: bronze.name, Prefix: key }),
  );
  for (const left of Uploads ?? []) {
    if (left.Key !== key || left.UploadId === undefined) continue;
    await bronze.client.send(
      new AbortMultipartUploadCommand({ Bucket: bronze.name, Key: key, UploadId: left.UploadId }),
    );
  }
}
