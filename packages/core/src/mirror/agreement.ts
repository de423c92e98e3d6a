/** Whether a body is the file that was listed, and what may be remembered of the listing for it. */
import { SourceUnavailable } from "../errors.ts";
import type { Download } from "../source/download.ts";
import { easternMinute } from "../source/eastern-time.ts";
import { relistFile, surveyAddress } from "../source/survey-folder.ts";
import { stampOf } from "./bronze.ts";
import { inspectFile } from "./inspection.ts";
import type { Listed, SyncDependencies, SyncTask } from "./task.ts";

const MINUTE = 60_000;
/** A minute that ended this long before the listing has no more changes to come that its stamp would not show. */
const SETTLED_MILLISECONDS = 2 * MINUTE;

/**
 * The listing's line that a body of `bytes` agrees with: the one at hand, or the one of a listing read again, since the file
 * may have changed after the first. Throws SourceUnavailable where neither has that size.
 */
export async function agreeOnSize(
  dependencies: SyncDependencies,
  task: SyncTask,
  listed: Listed,
  bytes: number,
): Promise<Listed> {
  if (listed.file.size === bytes) return listed;
  const address = surveyAddress(dependencies.timeSeries, task.settings.survey);
  const again = await relistFile(dependencies.source, address, listed.file.path);
  if (again?.file.size === bytes) return again;
  throw new SourceUnavailable(
    `${listed.file.path} has ${bytes} bytes as sent and ${again?.file.size ?? "no line"} in the listing, so it is not whole or not settled`,
  );
}

/**
 * The listing's stamp as a tag, where it may be trusted for the body that came with this Last-Modified: both name the same
 * minute (as BLS's clock shows it), and that minute had been over for two minutes when the listing was made.
 */
export function stampTag(listed: Listed, lastModified: string | undefined): Record<string, string> {
  const { file, listedAt } = listed;
  const settled = listedAt.getTime() - (file.modified.getTime() + MINUTE) >= SETTLED_MILLISECONDS;
  const time = new Date(lastModified ?? "");
  const sameMinute = !Number.isNaN(time.getTime()) && easternMinute(time) === easternMinute(file.modified);
  return settled && sameMinute ? { stamp: stampOf(file) } : {};
}

/** A download's chunks, inspected as they pass. Throws FileRefused. */
export async function* inspectedBody(answer: Download, path: string): AsyncGenerator<Buffer> {
  const inspection = inspectFile(path, answer.contentType);
  for await (const chunk of answer.body) {
    inspection.see(chunk);
    yield chunk;
  }
  inspection.end();
}
