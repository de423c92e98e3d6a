import { existsSync, renameSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { makeDirectory } from "./make-directory.ts";

/** The name of the subdirectory to which damaged files are moved. */
const DAMAGED = "damaged";

/**
 * Moves a damaged file or directory in `directory` to the same path in `<directory>/damaged`, so that
 * everything else works and nothing is lost. Returns its new location. An entry that was set aside before is
 * never replaced.
 */
export function setAside(directory: string, path: string): string {
  const place = join(directory, DAMAGED, relative(directory, path));
  makeDirectory(dirname(place));
  let free = place;
  for (let number = 2; existsSync(free); number++) free = `${place}.${number}`;
  renameSync(path, free);
  return free;
}
