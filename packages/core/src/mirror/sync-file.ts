/**
 * Brings one file of the mirror up to date, or removes it if the source no longer has it, as `decide` says.
 */

import { sha256Of } from "../bronze/content-hash.ts";
import { isCopy } from "../bronze/copies.ts";
import { keptResult, sourceTime } from "../bronze/kept-result.ts";
import { reasons } from "../bronze/reasons.ts";
import { renewVersion } from "../bronze/renew.ts";
import {
  bronzeKey,
  hasStamp,
  isHeld,
  readStoredFile,
  type StoredFile,
  stampOf,
} from "../bronze/stored-file.ts";
import { updateTags } from "../bronze/update-tags.ts";
import { FileMissing, FileNameRefused, SourceNotFound, WriteConflict } from "../errors.ts";
import { type Download, download, type NotModified } from "../source/download.ts";
import { relistFile, surveyAddress } from "../source/survey-folder.ts";
import { type Bucket, removeObject } from "../storage/objects.ts";
import { abortOpenUploads } from "../upload/open-uploads.ts";
import { PART_BYTES } from "../upload/part-buffers.ts";
import type { SyncResult } from "../workflow.ts";
import { sourceTags } from "./agreement.ts";
import { type Decision, decide, type Facts, type Line, whyWritten } from "./decide.ts";
import { type FileItem, firstFacts, learn } from "./facts.ts";
import {
  type Listed,
  type SyncDependencies,
  type SyncTask,
  syntheticRefusal,
  taskAddress,
  taskSource,
} from "./task.ts";
import { acceptedTags, downloadWhole, hashSource, type Transfer, transfer } from "./transfer.ts";

/** How many times one call tries a task if concurrent writers are faster. */
const MOST_ATTEMPTS = 5;

/** One file's task. */
type FileTask = Omit<SyncTask, "item"> & { item: FileItem; key: string };
/** A decision that is an action, and does not need another fact. */
type Act = Extract<Decision, { do: string }>;
/** A decision, the facts that it is based on, and the response to a conditional request. */
type Decided = { facts: Facts; act: Act; answer: Download | NotModified | undefined };

/**
 * Syncs one item and returns what was done. Safe to run twice: a second run finds the first one's work.
 * Throws the errors of the source and of storage that errors.ts defines; for faults of this one file,
 * FileRefused, FileNameRefused, FileMissing, or FileSizeMismatch; SyntheticDataRefused; and WriteConflict if
 * concurrent writers were faster several times. After an error, what was stored is unchanged.
 */
