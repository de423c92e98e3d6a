import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { claimDirectory } from "@data-quest/state-directory/directory-owner";
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import { setAside } from "@data-quest/state-directory/set-aside";
import type * as z from "zod";
import { findDamage } from "./body-files.ts";
import { syncFolder, temporaryPath, writeJson } from "./disk.ts";
import { buildIndex, type KeyIndex } from "./key-index.ts";
import { BucketRecord, type ObjectVersion, PartRecord, UploadRecord, Version } from "./records.ts";

/** A multipart upload in memory: its parts by number, and whether its key was deleted since it started. */
export type Upload = { record: UploadRecord; parts: Map<number, PartRecord>; keyDeleted: boolean };

/**
 * A bucket in memory. On disk, it is a folder with bucket.json, versions/ (a record for each version), bodies/,
 * uploads/, and parts/. `writing` is the number of commits in progress. `turns` contains the last task of each
 * key or upload. `readers` contains the number of readers of each body. `doomed` contains the bodies to remove
 * when their last reader is done.
 */
export type Bucket = {
  record: BucketRecord;
  folder: string;
  index: KeyIndex;
  uploads: Map<string, Upload>;
  writing: number;
  turns: Map<string | object, Promise<void>>;
  readers: Map<string, number>;
  doomed: Set<string>;
};

/** All buckets in a folder, and a folder for temporary files. */
export type Store = {
  folder: string;
  temporary: string;
  buckets: Map<string, Bucket>;
  lastId: number;
  release: () => void;
  onProblem: (problem: string) => void;
};

const ID_DIGITS = 14;
const FOLDERS = ["versions", "bodies", "uploads", "parts"] as const;

/**
 * Opens the store in a folder and repairs it: what a killed process left unfinished is removed, and the index
 * is built from the records. A record that is damaged, or whose version has a damaged body, is set aside in
 * `damaged` and reported to `onProblem`; all bodies of its bucket are then kept. Throws DirectoryInUse if
 * another process has the folder open.
 */
export function openStore(folder: string, onProblem: (problem: string) => void = () => undefined): Store {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_DIRECTORY });
  const release = claimDirectory(folder);
  try {
    const temporary = join(folder, "tmp");
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { mode: PRIVATE_DIRECTORY });
    const root = join(folder, "buckets");
    mkdirSync(root, { recursive: true, mode: PRIVATE_DIRECTORY });
    const store: Store = { folder, temporary, buckets: new Map(), lastId: 0, release, onProblem };
    for (const { name } of readdirSync(root, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )) {
      const path = join(root, name);
      // A bucket without a record and without versions was not completely created.
      if (!existsSync(join(path, "bucket.json")) && isEmpty(join(path, "versions")))
        rmSync(path, { recursive: true });
      else store.buckets.set(name, openBucket(store, path));
    }
    return store;
  } catch (error) {
    release();
    throw error;
  }
}

/** Releases the folder. All requests must have ended. */
export function closeStore(store: Store): void {
  store.release();
}

function openBucket(store: Store, folder: string): Bucket {
  const versions = readRecords(store, join(folder, "versions"), Version);
  const uploads = readRecords(store, join(folder, "uploads"), UploadRecord);
  const parts = readRecords(store, join(folder, "parts"), PartRecord);
  const settings = join(folder, "bucket.json");
  const record =
    (existsSync(settings) ? readRecord(store, settings, BucketRecord) : undefined) ??
    rebuiltRecord(store, folder, versions);
  for (const id of [...versions, ...parts].map((known) => known.id).concat(uploads.map(insideId))) {
    store.lastId = Math.max(store.lastId, Number.parseInt(id, 16));
  }

  // A newer null version replaces an older one, whose record a killed process may have left behind.
  versions.sort((a, b) => (a.id < b.id ? -1 : 1));
  const nulls = new Map(
    versions.filter(({ versionId }) => versionId === "null").map((version) => [version.key, version]),
  );
  const present = versions.filter(
    (version) =>
      (version.versionId !== "null" || nulls.get(version.key) === version) &&
      (version.kind === "deleteMarker" || isWhole(store, folder, version)),
  );

  const finished = new Set(present.map((version) => (version.kind === "object" ? version.uploadId : null)));
  const open = new Map<string, Upload>();
  for (const upload of uploads) {
    if (!finished.has(upload.uploadId))
      open.set(upload.uploadId, { record: upload, parts: new Map(), keyDeleted: false });
  }
  parts.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const part of parts) open.get(part.uploadId)?.parts.set(part.body.partNumber, part);

  const kept = [...open.values()].flatMap((upload) => [...upload.parts.values()]);
  const bodies = present.flatMap((version) => (version.kind === "object" ? version.bodies : []));
  removeOthers(join(folder, "versions"), new Set(present.map(({ id }) => `${id}.json`)));
  removeOthers(join(folder, "uploads"), new Set([...open.keys()].map((id) => `${id}.json`)));
  removeOthers(join(folder, "parts"), new Set(kept.map(({ id }) => `${id}.json`)));
  // A record that was set aside, now or earlier, may refer to bodies that no other record refers to.
  if (!existsSync(join(store.folder, "damaged", "buckets", basename(folder)))) {
    removeOthers(
      join(folder, "bodies"),
      new Set([...bodies, ...kept.map(({ body }) => body)].map(({ file }) => file)),
    );
  }
  return inMemory(record, folder, buildIndex(present), open);
}

function inMemory(
  record: BucketRecord,
  folder: string,
  index: KeyIndex,
  uploads: Map<string, Upload>,
): Bucket {
  return {
    record,
    folder,
    index,
    uploads,
    writing: 0,
    turns: new Map(),
    readers: new Map(),
    doomed: new Set(),
  };
}

