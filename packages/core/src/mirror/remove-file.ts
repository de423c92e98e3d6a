/** Removes a file of the mirror whose source is gone, once the source itself says so. */
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { SourceAnswerRefused } from "../errors.ts";
import { ask, type SourceClient } from "../source/http.ts";
import { storageError } from "../storage/errors.ts";
import type { SyncResult } from "../workflow.ts";
import { bronzeKey, isHeld, readStoredFile } from "./bronze.ts";
import { sha256Of } from "./held-file.ts";
import { keptResult, type MirrorDependencies, type SyncTask, taskAddress } from "./task.ts";

/**
 * Asks the source for the file, and puts a delete marker over exactly the version found where the answer is 404 or 410.
 * Any other answer keeps it; refusals and faults are thrown as `ask` names them, and WriteConflict where a rival wrote meanwhile.
 */
export async function removeFile(dependencies: MirrorDependencies, task: SyncTask): Promise<SyncResult> {
  const { bronze } = dependencies;
  const key = bronzeKey(task.settings.survey, task.item.path);
  const stored = await readStoredFile(bronze, key);
  if (stored === undefined) {
    const reason = "removed earlier";
    return { key, action: "removed", reason, bytes: 0, sha256: null, versionId: null, sourceModified: null };
  }
  if (isHeld(stored) && !task.settings.acceptSource.includes(key)) {
    const reason = "a person put this version here; the source lists no such file";
    return keptResult(stored, "held", reason, await sha256Of(bronze, stored));
  }

  const gone = await askWhetherGone(dependencies.source, taskAddress(dependencies, task));
  if (gone === undefined)
    return keptResult(stored, "unchanged", "not in the listing, but the source still has it");
  try {
    const marker = await bronze.client.send(
      new DeleteObjectCommand({ Bucket: bronze.name, Key: key, IfMatch: stored.etag }),
    );
    return {
      key,
      action: "removed",
      reason: `gone at the source (${gone})`,
      bytes: 0,
      sha256: null,
      versionId: marker.VersionId ?? null,
      sourceModified: null,
    };
  } catch (error) {
    throw storageError(error, `Removing s3://${bronze.name}/${key}`);
  }
}

/**
 * Asks the source for a file: the status (404 or 410) where it says of this very address that nothing is there, undefined where
 * it has the file. Throws what `ask` throws, SourceAnswerRefused for a 404 at the end of a redirect, which says nothing of the file.
 */
export async function askWhetherGone(source: SourceClient, address: URL): Promise<404 | 410 | undefined> {
  const answer = await ask(source, address, { method: "HEAD", accept: [200, 404, 410] });
  await answer.body.dump();
  const { statusCode, url } = answer;
  if (statusCode !== 404 && statusCode !== 410) return undefined;
  if (url.href === address.href) return statusCode;
  throw new SourceAnswerRefused(
    `${address} redirects to ${url}, which answers ${statusCode}: whether the file is gone is not known, so it stays`,
  );
}
