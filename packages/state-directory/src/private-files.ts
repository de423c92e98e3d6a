/**
 * Files that only their owner may read, such as histories, inputs, and objects. Code that creates a file or a
 * directory in a state directory passes one of these two modes.
 */
import { chmodSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

export const PRIVATE_DIRECTORY = 0o700;
export const PRIVATE_FILE = 0o600;

/** The permissions of the group and of everyone else. */
const OTHERS = 0o077;

/** The entries that belong to a state directory. */
const STATE_ENTRIES = new Set([
  "deployments",
  "logs",
  "owner.json",
  "reports",
  "running.json",
  "s3",
  "sample",
  "source.json",
  "step-functions",
]);

/**
 * Makes a state directory private, because an earlier version of Data Quest may have created it: removes the
 * permissions of the group and of everyone else. Files that are not part of the state are not changed, because
 * the directory may be shared. The directory itself is changed only if it contains no such files. Symbolic links
 * are not followed.
 */
export function makePrivate(stateDirectory: string): void {
  // Windows has no such permissions.
  if (process.platform === "win32") return;
  const directory = realpathSync(stateDirectory);
  const names = readdirSync(directory);
  for (const name of names) if (STATE_ENTRIES.has(name)) tighten(join(directory, name));
  if (names.every((name) => STATE_ENTRIES.has(name))) tightenOne(directory);
}

/**
 * Makes an entry private, but only after everything in it. So if an entry is already private, everything in it
 * is private, too.
 */
function tighten(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink() || (found.mode & OTHERS) === 0) return;
  if (found.isDirectory()) for (const name of readdirSync(path)) tighten(join(path, name));
  tightenOne(path);
}

function tightenOne(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink() || (found.mode & OTHERS) === 0) return;
  try {
    chmodSync(path, found.mode & ~OTHERS & 0o7777);
  } catch (error) {
    // Another user's file, as in a mounted volume, is that user's responsibility.
    if (!(error instanceof Error && "code" in error && (error.code === "EPERM" || error.code === "ENOENT")))
      throw error;
  }
}
