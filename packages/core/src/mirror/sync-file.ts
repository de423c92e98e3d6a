/** Brings one file of the mirror up to date, or removes one whose source is gone. */
import { SourceUnavailable, WriteConflict } from "../errors.ts";
import { type Download, download } from "../source/download.ts";
import { writeTags } from "../storage/objects.ts";
import type { SyncResult } from "../workflow.ts";
import { agreeOnSize, inspectedBody, stampTag } from "./agreement.ts";
import { bronzeKey, isHeld, provenanceMetadata, readStoredFile, type StoredFile, stampOf } from "./bronze.ts";
import { dateForIfModifiedSince } from "./conditions.ts";
import { checkHeldFile } from "./held-file.ts";
import { removeFile } from "./remove-file.ts";
import {
  keptResult,
  type Listed,
  type SyncDependencies,
  type SyncTask,
  sourceTime,
  taskAddress,
} from "./task.ts";
import { upload } from "./upload.ts";

/** Attempts at one task within one call, where rival writers are quicker. */
const MOST_CONFLICTS = 3;

/**
 * Syncs one item and says what was done. Safe to run twice: a second run finds the first one's work.
 * Throws the errors of the source and of storage as errors.ts names them, FileRefused, and WriteConflict where rivals were quicker
 * several times over. After an error what was stored is as it was.
 */
export async function syncFile(dependencies: SyncDependencies, task: SyncTask): Promise<SyncResult> {
  const { item, listedAt } = task;
  for (let conflicts = 0; ; ) {
    try {
      if (item.do === "remove") return await removeFile(dependencies, task);
      const file = {
        name: item.name,
        path: item.path,
        size: item.size,
        modified: new Date(item.modified),
      };
      return await updateFile(dependencies, task, { file, listedAt });
    } catch (error) {
      if (!(error instanceof WriteConflict) || ++conflicts >= MOST_CONFLICTS) throw error;
    }
  }
}

async function updateFile(
  dependencies: SyncDependencies,
  task: SyncTask,
  listed: Listed,
): Promise<SyncResult> {
  const { bronze, source } = dependencies;
  const { settings } = task;
  const key = bronzeKey(settings.survey, listed.file.path);
  const stored = await readStoredFile(bronze, key);
  const accepted = settings.acceptSource.includes(key);
  if (stored && isHeld(stored) && !accepted) return checkHeldFile(dependencies, task, listed, stored);

  const trusted = stored?.tags.sha256 !== undefined && !accepted && !settings.verify;
  if (stored && trusted && stored.tags.stamp === stampOf(listed.file))
    return found(stored, task, "the listing has the same time and size");

  const address = taskAddress(dependencies, task);
  const since = stored && trusted ? dateForIfModifiedSince(stored, listed.file) : undefined;
  const first = await download(source, address, since);
  if (stored && "notModified" in first && (first.lastModified ?? since) === since) {
    await remember(dependencies, stored, stampTag(listed, since));
    return found(stored, task, "the source says that it is not modified (304)");
  }
  const answer = "notModified" in first ? await download(source, address) : first;
  if ("notModified" in answer)
    throw new SourceUnavailable(`${address} answered 304 to an unconditional request`);
  try {
    return await store(dependencies, task, listed, stored, answer);
  } finally {
    answer.cancel();
  }
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
    key,
    stored,
    contentType: answer.contentType,
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
      return { sha256, ...stampTag(agreed, answer.lastModified) };
    },
  });
  const { bytes, sha256, versionId } = written;
  if (stored && versionId === undefined) {
    const accepted: Record<string, string> = isHeld(stored) ? { held: "no" } : {};
    await remember(dependencies, stored, { sha256, ...stampTag(agreed, answer.lastModified), ...accepted });
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

/** Writes tags that changed onto the stored version. The other tags stay. */
async function remember(
  { bronze }: SyncDependencies,
  stored: StoredFile,
  tags: Record<string, string>,
): Promise<void> {
  if (Object.entries(tags).every(([name, value]) => stored.tags[name] === value)) return;
  await writeTags(bronze, stored.key, stored.versionId, { ...stored.tags, ...tags });
}
