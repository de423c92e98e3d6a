/**
 * Writes a stream to S3: in one request if it fits into a part, otherwise as a multipart upload that is
 * completed only when the body is known to be correct and different from the stored one.
 */
import { createHash } from "node:crypto";
import { knownSha256 } from "../bronze/stored-file.ts";
import type { TakeChunk } from "../source/http.ts";
import { type Precondition, putObject, writeTags } from "../storage/objects.ts";
import { PART_BYTES } from "./part-buffers.ts";
import { type Part, partWriter, type UploadTarget } from "./part-writer.ts";

/** The outcome: a new version, or none because the stored one has the same bytes. */
export type Upload = { bytes: number; sha256: string; versionId: string | undefined };

export type UploadRequest = UploadTarget & {
  /** The announced number of bytes, if known. The body has no more bytes than this. */
  contentLength: number | undefined;
  /**
   * Reads the body, as a download does. Each chunk must be consumed at once: its memory is reused when the
   * next one arrives or the body ends.
   */
  read: (take: TakeChunk) => Promise<void>;
  /**
   * Called once when the body is complete, before anything becomes visible. Throws if the body is wrong, and
   * returns the new version's tags.
   */
  approve: (whole: { bytes: number; sha256: string }) => Promise<Record<string, string>>;
};

/**
 * Reads the body to the end and stores it in place of exactly the version `stored`. Bytes that are already
 * stored are not sent: a body equal to the stored one creates no version, and equal parts are copied inside
 * S3. Throws WriteConflict if another writer was faster. Also throws storage errors and whatever `read` and
 * `approve` throw. After an error, the stored version is unchanged, and no multipart upload is left.
 */
export async function upload(request: UploadRequest): Promise<Upload> {
  const { bronze, buffers, key, stored, contentType, contentLength, metadata } = request;
  const precondition: Precondition = stored === undefined ? "absent" : { etag: stored.etag };
  const whole = createHash("sha256");
  const parts = partWriter(request, precondition);
  let bytes = 0;
  let copied = 0;
  let part: Part | undefined;
  let spent: Buffer | undefined;

  async function handOver(): Promise<void> {
    const full = part;
    part = undefined;
    if (full !== undefined) await parts.write(full);
  }

  /** Copies into the part as much of the chunk as fits, and returns the rest. */
  function fill(chunk: Buffer): Buffer {
    if (part === undefined) return chunk;
    const count = chunk.copy(part.buffer, part.filled);
    part.filled += count;
    copied += count;
    return chunk.subarray(count);
  }

  /**
   * Copies all of a chunk. A full part is passed on only when more data arrives, so a body that fills exactly
   * one part is sent in one request.
   */
  async function fillParts(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0; rest = fill(rest)) {
      await handOver();
      const left = contentLength === undefined ? PART_BYTES : contentLength - copied;
      part = { buffer: await buffers.take(Math.min(left, PART_BYTES)), filled: 0 };
    }
  }

  function take(chunk: Buffer): Promise<void> | undefined {
    whole.update(chunk);
    bytes += chunk.length;
    const left = fill(chunk);
    // The caller may read the chunk again until the next one arrives.
    free(spent);
    spent = chunk;
    return left.length > 0 ? fillParts(left) : undefined;
  }

  try {
    await request.read(take);
    free(spent);
    const digest = whole.digest();
    const sha256 = digest.toString("hex");
    const tags = await request.approve({ bytes, sha256 });
    // Synthetic data counts as different even if a real source has the same bytes.
    if (stored && knownSha256(stored) === sha256 && stored.metadata.synthetic === metadata.synthetic) {
      await parts.abort();
      return { bytes, sha256, versionId: undefined };
    }
    if (bytes <= PART_BYTES) {
      const body = part?.buffer.subarray(0, part.filled) ?? Buffer.alloc(0);
      const options = { contentType, metadata, tags, sha256: digest, precondition };
      return { bytes, sha256, versionId: (await putObject(bronze, key, body, options)).versionId };
    }
    await handOver();
    const versionId = await parts.complete(bytes);
    // The hash was unknown when the upload started. Until it is written here, the version is not trusted.
    if (versionId !== undefined) await writeTags(bronze, key, versionId, tags);
    return { bytes, sha256, versionId };
  } catch (error) {
    await parts.abort().catch((cause: unknown) => {
      if (error instanceof Error)
        error.message += ` (the unfinished upload could not be aborted either: ${String(cause)})`;
    });
    throw error;
  } finally {
    if (part !== undefined) buffers.give(part.buffer);
  }
}

/**
 * Frees a chunk's memory at once, if the chunk owns it. Sockets fill one buffer after another. By itself, the
 * garbage collector sees only the buffers' small objects, and leaves a hundred megabytes of buffers in memory.
 */
function free(chunk: Buffer | undefined): void {
  if (chunk === undefined) return;
  const { buffer, length } = chunk;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
