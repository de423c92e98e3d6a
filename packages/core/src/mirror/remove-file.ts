/** Removes a file of the mirror whose source is gone, once the source itself says so. */
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { ask } from "../source/http.ts";
import { storageError } from "../storage/errors.ts";
import type { SyncResult } from "../workflow.ts";
import { bronzeKey, isHeld, readStoredFile } from "./bronze.ts";
import { keptResult, type SyncDependencies, type SyncTask, taskAddress } from "./task.ts";

/**
 * Asks the source for the file, and puts a delete marker over exactly the version found where the answer is 404 or 410.
 * Any other answer keeps it; refusals and faults are thrown as `ask` names them, and WriteConflict where a rival wrote meanwhile.
 */
export async function removeFile(dependencies: SyncDependencies, task: SyncTask): Promise<SyncResult> {
  const { bronze } = dependencies;
  const key = bronzeKey(task.settings.survey, task.item.path);
  const stored = await readStoredFile(bronze, key);
  if (stored === undefined) {
    const reason = "removed earlier";
    return { key, action: "removed", reason, bytes: 0, sha256: null, versionId: null, sourceModified: null };
  }
  if (isHeld(stored) && !task.settings.acceptSource.includes(key))
    return keptResult(stored, "held", "a person put this version here; the source lists no such file");

  const address = taskAddress(dependencies, task);
  const answer = await ask(dependencies.source, address, { method: "HEAD", accept: [200, 404, 410] });
  await answer.body.dump();
  if (answer.statusCode === 200)
    return keptResult(stored, "unchanged", "not in the listing, but the source still has it");
  try {
    const marker = await bronze.client.send(
      new DeleteObjectCommand({ Bucket: bronze.name, Key: key, IfMatch: stored.etag }),
    );
    return {
      key,
      action: "removed",
      reason: `gone at the source (${answer.statusCode})`,
      bytes: 0,
      sha256: null,
      versionId: marker.VersionId ?? null,
      sourceModified: null,
    };
  } catch (error) {
    throw storageError(error, `Removing s3://${bronze.name}/${key}`);
  }
}
