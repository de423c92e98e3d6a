/** An object in Bronze: its key, where it came from, and what sync remembers about it. */
import { type Bucket, headObject, type ObjectHead, readTags } from "../storage/objects.ts";

/**
 * What sync remembers about a version, as tags, which can change without a new version. Absent tags mean: not known.
 * `stamp` is the listing's time and size last seen for exactly these bytes. On a held version `stamp` and `sourceSha256`
 * are those of the source's file, which may differ.
 */
export type Memory = { sha256?: string; stamp?: string; held?: string; sourceSha256?: string };

/** An object's current version in Bronze. */
export type StoredFile = ObjectHead & { memory: Memory };

/** The key of a survey's file. */
export function bronzeKey(survey: string, path: string): string {
  return `bls/${survey}/${path}`;
}

/** The prefix of all keys of a survey. */
export function surveyPrefix(survey: string): string {
  return `bls/${survey}/`;
}

/** Reads an object's current version with its tags; undefined where there is none. */
export async function readStoredFile(bronze: Bucket, key: string): Promise<StoredFile | undefined> {
  const head = await headObject(bronze, key);
  if (head === undefined) return undefined;
  return { ...head, memory: parseMemory(await readTags(bronze, key, head.versionId)) };
}

/**
 * True for a version that a person put there: it carries the `held` tag, or no execution in its metadata, which every
 * version that the workflow writes has from its first byte.
 */
export function isHeld(stored: StoredFile): boolean {
  return stored.memory.held !== undefined || stored.metadata.execution === undefined;
}

/** The stamp of a listing's line: its time (UTC, to the minute) and its size in bytes. */
export function stampOf(file: { modified: Date; size: number }): string {
  return `${file.modified.toISOString().slice(0, 16)}Z ${file.size}`;
}

/** The tags as S3 stores them. */
export function memoryTags(memory: Memory): Record<string, string> {
  const tags: Record<string, string> = {};
  if (memory.sha256 !== undefined) tags.sha256 = memory.sha256;
  if (memory.stamp !== undefined) tags.stamp = memory.stamp;
  if (memory.held !== undefined) tags.held = memory.held;
  if (memory.sourceSha256 !== undefined) tags["source-sha256"] = memory.sourceSha256;
  return tags;
}

function parseMemory(tags: Record<string, string>): Memory {
  const memory: Memory = {};
  if (tags.sha256 !== undefined) memory.sha256 = tags.sha256;
  if (tags.stamp !== undefined) memory.stamp = tags.stamp;
  if (tags.held !== undefined) memory.held = tags.held;
  if (tags["source-sha256"] !== undefined) memory.sourceSha256 = tags["source-sha256"];
  return memory;
}

/** Where a version came from, as user metadata, which never changes. Times as in the source's Last-Modified. */
export type Provenance = {
  source: string;
  lastModified: string | undefined;
  execution: string;
  synthetic: boolean;
};

/** The metadata as S3 stores it. */
export function provenanceMetadata(provenance: Provenance): Record<string, string> {
  return {
    source: provenance.source,
    execution: provenance.execution,
    ...(provenance.lastModified === undefined ? {} : { "last-modified": provenance.lastModified }),
    ...(provenance.synthetic ? { synthetic: "true" } : {}),
  };
}
