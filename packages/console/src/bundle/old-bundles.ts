/** Removes bundles of earlier sources from the cache. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Removes the entries of a folder that are older than a day. Another process may still be writing a newer entry. */
export function removeOldBundles(folder: string): void {
  const limit = Date.now() - DAY_MILLISECONDS;
  for (const name of readdirSync(folder)) {
    const entry = join(folder, name);
    const changed = statSync(entry, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && changed < limit) rmSync(entry, { recursive: true, force: true });
  }
}
