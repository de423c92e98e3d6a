/** Publishes a file in the folder that a replica serves. */
import { mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes `body` to `path`, with the modification time `modified`. Only the file's owner can read it. A rename puts
 * the file in place, so a download in progress still gets all of the old version.
 */
export async function publishFile(path: string, body: string | Uint8Array, modified: Date): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unseen = join(dirname(path), `.${basename(path).slice(0, 200)}.tmp`);
  await writeFile(unseen, body, { mode: 0o600 });
  await utimes(unseen, modified, modified);
  await rename(unseen, path);
}
