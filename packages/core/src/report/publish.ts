/** Writes a run's report to Gold: under the execution's own name, and as the latest one. */
import { WriteConflict } from "../errors.ts";
import { type Bucket, headObject, type ObjectHead, putObject } from "../storage/objects.ts";
import { type UploadOptions, uploadStream } from "../storage/upload-stream.ts";
import type { Execution } from "../workflow.ts";

/** A file of the report, as a whole or in pieces that can be made more than once. */
export type ReportFile = { name: string; contentType: string; body: string | (() => Iterable<string>) };

const EXECUTION = "execution";
const STARTED = "execution-started";
const PIECE = 64 * 1024;
/** Each try loses only to another execution's write, and those are few. */
const TRIES = 10;

/**
 * Writes `files`, of which the last one is report.json, to `reports/<survey>/<execution>/` and then to
 * `reports/<survey>/latest/`, in their order. Every file under `latest/` names its execution, and is replaced only under
 * the condition that it still is what was looked at, and that its execution did not start later than this one. So two
 * runs at once end with the later one's files whatever their order, and report.json tells when all are there.
 *
 * Returns the keys, and whether `latest/` is this execution's now.
 */
export async function publishReport(
  gold: Bucket,
  survey: string,
  execution: Execution,
  files: readonly ReportFile[],
): Promise<{ keys: string[]; latest: boolean }> {
  const metadata = { [EXECUTION]: execution.name, [STARTED]: execution.startTime };
  const keys: string[] = [];
  for (const { name, contentType, body } of files) {
    const key = `reports/${survey}/${execution.name}/${name}`;
    await write(gold, key, body, { contentType, metadata });
    keys.push(key);
  }
  for (const { name, contentType, body } of files) {
    const key = `reports/${survey}/latest/${name}`;
    const written = await replaceOlder(gold, key, execution, (head) =>
      write(gold, key, body, {
        contentType,
        metadata,
        precondition: head === undefined ? "absent" : { etag: head.etag },
      }),
    );
    if (!written) return { keys, latest: false };
    keys.push(key);
  }
  return { keys, latest: true };
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

/** Calls `write` unless a later execution wrote the object. Looks again where another writer was quicker. */
async function replaceOlder(
  gold: Bucket,
  key: string,
  execution: Execution,
  write: (head: ObjectHead | undefined) => Promise<unknown>,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const head = await headObject(gold, key);
    if (head !== undefined && isLater(head, execution)) return false;
    try {
      await write(head);
      return true;
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES) throw error;
    }
  }
}

/** True where the object's execution started later. Of two that started together the later by name counts as later. */
function isLater({ metadata }: ObjectHead, execution: Execution): boolean {
  const started = Date.parse(metadata[STARTED] ?? "") || 0;
  const ours = Date.parse(execution.startTime);
  return started > ours || (started === ours && (metadata[EXECUTION] ?? "") > execution.name);
}
