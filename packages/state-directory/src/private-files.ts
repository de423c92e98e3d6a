/**
 * Files that only their owner may read, such as histories, inputs, and objects. Code that creates a file or a
 * directory in a state directory passes these modes.
 */
import { chmodSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

export const PRIVATE_DIRECTORY = 0o700;
export const PRIVATE_FILE = 0o600;

/** The permissions of the group and of everyone else. */
const OTHERS = 0o077;

/** What is in a state directory. */
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
 * Removes the permissions of the group and of everyone else from a state directory that an earlier version of
 * Data Quest created with them. Other files in it are not changed, so that a state directory may be shared;
 * the directory itself is changed only if it contains nothing else. Symbolic links are not followed.
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
 * Restricts an entry and everything in it, its own permissions last: if it is already private, so is
 * everything in it.
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
