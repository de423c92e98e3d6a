import { randomUUID } from "node:crypto";
import { closeSync, fsync, openSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PRIVATE_FILE } from "@data-quest/state-directory/private-files";

const fsyncAsync = promisify(fsync);

/** Makes the names in a folder durable. Until then, a power failure may undo a rename or an unlink. */
export function syncFolder(folder: string): Promise<void> {
  return changeNames(folder, async () => undefined);
}

/**
 * Runs `change`, which changes names in a folder, and makes the changes durable. If the folder cannot be opened,
 * nothing is changed.
 */
async function changeNames(folder: string, change: () => Promise<void>): Promise<void> {
  // Only the sync waits for the disk. Opening and closing a folder is faster on this thread than in the thread
  // pool.
  const fd = openSync(folder, "r");
  try {
    await change();
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * A path for something that is being written. Everything in the temporary folder is removed when the store
 * opens.
 */
export function temporaryPath(temporary: string): string {
  return join(temporary, randomUUID());
}

/**
 * Creates a file under a temporary name, calls `write` to fill it, and syncs it. On failure, the file is
 * removed.
 */
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

/** A synced temporary file and its final name. */
export type Unnamed = { temporary: string; path: string };

/** Renames a synced temporary file, durably: a reader sees either the old file or all of the new one. */
async function publish({ temporary, path }: Unnamed): Promise<void> {
  await changeNames(dirname(path), () => rename(temporary, path));
}

/**
 * Writes a value to a small JSON file, durably and atomically: after a kill, the file has either the old content
 * or the new. `subject`, the file that the value describes, is renamed first. If writeJson throws, neither file
 * has its final name, unless only the last sync failed: then both files have it.
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

/** Removes a file durably. A missing file is not an error. */
export async function removeFile(path: string): Promise<void> {
  await changeNames(dirname(path), () => rm(path, { force: true }));
}
