import type { StoredFile } from "../bronze/stored-file.ts";
import { easternMinute } from "../source/eastern-time.ts";
import type { SourceFile } from "../source/survey-folder.ts";

/**
 * The date for If-Modified-Since, where size and time give no sign of another file; undefined where the file must be got
 * without a condition: another size or minute in the listing, a Last-Modified that does not tell versions apart or is another
 * source's.
 */
export function dateForIfModifiedSince(
  stored: StoredFile,
  listed: Pick<SourceFile, "size" | "modified">,
  source: string,
): string | undefined {
  const { modified } = stored.tags;
  if (modified === undefined || stored.tags.source !== source || listed.size !== stored.bytes)
    return undefined;
  const date = new Date(modified);
  return easternMinute(date) === easternMinute(listed.modified) ? date.toUTCString() : undefined;
}