function readRecords<T>(store: Store, folder: string, schema: z.ZodType<T>): T[] {
  // A file manager may have left files in the folder.
  const names = readdirSync(folder).filter((name) => /^[0-9a-f]+\.json$/.test(name));
  return names.flatMap((name) => readRecord(store, join(folder, name), schema) ?? []);
}

/** Reads a record. A damaged record is set aside and reported, and the result is undefined. */
function readRecord<T>(store: Store, path: string, schema: z.ZodType<T>): T | undefined {
  const text = readFileSync(path, "utf8");
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    const place = setAside(store.folder, path);
    const why = text.trim() === "" ? "it is empty" : "it is not a record of the S3 server";
    store.onProblem(`${path} is damaged: ${why}. It is set aside as ${place}; everything else works`);
    return undefined;
  }
}

/**
 * Whether the files of a version's bodies exist and have the right size. If not, the version's record is set aside
 * and reported.
 */
function isWhole(store: Store, folder: string, { id, key, versionId, bodies }: ObjectVersion): boolean {
  const damage = findDamage(folder, bodies);
  if (damage === undefined) return true;
  const place = setAside(store.folder, join(folder, "versions", `${id}.json`));
  store.onProblem(
    `The version ${versionId} of ${key} in the bucket ${basename(folder)} is damaged: ${damage}. Its record is set aside as ${place}; everything else works`,
  );
  return false;
}

function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}

/**
 * A new record for a bucket whose record is damaged or missing, so that the bucket's objects are kept. The
 * bucket's documents, tags, and creation date are lost. Versioning is enabled if the ID of a version shows that
 * versioning was enabled before.
 */
function rebuiltRecord(store: Store, folder: string, versions: Version[]): BucketRecord {
  const name = basename(folder);
  const isVersioned = versions.some(({ versionId }) => versionId !== "null");
  const record: BucketRecord = {
    name,
    created: new Date().toISOString(),
    location: "",
    versioning: isVersioned ? "Enabled" : "Never",
    tags: {},
    documents: {},
  };
  writeFileSync(join(folder, "bucket.json"), JSON.stringify(record), { mode: PRIVATE_FILE, flush: true });
  store.onProblem(
    `The settings of the bucket ${name} were lost: its objects were kept, with versioning ${record.versioning}`,
  );
  return record;
}

function removeOthers(folder: string, kept: Set<string>): void {
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name));
}

/**
 * A new ID: 14 hexadecimal digits that increase with time and never repeat, even if the clock is set back.
 */
export function nextId(store: Store): string {
  store.lastId = Math.max(store.lastId + 1, Date.now() * 1024);
  return store.lastId.toString(16).padStart(ID_DIGITS, "0");
}

/** The internal ID at the start of an upload's ID. It orders the upload among the versions. */
export function insideId(upload: UploadRecord): string {
  return upload.uploadId.slice(0, ID_DIGITS);
}

/** A public ID of a version or an upload: 32 characters that cannot be guessed from another ID. */
export function outsideId(id: string): string {
  return id + randomBytes(9).toString("hex");
}

/**
 * Creates a bucket, durably, or waits if another request is already creating it. The bucket's name must have
 * been checked.
 */
export async function createBucket(store: Store, record: BucketRecord): Promise<void> {
  const existing = store.buckets.get(record.name);
  if (existing !== undefined) return inTurn(existing, existing, async () => undefined);
  const folder = join(store.folder, "buckets", record.name);
  const bucket = inMemory(record, folder, buildIndex([]), new Map());
  store.buckets.set(record.name, bucket);
  await inTurn(bucket, bucket, async () => {
    try {
      for (const name of FOLDERS)
        await mkdir(join(folder, name), { recursive: true, mode: PRIVATE_DIRECTORY });
      await writeJson(store.temporary, join(folder, "bucket.json"), record);
      await syncFolder(join(store.folder, "buckets"));
    } catch (error) {
      store.buckets.delete(record.name);
      throw error;
    }
  });
}

/** Deletes an empty bucket with its unfinished uploads, durably. */
export async function deleteBucket(store: Store, bucket: Bucket): Promise<void> {
  // The bucket disappears at once, on disk and in memory, so that a bucket with the same name can be created while
  // the files are being removed.
  const remains = temporaryPath(store.temporary);
  renameSync(bucket.folder, remains);
  store.buckets.delete(bucket.record.name);
  await syncFolder(join(store.folder, "buckets"));
  await rm(remains, { recursive: true });
}

/** Changes a bucket's settings, durably. `change` receives the current settings when it runs. */
export async function changeBucket(
  store: Store,
  bucket: Bucket,
  change: (record: BucketRecord) => Partial<BucketRecord>,
): Promise<void> {
  await inTurn(bucket, bucket, async () => {
    const record = { ...bucket.record, ...change(bucket.record) };
    await writeJson(store.temporary, join(bucket.folder, "bucket.json"), record);
    bucket.record = record;
  });
}

/**
 * Runs `task` after all earlier tasks of the same key (or upload), so that what the task checks still holds
 * when it writes.
 */
export async function inTurn<T>(bucket: Bucket, key: string | object, task: () => Promise<T>): Promise<T> {
  const before = bucket.turns.get(key) ?? Promise.resolve();
  const { promise: turn, resolve: done } = Promise.withResolvers<void>();
  bucket.turns.set(key, turn);
  bucket.writing++;
  await before;
  try {
    return await task();
  } finally {
    bucket.writing--;
    if (bucket.turns.get(key) === turn) bucket.turns.delete(key);
    done();
  }
}
