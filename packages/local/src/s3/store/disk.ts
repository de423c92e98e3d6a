import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Makes the names in a folder durable: after a rename or an unlink, until then, a power cut may undo it. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
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

/** Writes a small file as JSON, durably and at once: after a kill it holds the old or the new, never a part. */
export async function writeJson(temporary: string, path: string, value: unknown): Promise<void> {
  const draft = temporaryPath(temporary);
  await writeTemporary(draft, (handle) => handle.writeFile(JSON.stringify(value)));
  await publish(draft, path);
}

/** Removes a file durably; one that is not there is no error. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}
