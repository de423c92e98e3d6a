/**
 * A multipart upload that starts only when there is something to send, and sends only what S3 does not have.
 */
import { createHash } from "node:crypto";
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { StoredFile } from "../bronze/stored-file.ts";
import { StorageRefused, StorageUnavailable } from "../errors.ts";
import { storageError } from "../storage/errors.ts";
import {
  type Bucket,
  conditionHeaders,
  type Precondition,
  requireVersion,
  signedWith,
} from "../storage/objects.ts";
import { abortOpenUploads, abortUpload } from "./open-uploads.ts";
import { PART_BYTES, type PartBuffers } from "./part-buffers.ts";
import { readStoredParts, type StoredPart } from "./stored-parts.ts";

const COPIES_AT_A_TIME = 4;

/** The destination of an upload, the version that it replaces, and the headers of the new version. */
export type UploadTarget = {
  bronze: Bucket;
  buffers: PartBuffers;
  key: string;
  stored: StoredFile | undefined;
  contentType: string | undefined;
  metadata: Record<string, string>;
};

/** A buffer and the number of its bytes that are used. */
export type Part = { buffer: Buffer; filled: number };

export type PartWriter = {
  /**
   * Takes ownership of a part, and gives its buffer back to the pool afterward. Errors in sending are thrown here
   * or by the next call.
   */
  write: (part: Part) => Promise<void>;
  /**
   * Completes the upload of `bytes` bytes, and returns the ID of the new version. Undefined if the stored version
   * already has exactly these bytes.
   */
  complete: (bytes: number) => Promise<string | undefined>;
  /** Aborts the upload. Does nothing if no upload was started. */
  abort: () => Promise<void>;
};

/**
 * Writes, part by part, an object that replaces the version `stored`. A part is not sent if the stored part with
 * the same number is equal (by the SHA-256 that S3 keeps). As long as all parts are equal, no upload starts. Once
 * an upload has started, equal parts are copied inside S3. Throws storage errors.
 */
export function partWriter(
  { bronze, buffers, key, stored, contentType, metadata }: UploadTarget,
  precondition: Precondition,
): PartWriter {
  const { client, name: Bucket } = bronze;
  const what = `Uploading s3://${Bucket}/${key}`;
  const inFlight = new Set<Promise<void>>();
  const done: CompletedPart[] = [];
  let fault: unknown;
  let uploadId: string | undefined;
  let number = 0;
  let storedParts: readonly StoredPart[] | undefined;

  /** Starts the upload with copies of the parts so far, which all equal the stored ones. */
  async function begin(equalParts: number): Promise<string> {
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
    const id = begun.UploadId;
    if (id === undefined) throw new StorageRefused(`${what}: S3 returned no upload ID`);
    uploadId = id;
    // The client retries after a lost response, and S3 may have started an upload each time.
    if ((begun.$metadata.attempts ?? 1) > 1) await abortOpenUploads(bronze, key, id);
    const twins = (storedParts ?? []).slice(0, equalParts);
    await pMap(twins, (twin, index) => copyInBackground(id, index + 1, twin), {
      concurrency: COPIES_AT_A_TIME,
    });
    if (fault !== undefined) throw fault;
    return id;
  }

  /**
   * Copies a part unless another has failed. Keeps an error instead of throwing it, because an upload can be
   * aborted completely only when nothing is in transit anymore.
   */
  async function copyInBackground(UploadId: string, PartNumber: number, twin: StoredPart): Promise<void> {
    if (fault !== undefined) return;
    try {
      await copy(UploadId, PartNumber, twin);
    } catch (error) {
      fault ??= error;
    }
  }

  async function copy(UploadId: string, PartNumber: number, twin: StoredPart): Promise<void> {
    const from = (PartNumber - 1) * PART_BYTES;
    const copied = await client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: key,
        UploadId,
        PartNumber,
        CopySource: `${Bucket}/${encodeURIComponent(key)}?versionId=${encodeURIComponent(stored?.versionId ?? "")}`,
        CopySourceRange: `bytes=${from}-${from + twin.bytes - 1}`,
      }),
    );
    const { ETag, ChecksumSHA256 } = copied.CopyPartResult ?? {};
    if (ChecksumSHA256 !== twin.checksum)
      throw new StorageUnavailable(`${what}: S3 copied part ${PartNumber} with different bytes`);
    done.push({ PartNumber, ETag, ChecksumSHA256 });
  }

  async function send(UploadId: string, PartNumber: number, Body: Buffer, sha256: Buffer): Promise<void> {
    const ChecksumSHA256 = sha256.toString("base64");
    const command = new UploadPartCommand({ Bucket, Key: key, UploadId, PartNumber, Body, ChecksumSHA256 });
    command.middlewareStack.add(signedWith(sha256), { step: "build" });
    const { ETag } = await client.send(command);
    done.push({ PartNumber, ETag, ChecksumSHA256 });
  }

  /** Sends a part while the next one fills. */
  function sendInBackground(sending: Promise<void>, buffer: Buffer): void {
    const settled = sending
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => {
        inFlight.delete(settled);
        buffers.give(buffer);
      });
    inFlight.add(settled);
  }

  /** Writes a part. Returns true if the part's buffer stays in use until S3 has received the part. */
  async function writePart(PartNumber: number, { buffer, filled }: Part): Promise<boolean> {
    const body = buffer.subarray(0, filled);
    const sha256 = createHash("sha256").update(body).digest();
    storedParts ??= stored === undefined ? [] : await readStoredParts(bronze, stored);
    const twin = storedParts[PartNumber - 1];
    if (twin?.bytes === filled && twin.checksum === sha256.toString("base64")) {
      if (uploadId !== undefined) await copy(uploadId, PartNumber, twin);
      return false;
    }
    const id = uploadId ?? (await begin(PartNumber - 1));
    sendInBackground(send(id, PartNumber, body, sha256), buffer);
    return true;
  }

  return {
    async write(part) {
      let travels = false;
      try {
        if (fault !== undefined) throw fault;
        travels = await writePart(++number, part);
      } catch (error) {
        throw storageError(error, what);
      } finally {
        if (!travels) buffers.give(part.buffer);
      }
    },

    async complete(bytes) {
      await Promise.all(inFlight);
      try {
        if (fault !== undefined) throw fault;
        if (uploadId === undefined && bytes === stored?.bytes) return undefined;
        const UploadId = uploadId ?? (await begin(number));
        const completed = await client.send(
          new CompleteMultipartUploadCommand({
            Bucket,
            Key: key,
            UploadId,
            MpuObjectSize: bytes,
            MultipartUpload: { Parts: done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0)) },
            ...conditionHeaders(precondition),
          }),
        );
        uploadId = undefined;
        return requireVersion(completed.VersionId, Bucket, key);
      } catch (error) {
        throw storageError(error, what);
      }
    },

    async abort() {
      await Promise.all(inFlight);
      if (uploadId === undefined) return;
      await abortUpload(bronze, key, uploadId);
      uploadId = undefined;
    },
  };
}
