/** A file of the mirror that the source does not list any more: removed once the source itself says that it is gone. */

import { sha256Of } from "../bronze/content-hash.ts";
import { isCopy } from "../bronze/copies.ts";
import { keptResult } from "../bronze/kept-result.ts";
import { bronzeKey, isHeld, readStoredFile, type StoredFile } from "../bronze/stored-file.ts";
import { SourceAnswerRefused } from "../errors.ts";
import { ask, drain, header, type SourceClient } from "../source/http.ts";
import { removeObject } from "../storage/objects.ts";
import type { SyncResult } from "../workflow.ts";
import {
  type Listed,
  type MirrorDependencies,
  refuseSynthetic,
  type SyncTask,
  taskAddress,
  taskSource,
} from "./task.ts";

export const NOT_LISTED = "not in the listing, but the source still has it";
const HELD_UNLISTED = "a person put this version here; the source lists no such file";

/**
 * Asks the source for the file, and puts a delete marker over exactly the version found where the answer is 404 or 410. A file that
 * the source still has stays; where it is not the stored one any more, or is to be verified, its size and time are given back, so
 * that it is updated.
 * Throws what `askForUnlisted` throws, FileNameRefused, SyntheticDataRefused, storage errors, and WriteConflict where a rival wrote meanwhile.
 */
export async function removeFile(
  dependencies: MirrorDependencies,
  task: SyncTask,
): Promise<SyncResult | Listed> {
  const { bronze } = dependencies;
  const { name, path } = task.item;
  const key = bronzeKey(task.settings.survey, path);
  const stored = await readStoredFile(bronze, key);
  if (stored === undefined) return removed(key, "removed earlier", null);
  const accepted = task.settings.acceptSource.includes(key);
  const held = async () => keptResult(stored, "held", HELD_UNLISTED, await sha256Of(bronze, stored));
  if (isHeld(stored) && !accepted) return held();
  refuseSynthetic(dependencies, task, stored);
  const { gone, found } = await askForUnlisted(dependencies.source, taskAddress(dependencies, task));
  // No listing vouches for these figures, and no clock of a listing: they can never become a stamp.
  if (found && (task.settings.verify || !isStored(found, stored, taskSource(dependencies, task))))
    return { file: { name, path, ...found }, listedAt: new Date(0) };
  if (gone === undefined) return keptResult(stored, "unchanged", NOT_LISTED);
  if (!accepted && (await isCopy(bronze, stored))) return held();
  const marker = await removeObject(bronze, key, stored.etag);
  return removed(key, `gone at the source (${gone})`, marker);
}

function removed(key: string, reason: string, versionId: string | null): SyncResult {
  return { key, action: "removed", reason, bytes: 0, sha256: null, versionId, sourceModified: null };
}

/** What the source says of a file that it does not list: gone (404, 410), or found, with its size and time where it tells them. */
export type Unlisted = { gone?: 404 | 410; found?: { size: number; modified: Date } };

/**
 * Asks the source for a file that is not in its listing: one that was removed, or is listed by a name of other case, which a Windows
 * server takes for the same. It asks as a download does, by GET, but for one byte only: some servers answer HEAD otherwise.
 * Throws what `ask` throws, and SourceAnswerRefused for a 404 at the end of a redirect, which says nothing of the file.
 */
export async function askForUnlisted(source: SourceClient, address: URL): Promise<Unlisted> {
  const answer = await ask(source, address, {
    headers: { range: "bytes=0-0" },
    accept: [200, 206, 404, 410, 416],
  });
  await drain(answer);
  const { statusCode, url } = answer;
  if (statusCode !== 404 && statusCode !== 410) {
    const length =
      statusCode === 200
        ? header(answer, "content-length")
        : /^bytes .*\/(\d+)$/.exec(header(answer, "content-range") ?? "")?.[1];
    const size = Number(length ?? Number.NaN);
    const modified = new Date(header(answer, "last-modified") ?? Number.NaN);
    return Number.isNaN(size + modified.getTime()) ? {} : { found: { size, modified } };
  }
  if (url.href === address.href) return { gone: statusCode };
  throw new SourceAnswerRefused(
    `${address} redirects to ${url}, which answers ${statusCode}: whether the file is gone is not known, so it stays`,
  );
}

/** True where the source's file has the size and the time of the stored one, which came from that same source. */
export function isStored(
  found: { size: number; modified: Date },
  { bytes, tags }: StoredFile,
  source: string,
): boolean {
  return found.size === bytes && found.modified.toISOString() === tags.modified && tags.source === source;
}
