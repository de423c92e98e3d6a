/** The files of a report on this machine. */
import { createWriteStream, mkdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  type Bucket,
  chunksOf,
  headObject,
  type ObjectHead,
  openObject,
} from "@data-quest/core/storage/objects";
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import { replaceFile } from "@data-quest/state-directory/replace-file";
import { Failure } from "./failure.ts";

/**
 * Copies an execution's report from S3 to the folder `dir`, so that it can be opened. Files are streamed, so they
 * can have any size. A file that was copied before is not copied again, because only the execution itself writes
 * its report. Throws Failure if a file is gone.
 */
export async function copyReport(gold: Bucket, keys: readonly string[], dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true, mode: PRIVATE_DIRECTORY });
  for (const key of keys) {
    const head = await reportFile(gold, key);
    const path = join(dir, key.slice(key.lastIndexOf("/") + 1));
    if (isCopied(path, head)) continue;
    // Two runs that change nothing return the same report, and may copy it at the same time.
    await replaceFile(path, async (draft) => {
      await pipeline(await contentOf(gold, head), createWriteStream(draft, { mode: PRIVATE_FILE }));
      utimesSync(draft, head.storedAt, head.storedAt);
    });
  }
}

/** Opens a report file of any size. Throws Failure if the file no longer exists. */
export async function openReportFile(gold: Bucket, key: string): Promise<AsyncIterable<Uint8Array>> {
  return contentOf(gold, await reportFile(gold, key));
}

async function reportFile(gold: Bucket, key: string): Promise<ObjectHead> {
  const head = await headObject(gold, key);
  if (head === undefined) throw new Failure(`s3://${gold.name}/${key} is gone`);
  return head;
}

async function contentOf(gold: Bucket, { key, versionId }: ObjectHead): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await openObject(gold, key, versionId);
  return chunksOf(body, `s3://${gold.name}/${key}`);
}

/** True if the file has the same size and modification time as the object. */
function isCopied(path: string, { bytes, storedAt }: ObjectHead): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.size === bytes && Math.floor(found.mtimeMs / 1000) === Math.floor(storedAt.getTime() / 1000);
}
