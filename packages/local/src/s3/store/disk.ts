import { randomUUID } from "node:crypto";
import { closeSync, fsync, openSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const fsyncAsync = promisify(fsync);

/** Makes the names in a folder durable: after a rename or an unlink, until then, a power cut may undo it. */
export async function syncFolder(folder: string): Promise<void> {
  // Only the sync waits for the disk; to open and close a folder elsewhere takes longer than it does here.
  const fd = openSync(folder, "r");
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A path for something that is being written. Everything in the temporary folder is removed when the store opens. */
export function temporaryPath(temporary: string): string {
  return join(temporary, randomUUID());
}

/** Writes a new file under a temporary name through `write`, and syncs it. On a failure the file is removed again. */
export async function writeTemporary<T>(path: string, write: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, "wx");
  try {
    const result = await write(handle);
    await handle.sync();
    await handle.close();
    return result;
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** Gives a synced temporary file its name, durably: a reader sees what was there before or all of the new. */
export async function publish(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/**
 * Writes a small file as JSON, durably and at once: after a kill it holds the old or the new, never a part. What it speaks of may
 * still be on its way: the file appears after `ready`, and not at all where that rejects. When this throws, `ready` has settled.
 */
export async function writeJson(
  temporary: string,
  path: string,
  value: unknown,
  ready?: Promise<void>,
): Promise<void> {
  const draft = temporaryPath(temporary);
  const written = writeTemporary(draft, (handle) => handle.writeFile(JSON.stringify(value)));
  const [, others] = await Promise.allSettled([written, ready]);
  await written;
  if (others.status === "rejected") {
    await rm(draft);
    throw others.reason;
  }
  await publish(draft, path);
}

/** Removes a file durably; one that is not there is no error. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}
