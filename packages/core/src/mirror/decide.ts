/**
 * Decides what to do with one file, and why: a pure function of what is stored, what is listed, and what the
 * run requests. A plan and a sync both follow the decision.
 */

import { reasons } from "../bronze/reasons.ts";
import {
  hasStamp,
  isHeld,
  knownSha256,
  NULL_VERSION,
  runTag,
  type StoredFile,
  saysHeld,
  stampOf,
} from "../bronze/stored-file.ts";
import { easternMinute } from "../source/eastern-time.ts";
import type { VersionTags } from "../storage/objects.ts";

/** The size (in bytes) and the time of a file at the source. */
export type Line = { size: number; modified: Date };

/**
 * What the source says about a file that it does not list. `gone` is the status of the response; `page` means
 * that the response was a web page.
 */
export type Presence = { gone?: 404 | 410; found?: Line; page?: true };

/** What is known so far. An optional field is filled in when `decide` needs it. */
export type Facts = {
  /** True if `acceptSource` includes this file. */
  accepted: boolean;
  verify: boolean;
  /** The tag of the source. */
  source: string;
  /** Whether the source serves synthetic data. */
  synthetic: boolean;
  /** The ARN of the execution; undefined for a plan. */
  execution: string | undefined;
  /** The file's line in the listing. Undefined for a file that is stored but not listed. */
  listed: Line | undefined;
  /** The current version's ID and tags. Undefined if nothing is stored. */
  current: VersionTags | undefined;
  /** The current version, with its complete head. */
  version?: StoredFile;
  /** Whether an operator made the version by copying an older one. */
  copied?: boolean;
  presence?: Presence;
  /** The response to a request with If-Modified-Since. */
  modification?: { notModified: boolean; lastModified?: string | undefined };
};

export type Decision =
  | { need: "version" | "copied" | "presence" }
  | { need: "modification"; since: string }
  /** Nothing is stored, and nothing is listed. */
  | { do: "nothing"; reason: string }
  | { do: "keep"; reason: string }
  /**
   * The version stays because an operator put it there. It is compared with the source's file if there is a
   * `line`.
   */
  | { do: "hold"; line: Line | undefined; reason: string }
  /** The version's ID is `null`, so the object is written again first. */
  | { do: "renew"; reason: string }
  /** The source serves synthetic data, but the stored version is not synthetic. */
  | { do: "refuse" }
  /** The file is downloaded, and stored if its bytes are new. */
  | { do: "download"; line: Line; reason: string }
  | { do: "remove"; reason: string };

/** Returns what to do, or which fact the decision still needs. */
export function decide(facts: Facts): Decision {
  const { current, version, listed } = facts;
  if (current === undefined)
    return listed
      ? { do: "download", line: listed, reason: reasons.new }
      : { do: "nothing", reason: reasons.removedEarlier };
  if (version === undefined)
    return listed && tagsSuffice(facts, current, listed)
      ? { do: "keep", reason: reasons.sameStamp }
      : { need: "version" };
  if (version.versionId === NULL_VERSION) return { do: "renew", reason: reasons.withoutVersion };
  if (isHeld(version) && !facts.accepted) return hold(listed);
  if (listed === undefined) return decideUnlisted(facts, version);
  const isSame = trusts(facts) && hasStamp(version.tags, stampOf(listed), facts.source);
  if (isSame && knownSha256(version) !== undefined) return { do: "keep", reason: reasons.sameStamp };
  return decideBySource(facts, version, listed);
}

/** A file that is stored but not listed. It is removed only if the source says that it is gone. */
function decideUnlisted(facts: Facts, version: StoredFile): Decision {
  const { presence, accepted, copied, verify, source } = facts;
  if (isSyntheticOverReal(facts, version)) return { do: "refuse" };
  if (presence === undefined) return { need: "presence" };
  const { gone, found, page } = presence;
  if (gone !== undefined) {
    if (!accepted && copied === undefined) return { need: "copied" };
    return !accepted && copied ? hold(undefined) : { do: "remove", reason: reasons.gone(gone) };
  }
  if (found && (verify || !isStored(found, version, source))) {
    const decision = decideBySource(facts, version, found);
    if (!("do" in decision) || decision.do === "hold" || decision.do === "refuse") return decision;
    const isByListing = decision.reason === reasons.otherSize || isOpen(decision.reason);
    return {
      ...decision,
      reason: `${reasons.notListed}; ${isByListing ? reasons.changed : decision.reason}`,
    };
  }
  return { do: "keep", reason: page ? reasons.presenceUnknown : reasons.notListed };
}

