/** Decides whether a body is the listed file, and what may be recorded about the source. */

import { type SyncTags, stampOf } from "../bronze/stored-file.ts";
import { FileSizeMismatch } from "../errors.ts";
import type { Download } from "../source/download.ts";
import { easternMinute } from "../source/eastern-time.ts";
import type { SourceClient, TakeChunk } from "../source/http.ts";
import { relistFile } from "../source/survey-folder.ts";
import { inspectFile } from "./inspection.ts";
import type { Listed } from "./task.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** If a minute ended at least this long before the listing, the listing's stamps show every change in that minute. */
const SETTLED_MILLISECONDS = 2 * MINUTE;

/**
 * The listing's line that a body of `bytes` bytes agrees with: `listed`, or a line from a second listing,
 * because the file may have changed since the first. Throws FileSizeMismatch if neither has that size.
 */
export async function agreeOnSize(
  source: SourceClient,
  folder: URL,
  listed: Listed,
  bytes: number,
): Promise<Listed> {
  if (listed.file.size === bytes) return listed;
  const again = await relistFile(source, folder, listed.file.path);
  if (again?.file.size === bytes) return again;
  throw new FileSizeMismatch(
    `${listed.file.path} was sent with ${bytes} bytes, but ${again === undefined ? "is not in the listing" : `has ${again.file.size} in the listing`}: it was cut short, or is still being written. The stored version stays; once the listing and the file agree, redrive the execution`,
  );
}

/**
 * The tags that may be recorded about `source` for a body with these headers. `modified` is the body's
 * Last-Modified if the response came at least a minute later. Before that, another version can still get the
 * same time (RFC 9110, 8.8.2.2). `stamp` is the listing's line if it certainly describes this very body: both
 * have the same minute (on BLS's clock), and that minute ended at least two minutes before the listing was made.
 */
export function sourceTags(
  source: string,
  listed: Listed,
  answer: Pick<Download, "lastModified" | "date">,
): Pick<SyncTags, "source" | "modified" | "stamp"> {
  const modified = timeOf(answer.lastModified);
  const date = timeOf(answer.date);
  if (modified === undefined || date === undefined || date.getTime() - modified.getTime() < MINUTE) return {};
  const tags = { source, modified: modified.toISOString() };
  const stamp = isSettled(listed) && showSameMinute(modified, listed.file.modified);
  return stamp ? { ...tags, stamp: stampOf(listed.file) } : tags;
}

/**
 * Whether the minute of a listing's line ended so long ago that no other version can get the same minute. In
 * the fall, an hour occurs twice, and the listing does not say which occurrence it means, so both must be over.
 */
function isSettled({ file, listedAt }: Listed): boolean {
  const modified = file.modified.getTime();
  const isRepeated = (shift: number) => showSameMinute(file.modified, new Date(modified + shift));
  const endOfHour = (time: number) => (Math.floor(time / HOUR) + 1) * HOUR;
  let end = modified + MINUTE;
  if (isRepeated(HOUR)) end = endOfHour(modified + HOUR);
  else if (isRepeated(-HOUR)) end = endOfHour(modified);
  return listedAt.getTime() - end >= SETTLED_MILLISECONDS;
}

/** Whether BLS's clock shows two times as the same minute. */
function showSameMinute(one: Date, other: Date): boolean {
  const isSame = Math.floor(one.getTime() / MINUTE) === Math.floor(other.getTime() / MINUTE);
  return isSame || easternMinute(one) === easternMinute(other);
}

function timeOf(text: string | undefined): Date | undefined {
  const time = new Date(text ?? "");
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/**
 * Reads a download's body, and inspects each chunk before `take` gets it. Throws FileRefused, and
 * whatever `answer.read` throws.
 */
export async function readInspected(answer: Download, path: string, take: TakeChunk): Promise<void> {
  const inspection = inspectFile(path, answer.contentType);
  await answer.read((chunk) => {
    inspection.see(chunk);
    return take(chunk);
  });
  inspection.end();
}
