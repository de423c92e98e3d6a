import type { SourceFile } from "../source/survey-folder.ts";
import type { StoredFile } from "./bronze.ts";

/**
 * The date for If-Modified-Since, where size and time give no sign of another file; undefined where the file must be got
 * without a condition: a listing that went back in time, another size, a stored file whose bytes were never confirmed.
 */
export function dateForIfModifiedSince(
  stored: StoredFile,
  listed: Pick<SourceFile, "size" | "modified">,
): string | undefined {
  const lastModified = stored.metadata["last-modified"];
  if (stored.tags.sha256 === undefined || lastModified === undefined || listed.size !== stored.bytes)
    return undefined;
  const storedMinute = Math.floor(Date.parse(lastModified) / 60_000) * 60_000;
  return listed.modified.getTime() >= storedMinute ? lastModified : undefined;
}
