/** Writes a stream to S3: in one request where it fits in a part, else as a multipart upload that is completed only when all is known to be right and new. */
import { createHash } from "node:crypto";
import { knownSha256 } from "../bronze/stored-file.ts";
import type { TakeChunk } from "../source/http.ts";
import { type Precondition, putObject, writeTags } from "../storage/objects.ts";
import { PART_BYTES } from "./part-buffers.ts";
import { type Part, partWriter, type UploadTarget } from "./part-writer.ts";

/** The outcome: a new version, or none because the stored one has these very bytes. */
export type Upload = { bytes: number; sha256: string; versionId: string | undefined };

export type UploadRequest = UploadTarget & {
  /** Bytes that are announced, where they are: there will not be more. */
  contentLength: number | undefined;
  /** Reads the body, as a download does. Each chunk is taken over: its memory is gone when the next one comes, or the body ends. */
  read: (take: TakeChunk) => Promise<void>;
  /** Called once when the body is complete, before anything becomes visible: it throws if the body is wrong, and returns the new version's tags. */
  approve: (whole: { bytes: number; sha256: string }) => Promise<Record<string, string>>;
};

/**
 * Reads the body to its end and stores it over exactly the version `stored`. Bytes that are there already are not sent:
 * a body equal to the stored one makes no version, and parts that are equal are copied inside S3.
 * Throws WriteConflict if another writer was quicker, whatever `read` and `approve` throw, and storage errors. After an error the
 * stored version is as it was, and no multipart upload is left.
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

  /** Copies all of a chunk. A full part is handed over when there is more to come: a body that ends with it is one request. */
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
    // Who hands over a chunk may look at it once more, until the next one comes.
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
    // What the source made up is another thing than the very same bytes from one that did not.
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
    // The hash was not known when the upload began. Until it is written here, the version is not trusted.
    if (versionId !== undefined) await writeTags(bronze, key, versionId, tags);
    return { bytes, sha256, versionId };
  } catch (error) {
    await parts.abort().catch((cause: unknown) => {
      if (error instanceof Error)
        error.message += ` (its unfinished upload could not be aborted either: ${String(cause)})`;
    });
    throw error;
  } finally {
    if (part !== undefined) buffers.give(part.buffer);
  }
}

/**
 * Frees a chunk's memory now, where it is the chunk's alone. Sockets fill one buffer after the other, and the garbage collector, which
 * sees only their small objects, would let a hundred megabytes of them lie.
 */
function free(chunk: Buffer | undefined): void {
  if (chunk === undefined) return;
  const { buffer, length } = chunk;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
