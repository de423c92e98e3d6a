/** Brings one file of the mirror up to date, or removes one whose source is gone. */

import { sha256Of } from "../bronze/content-hash.ts";
import { isCopy } from "../bronze/copies.ts";
import { keptResult, sourceTime } from "../bronze/kept-result.ts";
import {
  acceptedTag,
  bronzeKey,
  hasStamp,
  isHeld,
  knownSha256,
  provenanceMetadata,
  readStoredFile,
  runTag,
  type StoredFile,
  type SyncTags,
  stampOf,
} from "../bronze/stored-file.ts";
import { updateTags } from "../bronze/update-tags.ts";
import { FileMissing, FileNameRefused, SourceNotFound, SourceUnavailable, WriteConflict } from "../errors.ts";
import { type Download, download } from "../source/download.ts";
import { relistFile, surveyAddress } from "../source/survey-folder.ts";
import { type Bucket, readCurrentTags, readTags, type VersionTags } from "../storage/objects.ts";
import { abortOpenUploads } from "../upload/open-uploads.ts";
import { PART_BYTES } from "../upload/part-buffers.ts";
import { upload } from "../upload/upload.ts";
import type { SyncResult } from "../workflow.ts";
import { agreeOnSize, readInspected, sourceTags } from "./agreement.ts";
import { dateForIfModifiedSince } from "./conditions.ts";
import { checkHeldFile } from "./held-file.ts";
import { NOT_LISTED, removeFile } from "./remove-file.ts";
import {
  type Listed,
  refuseSynthetic,
  type SyncDependencies,
  type SyncTask,
  taskAddress,
  taskSource,
} from "./task.ts";

const SAME_STAMP = "the listing has the same time and size";
const LEFT_LISTING = "left the listing while this run was under way; the next run looks again";
/** Attempts at one task within one call, where rival writers are quicker. */
const MOST_ATTEMPTS = 5;

/**
 * Syncs one item and says what was done. Safe to run twice: a second run finds the first one's work.
 * Throws the errors of the source and of storage as errors.ts names them; for faults of this one file FileRefused, FileNameRefused,
 * FileMissing, FileSizeMismatch; SyntheticDataRefused; and WriteConflict where rivals were faster several times over. After an error what was stored is as it was.
 */
