/** Publishes a file in the folder that a replica serves. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes `body` to `path`, with the modification time `modified`. Only the file's owner can read it. A rename puts
 * the file in place, so a download in progress still gets all of the old version.
 */
export async function publishFile(path: string, body: string | Uint8Array, modified: Date): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unseen = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(unseen, body, { mode: 0o600 });
    await utimes(unseen, modified, modified);
    await rename(unseen, path);
  } finally {
    await rm(unseen, { force: true });
  }
}
