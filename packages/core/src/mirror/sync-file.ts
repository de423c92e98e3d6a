/** Brings one file of the mirror up to date, or removes one whose source is gone. */
import { isDeepStrictEqual } from "node:util";
import { SourceUnavailable, WriteConflict } from "../errors.ts";
import { type Download, download } from "../source/download.ts";
import { type Bucket, readCurrentTags, type VersionTags, writeTags } from "../storage/objects.ts";
import type { SyncResult } from "../workflow.ts";
import { agreeOnSize, inspectedBody, sourceTags } from "./agreement.ts";
import {
  bronzeKey,
  isHeld,
  knownSha256,
  provenanceMetadata,
  readStoredFile,
  runTag,
  type StoredFile,
  type SyncTags,
  stampOf,
} from "./bronze.ts";
import { dateForIfModifiedSince } from "./conditions.ts";
import { checkHeldFile, sha256Of } from "./held-file.ts";
import { abortOpenUploads } from "./open-uploads.ts";
import { PART_BYTES } from "./part-buffers.ts";
import { NOT_LISTED, removeFile } from "./remove-file.ts";
import {
  keptResult,
  type Listed,
  type MirrorDependencies,
  type SyncDependencies,
  type SyncTask,
  sourceTime,
  taskAddress,
} from "./task.ts";
import { upload } from "./upload.ts";

const SAME_STAMP = "the listing has the same time and size";
/** Attempts at one task within one call, where rival writers are quicker. */
const MOST_ATTEMPTS = 5;

/**
 * Syncs one item and says what was done. Safe to run twice: a second run finds the first one's work.
 * Throws the errors of the source and of storage as errors.ts names them, FileRefused, and WriteConflict where rivals were quicker
 * several times over. After an error what was stored is as it was.
 */
