/** Writes a run's report to Gold: under the execution's name, and as the latest report. */
import * as z from "zod";
import { executionReportTag, reportsPrefix } from "../constants.ts";
import { StorageRefused, WriteConflict } from "../errors.ts";
import { QUESTION_FILES } from "../questions/registry.ts";
import { copyObject } from "../storage/copy-object.ts";
import {
  type Bucket,
  chunksOf,
  headObject,
  type ObjectHead,
  openObject,
  type Precondition,
  putObject,
  readObject,
} from "../storage/objects.ts";
import { uploadStream } from "../storage/upload-stream.ts";
import { isLater, replaceOlder, writerOf, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";

/** The file that is replaced last under `latest/`. Once it is replaced, all files are. */
const LAST = "report.json";

/** The files of a report. */
const NAMES = [...QUESTION_FILES, "revisions.csv", "releases.csv", "index.html", "report.schema.json", LAST];

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  [".csv", "text/csv; charset=utf-8"],
  [".csv.gz", "application/gzip"],
  [".html", "text/html; charset=utf-8"],
  [".schema.json", "application/schema+json"],
  [".json", "application/json"],
]);

/** Where the report of an execution is stored. */
export type ReportPlace = { gold: Bucket; survey: string; execution: Execution };

/** Each attempt can fail only because another execution wrote the file first, which is rare. */
const TRIES = 10;

/**
 * Writes a file of the report to `reports/<survey>/<execution>/`, with the tag that makes it expire on AWS.
 * Throws whatever `body` throws, and storage errors.
 */
export async function writeReportFile(
  { gold, survey, execution }: ReportPlace,
  name: string,
  body: string | AsyncIterable<Uint8Array>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const key = `${reportsPrefix}${survey}/${execution.name}/${name}`;
  const options = {
    contentType: contentTypeOf(name),
    metadata: { ...metadata, ...writtenBy(execution) },
    tags: { [executionReportTag.key]: executionReportTag.value },
  };
  // Encoded once: the client would encode a string again for each of its hashes and for the request.
  if (typeof body === "string") await putObject(gold, key, Buffer.from(body), options);
  else await uploadStream(gold, key, body, options);
}

/**
 * Copies a completely written report to `reports/<survey>/latest/`, report.json last. The metadata of every file
 * there identifies its execution, and a file is not replaced if its execution is the later one. So after two
 * concurrent runs, the files of the later run are there, whatever the order of the writes. Once report.json is from a
 * run, so are all other files.
 *
 * Returns the keys, and whether `latest/` now has this execution's report.
 */
export async function publishReport(place: ReportPlace): Promise<{ keys: string[]; latest: boolean }> {
  const { survey, execution } = place;
  const keysIn = (folder: string) => reportKeys(survey, folder);
  const later = await replaceLatest(place);
  if (later === undefined) return { keys: [...keysIn(execution.name), ...keysIn("latest")], latest: true };
  await putBack(place, later);
  return { keys: keysIn(execution.name), latest: false };
}

/** The keys of a report's files in `folder`, which is an execution's name or `latest`. */
export function reportKeys(survey: string, folder: string): string[] {
  return NAMES.map((name) => `${reportsPrefix}${survey}/${folder}/${name}`);
}

/**
 * The execution whose report was the latest one before this execution's report. Null if there was no such report,
 * or if the latest report belongs to a later execution.
 */
export async function earlierReport({ gold, survey, execution }: ReportPlace): Promise<string | null> {
  const latest = await headObject(gold, `${reportsPrefix}${survey}/latest/report.json`);
  if (latest === undefined || isLater(latest, execution)) return null;
  if (writerOf(latest) !== execution.name) return writerOf(latest) ?? null;
  // If an execution analyzes a second time, its second report keeps the `earlier` of its first report.
  const own = JSON.parse((await readObject(gold, latest.key, latest.versionId)).toString());
  return z.looseObject({ earlier: z.string().nullable().default(null) }).parse(own).earlier;
}

