import type { Version } from "./records.ts";

/**
 * The versions of a bucket in memory: keys ordered by their UTF-8 bytes, and the versions of each, newest
 * first.
 */
export type KeyIndex = { sorted: string[]; versions: Map<string, Version[]> };

/** Builds the index at startup, from versions in any order. */
export function buildIndex(all: Version[]): KeyIndex {
  const versions = new Map<string, Version[]>();
  for (const version of all) {
    const same = versions.get(version.key);
    if (same === undefined) versions.set(version.key, [version]);
    else same.push(version);
  }
  for (const same of versions.values()) same.sort((a, b) => (a.id < b.id ? 1 : -1));
  return { sorted: [...versions.keys()].sort(compareKeys), versions };
}

/** The versions of a key, newest first. */
export function versionsOf(index: KeyIndex, key: string): readonly Version[] {
  return index.versions.get(key) ?? [];
}

/** Adds the newest version of a key. */
export function addVersion(index: KeyIndex, version: Version): void {
  const same = index.versions.get(version.key);
  if (same !== undefined) {
    same.unshift(version);
    return;
  }
  index.versions.set(version.key, [version]);
  index.sorted.splice(firstAtOrAfter(index.sorted, version.key), 0, version.key);
}

/** Replaces the version with the same ID. */
export function replaceVersion(index: KeyIndex, version: Version): void {
  const same = index.versions.get(version.key) ?? [];
  same[same.findIndex((other) => other.id === version.id)] = version;
}

/** Removes a version, and also its key if the key has no other versions. */
export function dropVersion(index: KeyIndex, version: Version): void {
  const left = versionsOf(index, version.key).filter((other) => other.id !== version.id);
  if (left.length > 0) {
    index.versions.set(version.key, left);
    return;
  }
  index.versions.delete(version.key);
  index.sorted.splice(firstAtOrAfter(index.sorted, version.key), 1);
}

/** The position of the first key that is not before `key`. */
export function firstAtOrAfter(sorted: readonly string[], key: string): number {
  return firstWhere(sorted, (other) => compareKeys(other, key) >= 0);
}

/** The position of the first key after all keys that start with `prefix`. */
export function firstBehindPrefix(sorted: readonly string[], prefix: string): number {
  return firstWhere(sorted, (key) => compareKeys(key, prefix) > 0 && !key.startsWith(prefix));
}

/** Binary search: `holds` must be false before some position and true from there on. */
function firstWhere(sorted: readonly string[], holds: (key: string) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] ?? "")) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Orders keys by their UTF-8 bytes, as S3 lists them. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/**
 * UTF-16 sorts surrogates before U+E000 to U+FFFF. UTF-8 sorts the characters that surrogates represent after
 * that range.
 */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