export async function syncFile(dependencies: SyncDependencies, task: SyncTask): Promise<SyncResult> {
  const { item, settings } = task;
  if (item.do === "refuse") throw nameRefusal(dependencies, task, item);
  const file: FileTask = { ...task, item, key: bronzeKey(settings.survey, item.path) };
  for (let attempt = 1; ; attempt++) {
    try {
      return await syncOnce(dependencies, file, attempt);
    } catch (error) {
      if (item.do === "sync" && error instanceof SourceNotFound)
        return await explainAbsence(dependencies, file, error);
      if (!(error instanceof WriteConflict) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function syncOnce(
  dependencies: SyncDependencies,
  file: FileTask,
  attempt: number,
): Promise<SyncResult> {
  const decided = await settle(dependencies, file);
  const { act, facts } = decided;
  const { version } = facts;
  // Only the first attempt aborts uploads. Otherwise, two runs could keep aborting each other's uploads.
  if (attempt === 1) await abortLargeUploads(dependencies, file.key, decided);
  if (act.do === "nothing") return removed(file.key, act.reason, null);
  if (act.do === "download") return store(dependencies, file, decided, act);
  if (version === undefined) return keepByTags(file, facts, act.do === "keep" ? act.reason : act.do);
  switch (act.do) {
    case "keep":
      return keep(dependencies, file, version, decided, act.reason);
    case "hold":
      return hold(dependencies, file, version, act);
    case "renew":
      await renewVersion(dependencies.bronze, version);
      return syncOnce(dependencies, file, attempt + 1);
    case "refuse":
      throw syntheticRefusal(dependencies, version);
    case "remove":
      return removed(file.key, act.reason, await removeObject(dependencies.bronze, file.key, version.etag));
  }
}

/** Learns facts until the decision is an action. */
async function settle(dependencies: SyncDependencies, file: FileTask): Promise<Decided> {
  const { item, settings, execution } = file;
  let facts = await firstFacts(dependencies, settings, item, execution.id);
  let answer: Decided["answer"];
  for (;;) {
    const decision = decide(facts);
    if ("do" in decision) return { facts, act: decision, answer };
    if (decision.need === "modification") {
      answer = await download(dependencies.source, taskAddress(dependencies, file), decision.since);
      const modification = { notModified: "notModified" in answer, lastModified: answer.lastModified };
      facts = { ...facts, modification };
    } else {
      facts = await learn(dependencies, settings, item, facts, decision.need);
    }
  }
}

async function abortLargeUploads(
  { bronze }: SyncDependencies,
  key: string,
  { facts: { version, listed }, act }: Decided,
): Promise<void> {
  const line = "line" in act ? act.line : listed;
  const isByTags = act.do === "keep" && version === undefined;
  if (line === undefined || isByTags) return;
  if (Math.max(line.size, version?.bytes ?? 0) > PART_BYTES) await abortOpenUploads(bronze, key);
}

/** The result for a version whose tags alone say that it is up to date. */
function keepByTags({ key }: FileTask, { current, listed }: Facts, reason: string): SyncResult {
  const { sha256 = null, modified = null } = current?.tags ?? {};
  const bytes = listed?.size ?? 0;
  const versionId = current?.versionId ?? null;
  return { key, action: "unchanged", reason, bytes, sha256, versionId, sourceModified: modified };
}

async function keep(
  dependencies: SyncDependencies,
  file: FileTask,
  version: StoredFile,
  { facts, answer }: Decided,
  reason: string,
): Promise<SyncResult> {
  const line = facts.listed ?? facts.presence?.found;
  if (answer && "notModified" in answer && line) {
    const lastModified = answer.lastModified ?? version.tags.modified;
    const seen = sourceTags(facts.source, listedAs(file, line), { lastModified, date: answer.date });
    await updateTags(dependencies.bronze, version, () => seen);
  }
  return found(version, file, reason);
}

/**
 * The result for a version that is up to date. If this execution wrote it earlier (before a retry or
 * redrive), the result says so.
 */
function found(version: StoredFile, { execution }: FileTask, reason: string, sha256?: string): SyncResult {
  const kept = keptResult(version, "unchanged", reason, sha256);
  if (version.metadata.execution !== execution.id) return kept;
  const action = version.metadata.replaces === undefined ? "created" : "updated";
  return { ...kept, action, reason: reasons.ownWork };
}

/**
 * Keeps an operator's version, and reports whether the source's file differs. The source's file is downloaded
 * only to hash it: once for each stamp of the source, and in every run with `verify`. Its hash is kept as a tag.
 */
async function hold(
  dependencies: SyncDependencies,
  file: FileTask,
  version: StoredFile,
  { line, reason }: Extract<Act, { do: "hold" }>,
): Promise<SyncResult> {
  const { bronze } = dependencies;
  const sha256 = await sha256Of(bronze, version);
  if (line === undefined) return keptResult(version, "held", reason, sha256);
  const from = taskSource(dependencies, file);
  let sourceSha256 = version.tags["source-sha256"];
  const isKnown = file.item.do === "sync" && hasStamp(version.tags, stampOf(line), from);
  if (!isKnown || sourceSha256 === undefined || file.settings.verify) {
    const source = await hashSource(transferOf(dependencies, file, line));
    sourceSha256 = source["source-sha256"];
    await updateTags(bronze, version, ({ held }) => ({ held: held ?? "put", sha256, ...source }));
  }
  return keptResult(
    version,
    "held",
    sourceSha256 === sha256 ? reasons.heldSame : reasons.heldDiffers,
    sha256,
  );
}

/** Downloads the file, and stores it if its bytes are new. */
async function store(
  dependencies: SyncDependencies,
  file: FileTask,
  { facts, answer }: Decided,
  { line, reason }: Extract<Act, { do: "download" }>,
): Promise<SyncResult> {
  const { bronze, buffers } = dependencies;
  const { key } = file;
  const request = transferOf(dependencies, file, line);
  const body = answer && "read" in answer ? answer : await downloadWhole(request.source, request.address);
  const stored = facts.version && (await withSha256(bronze, facts.version, () => body.cancel()));
  const { bytes, sha256, versionId, lastModified, tags } = await transfer(request, buffers, stored, body);
  if (stored && versionId === undefined) {
    const isAccepted = facts.accepted && (isHeld(stored) || (await isCopy(bronze, stored)));
    await updateTags(bronze, stored, () => ({ ...tags, ...(isAccepted ? acceptedTags(stored) : {}) }));
    return found(stored, file, reasons.sameBytes, sha256);
  }
  return {
    key,
    action: stored ? "updated" : "created",
    reason: whyWritten(reason, stored, line),
    bytes,
    sha256,
    versionId: versionId ?? null,
    sourceModified: sourceTime(lastModified),
  };
}

/** Adds the hash to an operator's version, which rarely has a stored hash. Its bytes may equal the source's. */
async function withSha256(bronze: Bucket, stored: StoredFile, cancel: () => void): Promise<StoredFile> {
  if (!isHeld(stored)) return stored;
  try {
    return { ...stored, tags: { ...stored.tags, sha256: await sha256Of(bronze, stored) } };
  } catch (error) {
    cancel();
    throw error;
  }
}

function transferOf(dependencies: SyncDependencies, file: FileTask, line: Line): Transfer {
  return {
    source: dependencies.source,
    bronze: dependencies.bronze,
    key: file.key,
    address: taskAddress(dependencies, file),
    folder: surveyAddress(dependencies.timeSeries, file.settings.survey),
    from: taskSource(dependencies, file),
    execution: file.execution.id,
    listed: listedAs(file, line),
  };
}

/**
 * The line as a listing showed it. No listing vouches for the line of an unlisted file, so that line gets a listing
 * time of 0 and never becomes a stamp.
 */
function listedAs({ item, listedAt }: FileTask, line: Line): Listed {
  const { name, path } = item;
  return { file: { name, path, ...line }, listedAt: item.do === "sync" ? listedAt : new Date(0) };
}

/** The error for an entry of the listing whose name cannot be stored. */
function nameRefusal(
  { timeSeries }: SyncDependencies,
  { settings }: SyncTask,
  { path, reason }: { path: string; reason: string },
): FileNameRefused {
  return new FileNameRefused(
    `${surveyAddress(timeSeries, settings.survey)} lists ${path}, which cannot be stored: ${reason}. ` +
      "A redrive cannot fix this: once the source has renamed the file, start a new run",
  );
}

/**
 * The result for a listed file whose URL returns 404, if a second listing no longer has the file: a stored
 * version stays until a run judges the whole listing. Throws FileMissing if the file is still listed.
 */
async function explainAbsence(
  { bronze, source, timeSeries }: SyncDependencies,
  { settings, item, key }: FileTask,
  error: SourceNotFound,
): Promise<SyncResult> {
  if ((await relistFile(source, surveyAddress(timeSeries, settings.survey), item.path)) !== undefined)
    throw new FileMissing(
      `${error.message}, though the listing still has the file. The stored version, if any, stays; once the listing and the file agree, redrive the execution`,
      { cause: error },
    );
  const stored = await readStoredFile(bronze, key);
  return stored
    ? keptResult(stored, isHeld(stored) ? "held" : "unchanged", reasons.leftListing)
    : removed(key, reasons.leftListing, null);
}

function removed(key: string, reason: string, versionId: string | null): SyncResult {
  return { key, action: "removed", reason, bytes: 0, sha256: null, versionId, sourceModified: null };
}