export async function syncFile(dependencies: SyncDependencies, task: SyncTask): Promise<SyncResult> {
  const { item, listedAt } = task;
  for (let attempt = 1; ; attempt++) {
    try {
      if (item.do === "sync") {
        const { do: _, modified, ...file } = item;
        const listed = { file: { ...file, modified: new Date(modified) }, listedAt };
        return await updateFile(dependencies, task, listed, attempt);
      }
      const outcome = await removeFile(dependencies, task);
      if (!("file" in outcome)) return outcome;
      const result = await updateFile(dependencies, task, outcome, attempt);
      return { ...result, reason: `${NOT_LISTED}; ${result.reason}` };
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function updateFile(
  dependencies: SyncDependencies,
  task: SyncTask,
  listed: Listed,
  attempt: number,
): Promise<SyncResult> {
  const { bronze, source } = dependencies;
  const { settings } = task;
  const key = bronzeKey(settings.survey, listed.file.path);
  const accepted = settings.acceptSource.includes(key);
  const trusting = !accepted && !settings.verify;
  const tagged = await readCurrentTags(bronze, key);
  const sameStamp = tagged !== undefined && trusting && tagged.tags.stamp === stampOf(listed.file);
  if (sameStamp) {
    const result = foundByTags(key, tagged, task, listed);
    if (result) return result;
  }
  const stored = tagged && (await readStoredFile(bronze, key, tagged));
  // Two runs at once abort each other's uploads when they begin with a file, but not again and again.
  if (attempt === 1 && Math.max(listed.file.size, stored?.bytes ?? 0) > PART_BYTES)
    await abortOpenUploads(bronze, key);
  if (stored && isHeld(stored) && !accepted) return checkHeldFile(dependencies, task, listed, stored);
  if (stored && sameStamp && stored.versionId === tagged.versionId && knownSha256(stored) !== undefined)
    return found(stored, task, SAME_STAMP);

  const address = taskAddress(dependencies, task);
  const since = stored && trusting ? dateForIfModifiedSince(stored, listed.file) : undefined;
  const first = await download(source, address, since);
  if (stored && "notModified" in first && (first.lastModified ?? since) === since) {
    await remember(dependencies, stored, sourceTags(listed, { ...first, lastModified: since }));
    return found(stored, task, "the source says that it is not modified (304)");
  }
  const answer = "notModified" in first ? await download(source, address) : first;
  if ("notModified" in answer)
    throw new SourceUnavailable(`${address} answered 304 to an unconditional request`);
  try {
    return await store(dependencies, task, listed, stored && (await withSha256(bronze, stored)), answer);
  } finally {
    answer.cancel();
  }
}

/** A person's version seldom comes with its hash, and its bytes may be the source's own. */
async function withSha256(bronze: Bucket, stored: StoredFile): Promise<StoredFile> {
  if (!isHeld(stored)) return stored;
  return { ...stored, tags: { ...stored.tags, sha256: await sha256Of(bronze, stored) } };
}

/**
 * The result for a version with the listing's stamp, where its tags alone have all of it: the version was written by sync and
 * is not held. Undefined where they do not, or where this very execution may have written it, which the metadata tell.
 */
function foundByTags(
  key: string,
  { versionId, tags }: VersionTags,
  task: SyncTask,
  listed: Listed,
): SyncResult | undefined {
  const { sha256, modified, run, held = "no" }: SyncTags = tags;
  if (sha256 === undefined || modified === undefined || run === undefined || held !== "no") return undefined;
  if (run === runTag(task.execution.id)) return undefined;
  const bytes = listed.file.size;
  return { key, action: "unchanged", reason: SAME_STAMP, bytes, sha256, versionId, sourceModified: modified };
}

/** Stores a downloaded body, where it is what was listed and is not stored already. */
async function store(
  dependencies: SyncDependencies,
  task: SyncTask,
  listed: Listed,
  stored: StoredFile | undefined,
  answer: Download,
): Promise<SyncResult> {
  const key = bronzeKey(task.settings.survey, listed.file.path);
  let agreed = listed;
  if (answer.contentLength !== undefined)
    agreed = await agreeOnSize(dependencies, task, listed, answer.contentLength);
  const written = await upload({
    bronze: dependencies.bronze,
    buffers: dependencies.buffers,
    key,
    stored,
    contentType: answer.contentType,
    contentLength: answer.contentLength,
    metadata: provenanceMetadata({
      source: taskAddress(dependencies, task).href,
      lastModified: answer.lastModified,
      execution: task.execution.id,
      replaces: stored?.versionId,
      synthetic: answer.synthetic,
    }),
    chunks: inspectedBody(answer, listed.file.path),
    approve: async ({ bytes, sha256 }) => {
      agreed = await agreeOnSize(dependencies, task, agreed, bytes);
      return { sha256, run: runTag(task.execution.id), ...sourceTags(agreed, answer) };
    },
  });
  const { bytes, sha256, versionId } = written;
  if (stored && versionId === undefined) {
    const accepted = isHeld(stored) ? { held: "no" } : {};
    await remember(dependencies, stored, { sha256, ...sourceTags(agreed, answer), ...accepted });
    return found(stored, task, "downloaded, and the same bytes (sha256)", sha256);
  }
  return {
    key,
    action: stored ? "updated" : "created",
    reason: whyWritten(task, listed, stored),
    bytes,
    sha256,
    versionId: versionId ?? null,
    sourceModified: sourceTime(answer.lastModified),
  };
}

function whyWritten(task: SyncTask, listed: Listed, stored: StoredFile | undefined): string {
  if (stored === undefined) return "new at the source";
  if (isHeld(stored)) return "the source was accepted over the held version";
  if (stored.tags.stamp === stampOf(listed.file)) return "other bytes under the same time and size (verify)";
  return task.settings.verify ? "other bytes (verify)" : "changed at the source";
}

/** The result for a version that is up to date; where this very execution wrote it before (a retry, a redrive), that it did. */
function found(stored: StoredFile, task: SyncTask, reason: string, sha256?: string): SyncResult {
  const kept = keptResult(stored, "unchanged", reason, sha256);
  if (stored.metadata.execution !== task.execution.id) return kept;
  const action = stored.metadata.replaces === undefined ? "created" : "updated";
  return { ...kept, action, reason: "written by an earlier attempt of this execution" };
}

/** Writes what is known of the source's file now onto the stored version, in place of what was. A person's own tags stay. */
async function remember({ bronze }: MirrorDependencies, stored: StoredFile, tags: SyncTags): Promise<void> {
  const { stamp, modified, "source-sha256": sourceSha256, ...others } = stored.tags;
  const wanted = { ...others, ...tags };
  if (isDeepStrictEqual(wanted, { ...stored.tags })) return;
  await writeTags(bronze, stored.key, stored.versionId, wanted);
}
