/** What changed from one version of a data set to the next. */
import { compareFiles, type TakeDifferences } from "../bls-file/compare-files.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { DataFileMalformed, VersionLost } from "../errors.ts";
import { MOST_REVISED_SERIES_LISTED, type Revisions } from "../report/report.ts";
import type { Bucket } from "../storage/objects.ts";
import { causesOf } from "./cause-of-change.ts";
import { mergeObjects } from "./data-set.ts";
import type { DataSetChange, DataSetVersion } from "./data-set-changes.ts";
import { readableObject } from "./inputs.ts";

/**
 * Compares the two versions of a change. Both are streamed.
 *
 * If a version cannot be read, or the two files are too large to compare, the function does not throw: the
 * outcome gives the reason. `take` receives every observation that differs. `take` may be called more than
 * once. Only the last call counts, and no call counts if the outcome is not `compared`.
 */
export async function findRevisions(
  bronze: Bucket,
  change: DataSetChange,
  knownConflicts: readonly string[],
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  const { before, after } = change;
  if (before === undefined) return { outcome: "first" };
  return compareVersions(
    { previous: before.files.map(({ input }) => input), causes: await causesOf(bronze, change) },
    fileOf(bronze, before, knownConflicts),
    fileOf(bronze, after, knownConflicts),
    names,
    take,
  );
}

/** The versions that a data set is compared with, and why it differs from them. */
type Earlier = Pick<Extract<Revisions, { outcome: "compared" }>, "previous" | "causes">;

async function compareVersions(
  origin: Earlier,
  before: ReadableFile,
  after: ReadableFile,
  names: Pick<SeriesNames, "find">,
  take: TakeDifferences,
): Promise<Revisions> {
  try {
    const differences = await compareFiles(before, after, take, MOST_REVISED_SERIES_LISTED);
    if (differences === undefined) {
      const reason =
        "The series of one of the two files are not sorted, and the files are too large to sort here";
      return { outcome: "not compared", ...origin, reason };
    }
    const { rows, ...counts } = differences;
    const found = await names.find(rows.map(({ seriesId }) => seriesId));
    return {
      outcome: "compared",
      ...origin,
      ...counts,
      complete: rows.length === counts.changedSeries,
      rows: rows.map((row) => ({ ...row, names: found.get(row.seriesId) ?? {} })),
    };
  } catch (error) {
    // This hides no error: if the newest version is lost, computing the answers from it fails, too.
    if (!(error instanceof DataFileMalformed || error instanceof VersionLost)) throw error;
    return { outcome: "not compared", ...origin, reason: error.message };
  }
}

function fileOf(
  bronze: Bucket,
  { files, storedAt }: DataSetVersion,
  knownConflicts: readonly string[],
): ReadableFile {
  const [only, ...others] = files.map(({ input }) => input);
  if (only !== undefined && others.length === 0)
    return readableObject(bronze, only, `${only.key} of ${only.storedAt}`);
  return mergeObjects(
    bronze,
    `the data files of ${storedAt}`,
    files.map(({ input }) => input),
    knownConflicts,
  );
}
