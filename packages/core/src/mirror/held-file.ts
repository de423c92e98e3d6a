/** A version that a person put into the mirror: it stays, and sync says whether the source differs. */
import { createHash } from "node:crypto";
import { sha256Of } from "../bronze/content-hash.ts";
import { keptResult } from "../bronze/kept-result.ts";
import { hasStamp, type StoredFile, type SyncTags, stampOf } from "../bronze/stored-file.ts";
import { updateTags } from "../bronze/update-tags.ts";
import { SourceUnavailable } from "../errors.ts";
import { download } from "../source/download.ts";
import type { SyncResult } from "../workflow.ts";
import { agreeOnSize, readInspected, sourceTags } from "./agreement.ts";
import { type Listed, type MirrorDependencies, type SyncTask, taskAddress, taskSource } from "./task.ts";

/**
 * Compares a held version with the source's file. The source's file is downloaded only to be hashed, once for each stamp
 * of the listing, and its hash is kept as a tag.
 */
export async function checkHeldFile(
  dependencies: MirrorDependencies,
  task: SyncTask,
  listed: Listed,
  stored: StoredFile,
): Promise<SyncResult> {
  const { bronze } = dependencies;
  const sha256 = await sha256Of(bronze, stored);
  let sourceSha256 = stored.tags["source-sha256"];
  const isKnown = hasStamp(stored.tags, stampOf(listed.file), taskSource(dependencies, task));
  if (!isKnown || sourceSha256 === undefined || task.settings.verify) {
    const source = await hashSource(dependencies, task, listed);
    sourceSha256 = source["source-sha256"];
    await updateTags(bronze, stored, ({ held }) => ({ held: held ?? "put", sha256, ...source }));
  }
  const reason =
    sourceSha256 === sha256
      ? "a person put this version here; the source has the same bytes"
      : "a person put this version here; the source differs (accept it with acceptSource)";
  return keptResult(stored, "held", reason, sha256);
}

async function hashSource(
  dependencies: MirrorDependencies,
  task: SyncTask,
  listed: Listed,
): Promise<SyncTags> {
  const address = taskAddress(dependencies, task);
  const answer = await download(dependencies.source, address);
  if ("notModified" in answer)
    throw new SourceUnavailable(`${address} answered 304 to an unconditional request`);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await readInspected(answer, listed.file.path, (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      return undefined;
    });
  } finally {
    answer.cancel();
  }
  const agreed = await agreeOnSize(dependencies, task, listed, bytes);
  return {
    "source-sha256": hash.digest("hex"),
    ...sourceTags(taskSource(dependencies, task), agreed, answer),
  };
}
