/**
 * The index of all surveys in Gold: what each survey's last execution did. Every execution updates its own
 * entry.
 */
import * as z from "zod";
import { indexDataKey, indexPageKey } from "../constants.ts";
import { StorageRefused, WriteConflict } from "../errors.ts";
import { schemaFaults } from "../schema-faults.ts";
import { type Bucket, headObject, type Precondition, putObject, readObject } from "../storage/objects.ts";
import { surveyName } from "../surveys.ts";
import { IndexEntry, type RecordedEntry } from "./index-entry.ts";
import { indexPage } from "./index-page.ts";

export const SurveyIndex = z.strictObject({ version: z.literal(1), surveys: z.array(IndexEntry) });
export type SurveyIndex = z.infer<typeof SurveyIndex>;

/**
 * Each attempt can fail only because another execution wrote the index first, and few executions end at the
 * same time.
 */
const TRIES = 20;

/**
 * Puts entries into the index and rewrites its page. A new entry replaces the entry of an earlier execution, but
 * never that of a later one. Facts that the new entry lacks are kept from the old one. Throws storage errors, and
 * StorageRefused if the stored index cannot be read.
 */
export async function updateIndex(gold: Bucket, entries: readonly RecordedEntry[]): Promise<SurveyIndex> {
  await writeData(gold, entries);
  // After writing the page, check the data once more, so that the last written page shows the last written
  // data.
  for (let tries = 1; ; tries++) {
    const written = await readIndex(gold);
    const page = indexPage(written.index.surveys);
    await putObject(gold, indexPageKey, page, { contentType: "text/html; charset=utf-8" });
    const now = await headObject(gold, indexDataKey);
    if (now?.etag === written.etag || tries === TRIES) return written.index;
  }
}

async function writeData(gold: Bucket, entries: readonly RecordedEntry[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { index, etag } = await readIndex(gold);
    const merged = mergeEntries(index, entries);
    if (etag !== undefined && JSON.stringify(merged) === JSON.stringify(index)) return;
    const precondition: Precondition = etag === undefined ? "absent" : { etag };
    try {
      const body = `${JSON.stringify(merged, null, 1)}\n`;
      await putObject(gold, indexDataKey, body, { contentType: "application/json", precondition });
      return;
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES) throw error;
    }
  }
}

/** The stored index. An empty one, without an ETag, if there is none. */
export async function readIndex(gold: Bucket): Promise<{ index: SurveyIndex; etag: string | undefined }> {
  const head = await headObject(gold, indexDataKey);
  if (head === undefined) return { index: { version: 1, surveys: [] }, etag: undefined };
  const text = (await readObject(gold, indexDataKey, head.versionId)).toString("utf8");
  const index = SurveyIndex.safeParse(parseJson(text));
  if (index.success) return { index: index.data, etag: head.etag };
  throw new StorageRefused(
    `s3://${gold.name}/${indexDataKey} is not an index of surveys (${schemaFaults(index.error)}): delete it, and the next executions write it again`,
  );
}

/** The index with `entries` added, except those older than the index's own entries. Ordered by survey. */
export function mergeEntries(index: SurveyIndex, entries: readonly RecordedEntry[]): SurveyIndex {
  const surveys = new Map<string, RecordedEntry>(index.surveys.map((entry) => [entry.survey, entry]));
  for (const entry of entries) {
    const known = surveys.get(entry.survey);
    if (known === undefined) surveys.set(entry.survey, entry);
    else if (!isLater(known, entry))
      surveys.set(entry.survey, {
        ...entry,
        files: entry.files ?? known.files,
        bytes: entry.bytes ?? known.bytes,
        changedAtSource: entry.changedAtSource ?? known.changedAtSource,
        report: entry.report ?? known.report,
      });
  }
  const named = [...surveys.values()].map((entry) => ({ ...entry, name: surveyName(entry.survey) ?? null }));
  return { version: 1, surveys: named.sort((a, b) => (a.survey < b.survey ? -1 : 1)) };
}

/**
 * Of two executions, the one that started later counts. If one execution ended twice because of a redrive,
 * the later end counts.
 */
function isLater(a: RecordedEntry, b: RecordedEntry): boolean {
  if (a.execution === b.execution) return a.endedAt > b.endedAt;
  return a.startedAt > b.startedAt || (a.startedAt === b.startedAt && a.execution > b.execution);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
