import type { SourceFile } from "../source/survey-folder.ts";
import type { StoredFile } from "./bronze.ts";

/**
 * The date for If-Modified-Since, where size and time give no sign of another file; undefined where the file must be got
 * without a condition: another size, a listing that went back in time, a Last-Modified that does not tell versions apart.
 */
export function dateForIfModifiedSince(
  stored: StoredFile,
  listed: Pick<SourceFile, "size" | "modified">,
): string | undefined {
  const { modified } = stored.tags;
  if (modified === undefined || listed.size !== stored.bytes) return undefined;
  const storedMinute = Math.floor(Date.parse(modified) / 60_000) * 60_000;
  return listed.modified.getTime() >= storedMinute ? new Date(modified).toUTCString() : undefined;
}
