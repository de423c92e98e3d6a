/** Writes a run's report to Gold: under the execution's own name, and as the latest one. */
import { WriteConflict } from "../errors.ts";
import { type Bucket, headObject, openObject, type Precondition, putObject } from "../storage/objects.ts";
import { type UploadOptions, uploadStream } from "../storage/upload-stream.ts";
import { isLater, replaceOlder, writerOf, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";

/** A file of the report, as a whole or in pieces that can be made more than once. */
export type ReportFile = { name: string; contentType: string; body: string | (() => Iterable<string>) };

const PIECE = 64 * 1024;
/** Each try loses only to another execution's write, and those are few. */
const TRIES = 10;

/**
 * Writes `files`, of which the last one is report.json, to `reports/<survey>/<execution>/` and then to
 * `reports/<survey>/latest/`, in their order. Every file under `latest/` names its execution, and none is replaced whose
 * execution started later than this one. So two runs at once end with the later one's files whatever their order, and
 * report.json tells when all are there.
 *
 * Returns the keys, and whether `latest/` is this execution's now.
 */
export async function publishReport(
  gold: Bucket,
  survey: string,
  execution: Execution,
  files: readonly ReportFile[],
): Promise<{ keys: string[]; latest: boolean }> {
  const metadata = writtenBy(execution);
  const keysIn = (folder: string) => files.map(({ name }) => `reports/${survey}/${folder}/${name}`);
  const own = keysIn(execution.name);
  for (const { name, contentType, body } of files) {
    await write(gold, `reports/${survey}/${execution.name}/${name}`, body, { contentType, metadata });
  }
  const latest = keysIn("latest");
  const later = await replaceLatest(gold, survey, execution, files);
  if (later === undefined) return { keys: [...own, ...latest], latest: true };
  await putBack(gold, survey, execution, later, files);
  return { keys: own, latest: false };
}

/** True where a later execution has published its report, which it does when all else that it writes is there. */
export async function isOvertaken(gold: Bucket, survey: string, execution: Execution): Promise<boolean> {
  const latest = await headObject(gold, `reports/${survey}/latest/report.json`);
  return latest !== undefined && isLater(latest, execution);
}

/**
 * Replaces the files under `latest/`, and gives the name of a later execution where it meets one. A condition on an ETag
 * does not tell two executions' files apart where their bytes are equal, so an earlier execution may write over a later
 * one's CSV. That is why the files are looked at once more in the end: report.json, which differs with each execution,
 * is this one's by then, so that an earlier one that is still under way meets it and puts back what it replaced.
 */
async function replaceLatest(
  gold: Bucket,
  survey: string,
  execution: Execution,
  files: readonly ReportFile[],
): Promise<string | undefined> {
  const metadata = writtenBy(execution);
  let missing = files;
  for (let tries = 1; missing.length > 0; tries++) {
    for (const { name, contentType, body } of missing) {
      const key = `reports/${survey}/latest/${name}`;
      const later = await replaceOlder<string | undefined>(
        gold,
        key,
        execution,
        async (head) => {
          const precondition = head === undefined ? "absent" : { etag: head.etag };
          await write(gold, key, body, { contentType, metadata, precondition });
          return undefined;
        },
        (name) => name,
      );
      if (later !== undefined) return later;
    }
    missing = [];
    for (const file of files) {
      const head = await headObject(gold, `reports/${survey}/latest/${file.name}`);
      if (head === undefined || writerOf(head) !== execution.name) missing = [...missing, file];
    }
    if (missing.length > 0 && tries === TRIES) {
      throw new WriteConflict(`Other executions keep replacing reports/${survey}/latest/`);
    }
  }
  return undefined;
}

/** Gives what this execution has under `latest/` back to the later one, from that one's own folder. */
async function putBack(
  gold: Bucket,
  survey: string,
  execution: Execution,
  later: string,
  files: readonly ReportFile[],
): Promise<void> {
  for (const { name, contentType } of files) {
    const key = `reports/${survey}/latest/${name}`;
    const head = await headObject(gold, key);
    const theirs = await headObject(gold, `reports/${survey}/${later}/${name}`);
    if (head === undefined || writerOf(head) !== execution.name || theirs === undefined) continue;
    const { body } = await openObject(gold, theirs.key, theirs.versionId);
    try {
      const precondition: Precondition = { etag: head.etag };
      await uploadStream(gold, key, body, { contentType, metadata: { ...theirs.metadata }, precondition });
    } catch (error) {
      // Somebody else has replaced it in the meantime, and by the same rules.
      if (!(error instanceof WriteConflict)) throw error;
    }
  }
}

async function write(
  gold: Bucket,
  key: string,
  body: ReportFile["body"],
  options: UploadOptions,
): Promise<void> {
  if (typeof body === "string") await putObject(gold, key, body, options);
  else await uploadStream(gold, key, encoded(body()), options);
}

/** Some ten thousand characters at a time instead of record by record. */
async function* encoded(texts: Iterable<string>): AsyncGenerator<Uint8Array> {
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  yield Buffer.from(piece);
}