export async function syncFile(dependencies: SyncDependencies, task: SyncTask): Promise<SyncResult> {
  const { item, listedAt } = task;
  if (item.do === "refuse") throw nameRefusal(dependencies, task, item);
  for (let attempt = 1; ; attempt++) {
    try {
      if (item.do === "sync") {
        const { do: _, modified, ...file } = item;
        const listed = { file: { ...file, modified: new Date(modified) }, listedAt };
        return await updateFile(dependencies, task, listed, attempt).catch((error: unknown) =>
          explainAbsence(dependencies, task, error),
        );
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

/** The error for an entry of the listing whose name cannot be stored. */
function nameRefusal(
  dependencies: SyncDependencies,
  { settings }: SyncTask,
  { path, reason }: { path: string; reason: string },
): FileNameRefused {
  return new FileNameRefused(
    `${surveyAddress(dependencies.timeSeries, settings.survey)} lists ${path}, which cannot be stored: ${reason}. ` +
      "A redrive cannot cure this: once the source has renamed the file, start a new run",
  );
}

/**
 * The result for a listed file that its address does not have, where it has left the listing since: what is stored stays, until a
 * run judges the whole listing. Any other error is thrown again.
 */
async function explainAbsence(
  dependencies: SyncDependencies,
  task: SyncTask,
  error: unknown,
): Promise<SyncResult> {
  if (!(error instanceof SourceNotFound)) throw error;
  const { settings, item } = task;
  const address = surveyAddress(dependencies.timeSeries, settings.survey);
  if ((await relistFile(dependencies.source, address, item.path)) !== undefined)
    throw new FileMissing(
      `${error.message}, though the listing still has the file. The stored version, if any, stays; once the source agrees with itself, redrive the execution`,
      { cause: error },
    );
  const key = bronzeKey(settings.survey, item.path);
  const stored = await readStoredFile(dependencies.bronze, key);
  if (stored) return keptResult(stored, isHeld(stored) ? "held" : "unchanged", LEFT_LISTING);
  return {
    key,
    action: "removed",
    reason: LEFT_LISTING,
    bytes: 0,
    sha256: null,
    versionId: null,
    sourceModified: null,
  };
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
  const from = taskSource(dependencies, task);
  const tagged = await readCurrentTags(bronze, key);
  const sameStamp = tagged !== undefined && trusting && hasStamp(tagged.tags, stampOf(listed.file), from);
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
  if (stored) refuseSynthetic(dependencies, task, stored);
  if (stored && !accepted && (await isCopy(bronze, stored)))
    return checkHeldFile(dependencies, task, listed, stored);

  const address = taskAddress(dependencies, task);
  const since = stored && trusting ? dateForIfModifiedSince(stored, listed.file, from) : undefined;
  const first = await download(source, address, since);
  if (stored && "notModified" in first && (first.lastModified ?? since) === since) {
    const seen = sourceTags(from, listed, { ...first, lastModified: since });
    await updateTags(bronze, stored, () => seen);
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
  const accepted = acceptedTag(versionId);
  const { sha256, modified, run, held = accepted }: SyncTags = tags;
  if (sha256 === undefined || modified === undefined || run === undefined || held !== accepted)
    return undefined;
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
  const { bronze } = dependencies;
  const key = bronzeKey(task.settings.survey, listed.file.path);
  const from = taskSource(dependencies, task);
  let agreed = listed;
  if (answer.contentLength !== undefined)
    agreed = await agreeOnSize(dependencies, task, listed, answer.contentLength);
  const written = await upload({
    bronze,
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
    read: (take) => readInspected(answer, listed.file.path, take),
    approve: async ({ bytes, sha256 }) => {
      agreed = await agreeOnSize(dependencies, task, agreed, bytes);
      if (stored && knownSha256(stored) !== sha256) await refuseHeldMeanwhile(bronze, stored);
      return { sha256, run: runTag(task.execution.id), ...sourceTags(from, agreed, answer) };
    },
  });
  const { bytes, sha256, versionId } = written;
  if (stored && versionId === undefined) {
    const isAccepted =
      task.settings.acceptSource.includes(key) && (isHeld(stored) || (await isCopy(bronze, stored)));
    const accepted = isAccepted ? { held: acceptedTag(stored.versionId) } : {};
    const seen = { sha256, ...sourceTags(from, agreed, answer), ...accepted };
    await updateTags(bronze, stored, () => seen);
    return found(stored, task, "downloaded, and the same bytes (sha256)", sha256);
  }
  return {
    key,
    action: stored ? "updated" : "created",
    reason: whyWritten(task, listed, stored, from),
    bytes,
    sha256,
    versionId: versionId ?? null,
    sourceModified: sourceTime(answer.lastModified),
  };
}

/** Throws WriteConflict where a person tagged the version as held since it was read: starting over, it is. */
async function refuseHeldMeanwhile(bronze: Bucket, { key, versionId, tags }: StoredFile): Promise<void> {
  const now = await readTags(bronze, key, versionId);
  if (now.held !== tags.held)
    throw new WriteConflict(
      `s3://${bronze.name}/${key} was held, or let go, while its successor was on its way`,
    );
}

function whyWritten(task: SyncTask, listed: Listed, stored: StoredFile | undefined, from: string): string {
  if (stored === undefined) return "new at the source";
  if (isHeld(stored)) return "the source was accepted over the held version";
  if (stored.metadata.synthetic === "true" && !task.item.synthetic)
    return "the source's own in place of made-up data";
  if (stored.tags.source !== undefined && stored.tags.source !== from)
    return "the source is another one than before";
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
