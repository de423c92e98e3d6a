/** Downloads a file from the source: into Bronze, or only to hash it. */
import { createHash } from "node:crypto";
import {
  acceptedTag,
  knownSha256,
  provenanceMetadata,
  runTag,
  type StoredFile,
  type SyncTags,
} from "../bronze/stored-file.ts";
import { SourceUnavailable, WriteConflict } from "../errors.ts";
import { type Download, download } from "../source/download.ts";
import type { SourceClient } from "../source/http.ts";
import { type Bucket, readTags } from "../storage/objects.ts";
import type { PartBuffers } from "../upload/part-buffers.ts";
import { upload } from "../upload/upload.ts";
import { agreeOnSize, readInspected, sourceTags } from "./agreement.ts";
import type { Listed } from "./task.ts";

/** What is transferred, and for which execution. */
export type Transfer = {
  source: SourceClient;
  bronze: Bucket;
  key: string;
  /** The URL of the file. */
  address: URL;
  /** The URL of the survey's folder. */
  folder: URL;
  /** The source's tag. */
  from: string;
  /** The ARN of the execution. */
  execution: string;
  listed: Listed;
};

/**
 * A file as stored. `versionId` is undefined if the stored version has the same bytes; then `tags` has what
 * was learned about that version.
 */
export type Transferred = {
  bytes: number;
  sha256: string;
  versionId: string | undefined;
  lastModified: string | undefined;
  tags: SyncTags;
};

/** Requests a file unconditionally. Throws whatever `download` throws, and SourceUnavailable for a 304. */
export async function downloadWhole(source: SourceClient, address: URL): Promise<Download> {
  const answer = await download(source, address);
  if ("notModified" in answer)
    throw new SourceUnavailable(`${address} returned 304 for an unconditional request`);
  return answer;
}

/**
 * Stores a download in place of exactly the version `stored`, if it is the listed file and its bytes are new.
 * Throws FileRefused, FileSizeMismatch, WriteConflict, and the errors of the source and of storage. After an
 * error, what was stored is unchanged.
 */
export async function transfer(
  { source, bronze, key, address, folder, from, execution, listed }: Transfer,
  buffers: PartBuffers,
  stored: StoredFile | undefined,
  answer: Download,
): Promise<Transferred> {
  const agreeOn = (line: Listed, bytes: number) => agreeOnSize(source, folder, line, bytes);
  let agreed = listed;
  try {
    if (answer.contentLength !== undefined) agreed = await agreeOn(listed, answer.contentLength);
    const written = await upload({
      bronze,
      buffers,
      key,
      stored,
      contentType: answer.contentType,
      contentLength: answer.contentLength,
      metadata: provenanceMetadata({
        source: address.href,
        lastModified: answer.lastModified,
        execution,
        replaces: stored?.versionId,
        synthetic: answer.synthetic,
      }),
      read: (take) => readInspected(answer, listed.file.path, take),
      approve: async ({ bytes, sha256 }) => {
        agreed = await agreeOn(agreed, bytes);
        if (stored && knownSha256(stored) !== sha256) await refuseHeldMeanwhile(bronze, stored);
        return { sha256, run: runTag(execution), ...sourceTags(from, agreed, answer) };
      },
    });
    const tags = { sha256: written.sha256, ...sourceTags(from, agreed, answer) };
    return { ...written, lastModified: answer.lastModified, tags };
  } finally {
    answer.cancel();
  }
}

/** The tags for a version if the source's file has the same bytes and is accepted in the version's place. */
export function acceptedTags({ versionId }: StoredFile): SyncTags {
  return { accepted: acceptedTag(versionId) };
}

/**
 * Throws WriteConflict if an operator held or released the version since it was read: starting over respects
 * the operator's change.
 */
async function refuseHeldMeanwhile(bronze: Bucket, { key, versionId, tags }: StoredFile): Promise<void> {
  const now = await readTags(bronze, key, versionId);
  if (now.held !== tags.held)
    throw new WriteConflict(
      `s3://${bronze.name}/${key} was held or released while a new version was being uploaded`,
    );
}

/**
 * Downloads the source's file only to hash it, and returns tags with the hash and with what the source states
 * about the file. Throws the source's errors, as `transfer` does.
 */
export async function hashSource({ source, address, folder, from, listed }: Transfer): Promise<SyncTags> {
  const answer = await downloadWhole(source, address);
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
  const agreed = await agreeOnSize(source, folder, listed, bytes);
  return { "source-sha256": hash.digest("hex"), ...sourceTags(from, agreed, answer) };
}