/**
 * Decides about a file whose line does not show that the stored version is current. The source's response or
 * the bytes must show whether it is.
 */
function decideBySource(facts: Facts, version: StoredFile, line: Line): Decision {
  if (isSyntheticOverReal(facts, version)) return { do: "refuse" };
  if (!facts.accepted) {
    if (facts.copied === undefined) return { need: "copied" };
    if (facts.copied) return hold(line);
  }
  const since = trusts(facts) ? dateForIfModifiedSince(version, line, facts.source) : undefined;
  if (since === undefined) return { do: "download", line, reason: whyDownload(facts, version, line) };
  const { modification } = facts;
  if (modification === undefined) return { need: "modification", since };
  return modification.notModified && (modification.lastModified ?? since) === since
    ? { do: "keep", reason: reasons.notModified }
    : { do: "download", line, reason: reasons.changed };
}

function hold(line: Line | undefined): Decision {
  return { do: "hold", line, reason: line ? reasons.held : reasons.heldUnlisted };
}

/** Whether a download may be skipped because of what is recorded about the source. */
function trusts({ accepted, verify }: Facts): boolean {
  return !accepted && !verify;
}

/**
 * Whether the tags alone show that the version has the listing's stamp, and have everything that a result
 * needs. If this execution may have written the version, the version's head is needed.
 */
function tagsSuffice(facts: Facts, { versionId, tags }: VersionTags, line: Line): boolean {
  const { sha256, modified, run } = tags;
  const isComplete = sha256 !== undefined && modified !== undefined && run !== undefined;
  return (
    isComplete &&
    trusts(facts) &&
    versionId !== NULL_VERSION &&
    saysHeld(tags, versionId) !== true &&
    hasStamp(tags, stampOf(line), facts.source) &&
    (facts.execution === undefined || run !== runTag(facts.execution))
  );
}

function isSyntheticOverReal({ synthetic, accepted }: Facts, { metadata }: StoredFile): boolean {
  return synthetic && metadata.synthetic !== "true" && !accepted;
}

function whyDownload(facts: Facts, version: StoredFile, line: Line): string {
  if (isHeld(version)) return reasons.acceptedOverHeld;
  if (version.metadata.synthetic === "true" && !facts.synthetic) return reasons.replacesSynthetic;
  if (version.tags.source !== undefined && version.tags.source !== facts.source) return reasons.otherSource;
  if (facts.accepted) return reasons.accepted;
  if (facts.verify) return reasons.verify;
  if (line.size !== version.bytes) return reasons.otherSize;
  const { stamp } = version.tags;
  return stamp === undefined || stamp === stampOf(line) ? reasons.unrecorded : reasons.otherTime;
}

/** Whether a reason for a download leaves open whether the file changed. */
function isOpen(reason: string): boolean {
  return reason === reasons.otherTime || reason === reasons.unrecorded;
}

/**
 * Why a downloaded file became a new version: the reason for the download, or what only the bytes could
 * show.
 */
export function whyWritten(reason: string, version: StoredFile | undefined, line: Line): string {
  if (reason.endsWith(reasons.verify))
    return version?.tags.stamp === stampOf(line) ? reasons.verifySameStamp : reasons.verifyDiffers;
  return isOpen(reason) ? reasons.changed : reason;
}

/** True if the stored file came from this source and has the size and the time of the source's file. */
function isStored({ size, modified }: Line, { bytes, tags }: StoredFile, source: string): boolean {
  return size === bytes && modified.toISOString() === tags.modified && tags.source === source;
}

/**
 * The date for If-Modified-Since, if size and time show no sign of a different file. Undefined if the file
 * must be requested unconditionally: the line has a different size or minute, or Last-Modified does not
 * distinguish versions or comes from another source.
 */
export function dateForIfModifiedSince(version: StoredFile, line: Line, source: string): string | undefined {
  const { modified } = version.tags;
  if (modified === undefined || version.tags.source !== source || line.size !== version.bytes)
    return undefined;
  const date = new Date(modified);
  return easternMinute(date) === easternMinute(line.modified) ? date.toUTCString() : undefined;
}
