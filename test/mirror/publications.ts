/** Records everything that a source ever published, and compares Bronze with it. */
import { createHash } from "node:crypto";
import type { Harness } from "./harness.ts";

export type Publications = {
  /** The bytes of each file that the source has now, by path. */
  source: ReadonlyMap<string, Buffer>;
  publish: (path: string, body: string | Uint8Array, modified: Date) => Promise<void>;
  unpublish: (path: string) => Promise<void>;
  /** Describes what is wrong in Bronze. Empty as long as every promise is kept. */
  brokenPromises: () => Promise<string[]>;
  /** Describes how Bronze differs from the source. Empty if they are equal. */
  differences: () => Promise<string[]>;
};

/** Starts the record of a harness whose source has not published anything yet. */
export function recordPublications(harness: Harness): Publications {
  const source = new Map<string, Buffer>();
  const published = new Map<string, Set<string>>();

  async function differences(): Promise<string[]> {
    const objects = await harness.objects();
    const different: string[] = [];
    for (const [path, bytes] of source) {
      const stored = objects.get(keyOf(path));
      if (stored === undefined) different.push(`${path} is missing`);
      else if (!Buffer.from(stored, "latin1").equals(bytes)) different.push(`${path} has different bytes`);
    }
    const names = new Set([...source.keys()].map(nameOf));
    for (const key of objects.keys())
      if (!names.has(nameOf(pathOf(key)))) different.push(`${key} should not exist`);
    return different;
  }

  async function brokenPromises(): Promise<string[]> {
    const broken: string[] = [];
    const versions = await harness.versions();
    const last = new Map<string, string>();
    for (const { key, versionId, marker } of versions) {
      const path = pathOf(key);
      if (marker) {
        last.delete(key);
        continue;
      }
      const body = await harness.body(key, versionId);
      const sha256 = hashOf(body);
      if (!published.get(nameOf(path))?.has(sha256))
        broken.push(`${key} has a version of ${body.length} bytes that was never published`);
      if (last.get(key) === sha256) broken.push(`${key} was stored twice in a row with the same bytes`);
      last.set(key, sha256);
    }
    for (const path of source.keys()) {
      const stored = versions.filter(({ key }) => key === keyOf(path));
      const removed = stored.some(({ latest, marker }) => latest && marker);
      if (removed) broken.push(`${path} was removed, but the source has it`);
    }
    const uploads = await harness.openUploads();
    if (uploads > 0) broken.push(`${uploads} multipart uploads are open`);
    return broken;
  }

  return {
    source,
    publish: async (path, body, modified) => {
      const bytes = Buffer.from(body);
      source.set(path, bytes);
      published.set(nameOf(path), (published.get(nameOf(path)) ?? new Set()).add(hashOf(bytes)));
      await harness.publish(path, bytes, modified);
    },
    unpublish: async (path) => {
      source.delete(path);
      await harness.unpublish(path);
    },
    brokenPromises,
    differences,
  };
}

/** The key of a file of the survey `pr` in Bronze. */
export function keyOf(path: string): string {
  return `bls/pr/${path}`;
}

function pathOf(key: string): string {
  return key.slice(keyOf("").length);
}

/**
 * A path in lowercase. A Windows server ignores case and serves a file under every spelling, so the mirror may
 * have the file under several names.
 */
function nameOf(path: string): string {
  return path.toLowerCase();
}

function hashOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
