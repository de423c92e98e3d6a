/** The versions that a data set has had, each with different bytes from the previous one. */
import { createHash } from "node:crypto";
import pMap from "p-map";
import { sourceTime } from "../bronze/kept-result.ts";
import type { Input } from "../report/report.ts";
import { type Bucket, headObject, type ObjectHead, readTags } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { type InputObject, readableObject } from "./inputs.ts";

/** How many requests to S3 are in progress at the same time. */
export const READS_AT_A_TIME = 16;

/**
 * Consecutive versions of a data file that have the same bytes. `input` is the newest of them. The other
 * fields describe the oldest one.
 */
export type FileContent = {
  input: Input;
  firstVersionId: string;
  storedAt: string;
  sourceModified: string | null;
  execution: string | undefined;
  /** Whether the oldest version replaced another version, which the mirror may no longer have. */
  replacesOther: boolean;
};

/** All files of a data set as of `storedAt`. `id` identifies this state of the data set. */
export type DataSetVersion = {
  id: string;
  /** The SHA-256 of the file or, if there are several files, of their keys and hashes. */
  sha256: string;
  storedAt: string;
  sourceModified: string | null;
  synthetic: boolean;
  files: FileContent[];
};

/** A version of a data set, the previous one, and the files that differ. */
export type DataSetChange = {
  after: DataSetVersion;
  /** Undefined if there is nothing to compare with. */
  before: DataSetVersion | undefined;
  files: { after: FileContent; before: FileContent | undefined }[];
};

/**
 * Yields the changes of a data set from its current version back to the oldest one that the mirror has. Reads
 * only the versions that the caller consumes. Generated data is never compared with real data.
 *
 * Files that the same execution wrote belong to one change. A file without an earlier version counts as added
 * by its change, unless it replaced a version that the mirror no longer has. In that case, the changes end there.
 */
export async function* changesOf(
  bronze: Bucket,
  parts: readonly InputObject[],
): AsyncGenerator<DataSetChange, undefined> {
  let current = await pMap(
    parts,
    async (part) => {
      const older = contentsOf(bronze, part);
      return { content: await next(older), older };
    },
    { concurrency: READS_AT_A_TIME },
  ).then((all) => all.flatMap(({ content, older }) => (content ? [{ content, older }] : [])));
  let after = dataSetVersion(current.map(({ content }) => content));
  for (;;) {
    const newest = newestOf(current.map(({ content }) => content));
    const steps = await pMap(
      current,
      async ({ content, older }) => {
        const isChanged =
          content === newest || (newest?.execution !== undefined && content.execution === newest.execution);
        return { content, older, isChanged, earlier: isChanged ? await next(older) : content };
      },
      { concurrency: READS_AT_A_TIME },
    );
    const files = steps.flatMap(({ content, earlier, isChanged }) =>
      isChanged ? [{ after: content, before: earlier }] : [],
    );
    const isEnd =
      files.every(({ before }) => before === undefined) ||
      files.some(({ after: content, before }) => before === undefined && content.replacesOther);
    if (isEnd) {
      yield { after, before: undefined, files };
      return undefined;
    }
    current = steps.flatMap(({ earlier, older }) => (earlier ? [{ content: earlier, older }] : []));
    const before = dataSetVersion(current.map(({ content }) => content));
    yield { after, before, files };
    after = before;
  }
}

async function next(contents: AsyncGenerator<FileContent, undefined>): Promise<FileContent | undefined> {
  return (await contents.next()).value;
}

function newestOf(files: readonly FileContent[]): FileContent | undefined {
  return files.reduce<FileContent | undefined>(
    (latest, file) => (latest === undefined || file.storedAt > latest.storedAt ? file : latest),
    undefined,
  );
}

function dataSetVersion(files: FileContent[]): DataSetVersion {
  const newest = newestOf(files);
  const [only, ...others] = files;
  return {
    id: shortHash(files.map(({ input, firstVersionId }) => [input.key, firstVersionId])),
    sha256:
      only !== undefined && others.length === 0
        ? only.input.sha256
        : hash(files.map(({ input }) => [input.key, input.sha256])),
    storedAt: newest?.storedAt ?? "",
    sourceModified: newest?.sourceModified ?? null,
    synthetic: files.some(({ input }) => input.synthetic),
    files,
  };
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** An identifier for a value, short enough for a file name. */
export function shortHash(value: unknown): string {
  return hash(value).slice(0, 32);
}

/** The distinct contents of a file, from the given version back, all of the same kind: generated or real. */
async function* contentsOf(
  bronze: Bucket,
  { key, versionId, sha256, bytes, sourceModified }: InputObject,
): AsyncGenerator<FileContent, undefined> {
  const top = await headObject(bronze, key, versionId);
  const synthetic = isSynthetic(top);
  const storedAt = top?.storedAt.toISOString() ?? "";
  let content = contentOf({ key, versionId, sha256, bytes, sourceModified, storedAt, synthetic }, top);
  let isOlder = false;
  for await (const version of objectVersions(bronze, key)) {
    if (version.versionId === versionId) isOlder = true;
    else if (isOlder && !version.removed) {
      const head = await headObject(bronze, key, version.versionId);
      if (head === undefined || isSynthetic(head) !== synthetic) continue;
      const known = (await readTags(bronze, key, version.versionId)).sha256;
      const found = {
        key,
        versionId: version.versionId,
        sha256: known ?? (await hashOfVersion(bronze, key, version.versionId)),
        bytes: version.bytes,
        sourceModified: sourceTime(head.metadata["last-modified"]),
        storedAt: version.storedAt.toISOString(),
        synthetic,
      };
      const isSame = found.sha256 === content.input.sha256;
      if (!isSame) yield content;
      content = isSame ? { ...contentOf(found, head), input: content.input } : contentOf(found, head);
    }
  }
  yield content;
  return undefined;
}

function isSynthetic(head: ObjectHead | undefined): boolean {
  return head?.metadata.synthetic === "true";
}

/** The content of a single version. */
function contentOf(input: Input, head: ObjectHead | undefined): FileContent {
  return {
    input,
    firstVersionId: input.versionId,
    storedAt: input.storedAt,
    sourceModified: sourceTime(head?.metadata["last-modified"]),
    execution: head?.metadata.execution,
    replacesOther: head?.metadata.replaces !== undefined,
  };
}

/** The SHA-256 of a version that has no hash in its tags because an operator wrote it. */
async function hashOfVersion(bronze: Bucket, key: string, versionId: string): Promise<string> {
  const sha256 = createHash("sha256");
  const { open } = readableObject(bronze, { key, versionId, bytes: 0 }, key);
  for await (const chunk of await open()) sha256.update(chunk);
  return sha256.digest("hex");
}
