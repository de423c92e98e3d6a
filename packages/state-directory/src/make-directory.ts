import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PRIVATE_DIRECTORY } from "./private-files.ts";

/**
 * Creates a directory and its missing parents, which only their owner may read. Throws the system's error on
 * failure. Node's own recursive mkdir never returns if a directory exists but accepts no new entries, as in
 * /proc.
 */
export function makeDirectory(directory: string): void {
  const path = resolve(directory);
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (!existsSync(dirname(path))) makeDirectory(dirname(path));
  mkdirSync(path, { mode: PRIVATE_DIRECTORY });
}
