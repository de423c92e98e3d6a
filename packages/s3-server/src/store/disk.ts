import { randomUUID } from "node:crypto";
import { closeSync, fsync, openSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";

const fsyncAsync = promisify(fsync);

/** Makes the names in a folder durable: after a rename or an unlink, until then, a power cut may undo it. */
export function syncFolder(folder: string): Promise<void> {
  return changeNames(folder, async () => undefined);
}

/** Runs `change`, which changes names in a folder, and makes it durable. A folder that cannot be opened is not changed. */
async function changeNames(folder: string, change: () => Promise<void>): Promise<void> {
  // Only the sync waits for the disk; to open and close a folder elsewhere takes longer than it does here.
  const fd = openSync(folder, "r");
  try {
    await change();
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
  const handle = await open(path, "wx", PRIVATE_FILE);
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

/** A synced temporary file, and the name that it is to get. */
export type Unnamed = { temporary: string; path: string };

/** Gives a synced temporary file its name, durably: a reader sees what was there before or all of the new. */
async function publish({ temporary, path }: Unnamed): Promise<void> {
  await changeNames(dirname(path), () => rename(temporary, path));
}

/**
 * Writes a small file as JSON, durably and at once: after a kill it holds the old or the new, never a part. What it speaks of,
 * `subject`, gets its name before. Where this throws, neither has; only where the very last sync fails, both keep theirs.
 */
export async function writeJson(
  temporary: string,
  path: string,
  value: unknown,
  subject?: Unnamed,
): Promise<void> {
  const draft = temporaryPath(temporary);
  let isNamed = false;
  const written = writeTemporary(draft, (handle) => handle.writeFile(JSON.stringify(value)));
  const ready = await Promise.allSettled([written, subject && publish(subject)]);
  try {
    for (const each of ready) if (each.status === "rejected") throw each.reason;
    await changeNames(dirname(path), async () => {
      await rename(draft, path);
      isNamed = true;
    });
  } catch (error) {
    if (!isNamed) for (const file of [draft, subject?.path]) if (file) await rm(file, { force: true });
    throw error;
  }
}

/** Removes a file durably; one that is not there is no error. */
export async function removeFile(path: string): Promise<void> {
  await changeNames(dirname(path), () => rm(path, { force: true }));
}
