/** An object in Bronze: its key, where it came from, and what sync remembers about it. */
import { createHash } from "node:crypto";
import { surveysPrefix } from "../constants.ts";
import { type Bucket, headObject, type ObjectHead, readTags, type VersionTags } from "../storage/objects.ts";

/**
 * What sync remembers about a version, as tags, which can change without a new version. If a tag is missing,
 * its value is unknown. `stamp` is the last listed time and size for exactly these bytes; `modified` is the
 * source's Last-Modified (ISO) if it distinguishes versions; `source` is the source of `stamp` and `modified`
 * (see `sourceTag`), which mean nothing for another source. `run` is the execution that wrote the version (see
 * `runTag`); `held` and `accepted` say whose version it is (see `saysHeld`). On a held version, `stamp`,
 * `modified`, and `source-sha256` describe the source's file, which may differ.
 */
export type SyncTags = {
  sha256?: string;
  source?: string;
  stamp?: string;
  modified?: string;
  run?: string;
  held?: string;
  accepted?: string;
  "source-sha256"?: string;
};

/** The ID of a version that was written while versioning was off or not yet in effect. */
export const NULL_VERSION = "null";

/**
 * An object's current version in Bronze. `tags` includes an operator's own tags, which are written back
 * unchanged.
 */
export type StoredFile = ObjectHead & { tags: Readonly<Record<string, string> & SyncTags> };

/** The key of a survey's file. */
export function bronzeKey(survey: string, path: string): string {
  return `${surveyPrefix(survey)}${path}`;
}

/** The prefix of all keys of a survey. */
export function surveyPrefix(survey: string): string {
  return `${surveysPrefix}${survey}/`;
}

/**
 * Reads an object's current version with its tags. Undefined if the object does not exist. `known` contains
 * recently read tags and the ID of their version: if that version is still current, the tags are not read
 * again.
 */
export async function readStoredFile(
  bronze: Bucket,
  key: string,
  known?: VersionTags,
): Promise<StoredFile | undefined> {
  const head = await headObject(bronze, key);
  if (head === undefined) return undefined;
  const tags = known?.versionId === head.versionId ? known.tags : await readTags(bronze, key, head.versionId);
  return { ...head, tags };
}

/** Reads one version of an object with its tags. Undefined if that version does not exist. */
export async function readVersion(
  bronze: Bucket,
  key: string,
  versionId: string,
): Promise<StoredFile | undefined> {
  const [head, tags] = await Promise.all([
    headObject(bronze, key, versionId),
    readTags(bronze, key, versionId),
  ]);
  return head && { ...head, tags };
}

/** SHA-256 of a version's bytes in hex, if S3 or sync knows it. */
export function knownSha256({ tags, checkedSha256 }: StoredFile): string | undefined {
  return checkedSha256 ?? tags.sha256;
}

/**
 * Abbreviates an execution's ID for a tag. The abbreviation is enough to decide whether to read the version's
 * metadata, which has the whole ID.
 */
export function runTag(executionId: string): string {
  return shortHash(executionId);
}

/**
 * Abbreviates, for a tag, the URL of a survey at a source. All synthetic data counts as one source, whatever
 * its URL.
 */
export function sourceTag(survey: URL, synthetic: boolean): string {
  return synthetic ? "synthetic" : shortHash(survey.href);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/**
 * True for an operator's version: it has the `held` tag, or its metadata has no execution and the source was
 * not accepted in its place. Every version that the workflow writes has its execution in the metadata from the
 * start. Only `isCopy` recognizes a version that an operator copied inside S3 with all its metadata.
 */
export function isHeld(stored: StoredFile): boolean {
  return saysHeld(stored.tags, stored.versionId) ?? stored.metadata.execution === undefined;
}

/**
 * Whether a version's tags say that it is held. Undefined if the tags do not say. The tag `accepted`
 * identifies the version that it applies to, so it means nothing on a copy. In versions tagged by earlier releases,
 * `held="no <hash>"` means the same as `accepted="<hash>"`.
 */
export function saysHeld({ held, accepted }: SyncTags, versionId: string): boolean | undefined {
  if (held !== undefined) return held !== `no ${acceptedTag(versionId)}`;
  return accepted === undefined ? undefined : accepted !== acceptedTag(versionId);
}

/**
 * The value of a version's `accepted` tag. The tag means that the version is no longer held, because the operator
 * accepted the source, and the source's file has the same bytes as this version.
 */
export function acceptedTag(versionId: string): string {
  return shortHash(versionId);
}

/** True if the tags have this stamp from this source. */
export function hasStamp(tags: SyncTags, stamp: string, source: string): boolean {
  return tags.stamp === stamp && tags.source === source;
}

/** The stamp of a listing's line: its time (UTC, to the minute) and its size in bytes. */
export function stampOf(file: { modified: Date; size: number }): string {
  return `${file.modified.toISOString().slice(0, 16)}Z ${file.size}`;
}

/** Where a version came from. `replaces` is the version that it replaced, if there was one. */
export type Provenance = {
  source: string;
  lastModified: string | undefined;
  execution: string;
  replaces: string | undefined;
  synthetic: boolean;
};

/** Provenance as user metadata, which never changes. */
export function provenanceMetadata(provenance: Provenance): Record<string, string> {
  return {
    source: provenance.source,
    execution: provenance.execution,
    ...(provenance.lastModified === undefined ? {} : { "last-modified": provenance.lastModified }),
    ...(provenance.replaces === undefined ? {} : { replaces: provenance.replaces }),
    ...(provenance.synthetic ? { synthetic: "true" } : {}),
  };
}