/** True if a later execution has published its report, which it does after writing everything else. */
export async function isOvertaken(gold: Bucket, survey: string, execution: Execution): Promise<boolean> {
  const latest = await headObject(gold, `${reportsPrefix}${survey}/latest/report.json`);
  return latest !== undefined && isLater(latest, execution);
}

/**
 * Replaces the files under `latest/`. If a file belongs to a later execution, returns that execution's name. A
 * condition on an ETag cannot distinguish between identical files of two executions, so an earlier execution may
 * overwrite a CSV file of a later execution. Therefore, the files are checked once more at the end. By then,
 * report.json is from this execution. Because report.json differs for each execution, an earlier execution that is
 * still in progress detects the replacement and restores the files that it has overwritten.
 */
async function replaceLatest(place: ReportPlace): Promise<string | undefined> {
  const { gold, survey, execution } = place;
  let missing = NAMES;
  for (let tries = 1; missing.length > 0; tries++) {
    const others = missing.filter((name) => name !== LAST);
    const owners = await all(others.map((name) => replaceFile(place, name)));
    const later =
      owners.find((owner) => owner !== undefined) ??
      (missing.includes(LAST) ? await replaceFile(place, LAST) : undefined);
    if (later !== undefined) return later;
    const heads = await all(
      NAMES.map((name) => headObject(gold, `${reportsPrefix}${survey}/latest/${name}`)),
    );
    const writers = heads.map((head) => head && writerOf(head));
    missing = NAMES.filter((_, index) => writers[index] !== execution.name);
    if (missing.length > 0 && tries === TRIES) {
      throw new WriteConflict(`Other executions keep replacing reports/${survey}/latest/`);
    }
  }
  return undefined;
}

/** Replaces one file under `latest/`. Returns the name of a later execution if the file belongs to one. */
function replaceFile({ gold, survey, execution }: ReportPlace, name: string): Promise<string | undefined> {
  const own = `${reportsPrefix}${survey}/${execution.name}/${name}`;
  const key = `${reportsPrefix}${survey}/latest/${name}`;
  return replaceOlder<string | undefined>(
    gold,
    key,
    execution,
    async (head) => {
      const source = await headObject(gold, own);
      if (source === undefined)
        throw new StorageRefused(`s3://${gold.name}/${own} is gone: redrive to publish it again`);
      await copy(gold, source, key, head === undefined ? "absent" : { etag: head.etag });
      return undefined;
    },
    (name) => name,
  );
}

/** Waits for all requests, even if one fails, so that none is in progress when the step ends. */
async function all<T>(requests: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(requests);
  return settled.map((request) => {
    if (request.status === "rejected") throw request.reason;
    return request.value;
  });
}

/** Restores the later execution's files under `latest/` from that execution's own folder. */
async function putBack({ gold, survey, execution }: ReportPlace, later: string): Promise<void> {
  for (const name of NAMES) {
    const key = `${reportsPrefix}${survey}/latest/${name}`;
    const head = await headObject(gold, key);
    const theirs = await headObject(gold, `${reportsPrefix}${survey}/${later}/${name}`);
    if (head === undefined || writerOf(head) !== execution.name || theirs === undefined) continue;
    try {
      await copy(gold, theirs, key, { etag: head.etag });
    } catch (error) {
      // Another execution has replaced the file in the meantime, following the same rules.
      if (!(error instanceof WriteConflict)) throw error;
    }
  }
}

/**
 * Copies an object of any size with its metadata but without its tags, so that the copy does not expire. Throws
 * WriteConflict if the precondition fails.
 */
async function copy(gold: Bucket, from: ObjectHead, to: string, precondition: Precondition): Promise<void> {
  const { key, versionId, contentType = "application/octet-stream", metadata } = from;
  const options = { contentType, metadata: { ...metadata }, precondition };
  if (await copyObject(gold, from, to, options)) return;
  const { body } = await openObject(gold, key, versionId);
  await uploadStream(gold, to, chunksOf(body, `s3://${gold.name}/${key}`), options);
}

function contentTypeOf(name: string): string {
  const type = CONTENT_TYPES.get(name.slice(name.indexOf(".")));
  if (type === undefined || !NAMES.includes(name)) throw new Error(`${name} is not a file of the report`);
  return type;
}
