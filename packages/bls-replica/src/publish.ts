/** Puts a file into the folder that a replica serves, at one stroke, as a publisher would. */
import { mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes `body` to `path` with the time `modified`. The file appears, or takes the old one's place, by a rename: a
 * download that runs meanwhile gets the old version to its end.
 */
export async function publishFile(path: string, body: string | Uint8Array, modified: Date): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unseen = join(dirname(path), `.${basename(path).slice(0, 200)}.tmp`);
  await writeFile(unseen, body);
  await utimes(unseen, modified, modified);
  await rename(unseen, path);
}
