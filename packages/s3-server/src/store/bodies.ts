import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { type ChecksumAlgorithm, type Digester, type Digests, digester } from "../checksums.ts";
import { S3Error } from "../errors.ts";
import { bodyPath, findDamage } from "./body-files.ts";
import { temporaryPath, type Unnamed, writeTemporary } from "./disk.ts";
import type { Body, ObjectVersion } from "./records.ts";
import type { Bucket, Store } from "./store.ts";

/** Bytes on disk under a temporary name, and the digests computed while they were written. */
export type WrittenBody = { temporary: string; size: number; digests: Digests };

/**
 * The number of bytes collected before a write: large enough to limit the number of system calls, small enough
 * for many simultaneous requests.
 */
const WRITE_BYTES = 512 * 1024;
const READ_BYTES = 512 * 1024;

/**
 * Writes bytes to a temporary file as they arrive, syncs it, and computes their MD5 and the requested digests.
 * Memory use stays at a few MiB, whatever the size. If the source or the disk fails, the file is removed and
 * the error is thrown.
 */
export async function writeBody(
  store: Store,
  source: AsyncIterable<Buffer>,
  algorithms: Iterable<ChecksumAlgorithm>,
): Promise<WrittenBody> {
  const temporary = temporaryPath(store.temporary);
  const whole = digester(algorithms);
  const size = await writeTemporary(temporary, (handle) => copyInto(handle, source, whole));
  return { temporary, size, digests: await whole.digests() };
}

/**
 * Bytes are hashed while earlier bytes are being written: at most one write is in progress while the next batch
 * fills.
 */
async function copyInto(handle: FileHandle, source: AsyncIterable<Buffer>, whole: Digester): Promise<number> {
  let size = 0;
  let batch: Buffer[] = [];
  let batched = 0;
  let write: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of source) {
      whole.update(chunk);
      batch.push(chunk);
      batched += chunk.length;
      size += chunk.length;
      if (batched < WRITE_BYTES) continue;
      await write;
      write = writeAll(handle, batch, batched);
      // An error is thrown where the write is awaited. Until then, it must not count as an unhandled rejection.
      write.catch(() => undefined);
      batch = [];
      batched = 0;
    }
  } finally {
    await write;
  }
  if (batched > 0) await writeAll(handle, batch, batched);
  return size;
}

async function writeAll(handle: FileHandle, buffers: Buffer[], length: number): Promise<void> {
  const { bytesWritten } = await handle.writev(buffers);
  if (bytesWritten < length) await handle.writeFile(Buffer.concat(buffers).subarray(bytesWritten));
}

/** A written body and its final name among the bucket's bodies. */
export function placeFor(bucket: Bucket, file: string, { temporary }: WrittenBody): Unnamed {
  return { temporary, path: bodyPath(bucket.folder, file) };
}

/**
 * Keeps bodies readable, even if their version is removed, until the returned function is called. Call
 * holdBodies as soon as the version has been found.
 */
export function holdBodies(bucket: Bucket, bodies: Body[]): () => Promise<void> {
  for (const { file } of bodies) bucket.readers.set(file, (bucket.readers.get(file) ?? 0) + 1);
  return async () => {
    for (const { file } of bodies) {
      const left = (bucket.readers.get(file) ?? 1) - 1;
      if (left > 0) bucket.readers.set(file, left);
      else bucket.readers.delete(file);
    }
    await discardBodies(
      bucket,
      bodies.filter(({ file }) => bucket.doomed.delete(file)),
    );
  };
}

/**
 * The bytes `start` to `end` (exclusive) of an object. The caller must hold the object's bodies. Throws S3Error
 * DamagedObject if the file of one of these bodies is missing or has the wrong size: otherwise, a client would
 * wait for bytes that never arrive, and retry endlessly.
 */
export function readObject(
  bucket: Bucket,
  { key, versionId, bodies }: ObjectVersion,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  const ranges = [...rangesOf(bodies, start, end)];
  const damage = findDamage(
    bucket.folder,
    ranges.map(({ body }) => body),
  );
  if (damage !== undefined) {
    throw new S3Error("DamagedObject", {
      message: `The version ${versionId} of ${key} is damaged: ${damage}. Start this server again to set the version aside, then write the object again`,
    });
  }
  return readRanges(bucket, ranges);
}

async function* readRanges(bucket: Bucket, ranges: readonly BodyRange[]): AsyncGenerator<Buffer> {
  for (const { body, from, to } of ranges) {
    const path = bodyPath(bucket.folder, body.file);
    yield* createReadStream(path, { start: from, end: to - 1, highWaterMark: READ_BYTES });
  }
}

type BodyRange = { body: Body; from: number; to: number };

/** The part of each body that belongs to the bytes `start` to `end` (exclusive) of the whole. */
function* rangesOf(bodies: readonly Body[], start: number, end: number): Generator<BodyRange> {
  let offset = 0;
  for (const body of bodies) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, body.size);
    offset += body.size;
    if (from < to) yield { body, from, to };
  }
}

/** Removes bodies that no record refers to: at once, or when their last reader is done. */
export async function discardBodies(bucket: Bucket, bodies: Body[]): Promise<void> {
  for (const { file } of bodies) {
    if (bucket.readers.has(file)) bucket.doomed.add(file);
    else await rm(bodyPath(bucket.folder, file), { force: true });
  }
}
