/**
 * The objects in Bronze that an analysis reads: for each object, the exact version that the execution wrote
 * or found.
 */
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { surveyPrefix } from "../bronze/stored-file.ts";
import { isNumberedDataFile } from "../data-files/names.ts";
import type { Input } from "../report/report.ts";
import {
  type Bucket,
  chunksOf,
  headObject,
  type ObjectHead,
  openObject,
  readRange,
} from "../storage/objects.ts";
import type { PopulationResult, SyncResult } from "../workflow.ts";

/** An object to read, as the previous step described it. */
export type InputObject = {
  key: string;
  versionId: string;
  sha256: string;
  bytes: number;
  sourceModified: string | null;
};

/** Opens inputs and records them in `read`, for the lineage. */
export type Inputs = {
  open(object: InputObject): Promise<AsyncGenerator<Uint8Array>>;
  /** Records an input that is read elsewhere. */
  note(object: InputObject): Promise<void>;
  read: Input[];
};

/** Creates an `Inputs` that reads objects from `bucket`. */
export function readInputs(bucket: Bucket): Inputs {
  const read: Input[] = [];
  function add(object: InputObject, { storedAt, metadata }: Pick<ObjectHead, "storedAt" | "metadata">): void {
    const { key, versionId, sha256, bytes, sourceModified } = object;
    const synthetic = metadata.synthetic === "true";
    read.push({ key, versionId, sha256, bytes, sourceModified, storedAt: storedAt.toISOString(), synthetic });
  }
  return {
    read,
    async open(object) {
      const { body, ...head } = await openObject(bucket, object.key, object.versionId);
      add(object, head);
      return chunksOf(body, `s3://${bucket.name}/${object.key}`);
    },
    async note(object) {
      const head = await headObject(bucket, object.key, object.versionId);
      if (head !== undefined) add(object, head);
    },
  };
}

/** An object that can be read more than once. `file` is its name in errors. */
export function readableObject(
  bucket: Bucket,
  { key, versionId, bytes }: Pick<InputObject, "key" | "versionId" | "bytes">,
  file: string,
): ReadableFile {
  const open = async () => {
    const { body } = await openObject(bucket, key, versionId);
    return chunksOf(body, `s3://${bucket.name}/${key}`);
  };
  return { file, bytes, open };
}

/**
 * Like `readableObject`, but reads the object in ranges of at most `mostBytes` bytes, each one completely
 * before the next. Many such files can be read concurrently over few connections.
 */
export function readableRanges(
  bucket: Bucket,
  { key, versionId, bytes }: Pick<InputObject, "key" | "versionId" | "bytes">,
  file: string,
  mostBytes: number,
): ReadableFile {
  async function* ranges(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes; start += mostBytes)
      yield await readRange(bucket, key, versionId, start, Math.min(start + mostBytes, bytes) - 1);
  }
  return { file, bytes, open: async () => ranges() };
}

/** The survey's stored files, by their path in the survey's folder. */
export function filesOfSurvey(survey: string, files: readonly SyncResult[]): Map<string, InputObject> {
  const folder = surveyPrefix(survey);
  const found = new Map<string, InputObject>();
  for (const { key, action, versionId, sha256, bytes, sourceModified } of files) {
    if (action === "removed" || versionId === null || sha256 === null || !key.startsWith(folder)) continue;
    found.set(key.slice(folder.length), { key, versionId, sha256, bytes, sourceModified });
  }
  return found;
}

/** The population's object. */
export function populationObject({ key, versionId, sha256, bytes }: PopulationResult): InputObject {
  return { key, versionId, sha256, bytes, sourceModified: null };
}

/** The paths of the survey's files whose names say that they are data files. */
export function dataFilesOf(survey: string, files: ReadonlyMap<string, InputObject>): string[] {
  return [...files.keys()].filter((path) => isNumberedDataFile(survey, path)).sort();
}
