/** What every fault meets: a mirror that is up to date, and a source that has changed since. */
import { createHash } from "node:crypto";
import { bytesOf, LONG_AGO, openWorld, type World, type WorldOptions } from "../mirror/world.ts";

const WEEK = 7 * 86_400_000;
/** The file that changes. */
export const CHANGED = "pr.data.0.Current";
const ADDED = "pr.new";
const GONE = "pr.gone";

export type Scene = {
  world: World;
  /** Publishes a file, a week later each time, and keeps in mind that these bytes were published. */
  publish: (path: string, body: string | Uint8Array, modified?: Date) => Promise<void>;
  unpublish: (path: string) => Promise<void>;
  /** What is wrong in Bronze, in words: nothing as long as every promise is kept. */
  brokenPromises: () => Promise<string[]>;
  /** How Bronze differs from the source, in words; nothing where it is the same. */
  differences: () => Promise<string[]>;
  /** Which version of the changed file is current. */
  changedFile: () => Promise<"old" | "new" | "another" | "none">;
  close: () => Promise<void>;
};

/** `changedBytes` is about the size that the changed file has in the end. */
export type SceneOptions = WorldOptions & { changedBytes?: number };

/** Opens the scene: one file changed, one new, one gone, three as they were. */
export async function openScene({ changedBytes = 204_200, ...options }: SceneOptions = {}): Promise<Scene> {
  const world = await openWorld(options);
  const source = new Map<string, Buffer>();
  const published = new Map<string, Set<string>>();
  let weeks = 0;

  async function publish(path: string, body: string | Uint8Array, modified?: Date): Promise<void> {
    const bytes = Buffer.from(body);
    source.set(path, bytes);
    const key = nameOf(path);
    published.set(key, (published.get(key) ?? new Set()).add(hashOf(bytes)));
    await world.publish(path, bytes, modified ?? new Date(LONG_AGO.getTime() + weeks++ * WEEK));
  }
  async function unpublish(path: string): Promise<void> {
    source.delete(path);
    await world.unpublish(path);
  }

  const first = dataFile(200_000, 1);
  const second = dataFile(changedBytes, 2);
  for (const name of ["pr.class", "pr.series", "pr.txt"])
    await publish(name, `this is ${name}\r\n`.repeat(10), LONG_AGO);
  await publish(GONE, "soon gone", LONG_AGO);
  await publish(CHANGED, first, LONG_AGO);
  await world.sync({}, "first");
  weeks = 1;
  await publish(CHANGED, second);
  await publish(ADDED, "new");
  await unpublish(GONE);
  world.replica.requests.length = 0;
  world.s3Requests.length = 0;

  async function brokenPromises(): Promise<string[]> {
    const broken: string[] = [];
    const versions = await world.versions();
    for (const { key, versionId, marker } of versions) {
      const path = key.slice(keyOf("").length);
      if (marker) {
        if (source.has(path)) broken.push(`${key} was removed, and the source has it`);
        continue;
      }
      const body = await world.body(key, versionId);
      if (!published.get(nameOf(path))?.has(hashOf(body)))
        broken.push(`${key} has a version of ${body.length} bytes that was never published`);
    }
    for (const path of source.keys()) {
      const stored = versions.filter(({ key }) => key === keyOf(path));
      const readable = stored.some(({ latest, marker }) => latest && !marker);
      if (stored.length > 0 && !readable) broken.push(`${path} cannot be read`);
    }
    const uploads = await world.openUploads();
    if (uploads > 0) broken.push(`${uploads} multipart uploads are open`);
    return broken;
  }

  async function differences(): Promise<string[]> {
    const objects = await world.objects();
    const different: string[] = [];
    for (const [path, bytes] of source) {
      const stored = objects.get(keyOf(path));
      if (stored === undefined) different.push(`${path} is missing`);
      else if (!Buffer.from(stored, "latin1").equals(bytes)) different.push(`${path} has other bytes`);
    }
    const names = new Set([...source.keys()].map(nameOf));
    for (const key of objects.keys())
      if (!names.has(nameOf(key.slice(keyOf("").length)))) different.push(`${key} is too many`);
    return different;
  }

  return {
    world,
    publish,
    unpublish,
    brokenPromises,
    differences,
    changedFile: async () => {
      const stored = (await world.objects()).get(keyOf(CHANGED));
      if (stored === undefined) return "none";
      const body = Buffer.from(stored, "latin1");
      return body.equals(first) ? "old" : body.equals(second) ? "new" : "another";
    },
    close: world.close,
  };
}

/** The key of a file in Bronze. */
export function keyOf(path: string): string {
  return `bls/pr/${path}`;
}

/** A path as a Windows server compares it: it answers for a file by every spelling, so the mirror may have it by several. */
function nameOf(path: string): string {
  return path.toLowerCase();
}

function hashOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/** A data file of about so many bytes, with its columns, and values that differ by seed. */
export function dataFile(size: number, seed: number): Buffer {
  const header = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
  const values = bytesOf(Math.ceil(size / 42), seed);
  const lines: string[] = [header];
  for (const [index, value] of values.entries())
    lines.push(
      `PRS30006${String(index).padStart(9, "0")}\t2026\tQ01\t${String(value / 10).padStart(8)}\t\r\n`,
    );
  return Buffer.from(lines.join(""));
}
