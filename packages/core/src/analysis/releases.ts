/**
 * All releases of a data set: each version whose bytes differ from the previous one's. The two versions are
 * compared once.
 */
import type { TakeDifferences } from "../bls-file/compare-files.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import { formatNumber } from "../format.ts";
import type { Release, Revisions } from "../report/report.ts";
import { releasesFolder } from "../silver/release-facts.ts";
import { type Bucket, listObjects } from "../storage/objects.ts";
import type { Execution } from "../workflow.ts";
import { causesOf } from "./cause-of-change.ts";
import type { DataSet } from "./data-set.ts";
import { changesOf, type DataSetChange, type DataSetVersion, shortHash } from "./data-set-changes.ts";
import { readReleaseList } from "./release-list.ts";
import { findRevisions } from "./revisions.ts";
import { writeDifferences } from "./write-differences.ts";

/** The most bytes of earlier versions that one run compares, so that the run takes seconds longer, not minutes. */
const MOST_BYTES_COMPARED_LATER = 1024 ** 3;

/**
 * How many releases are kept; older ones are dropped. This number covers a few years of a file that changes
 * every day.
 */
const MOST_RELEASES = 1_000;

/** Increase this whenever the output for the same two versions changes. */
const LAYOUT = 1;

/** The data set whose releases are found, and the execution that finds them. */
export type ReleasesOf = {
  survey: string;
  execution: Execution;
  dataSet: Pick<DataSet, "path" | "parts">;
  knownConflicts: readonly string[];
  names: Pick<SeriesNames, "find">;
};

type Buckets = { bronze: Bucket; silver: Bucket };

/**
 * Compares the current version of a data set with the previous one, as `findRevisions` does, and returns all
 * releases, newest first. Silver keeps what is known about a release: the observations that differ, and the
 * list of releases. Both outlive the versions in Bronze, so each release is compared once. Earlier releases
 * that have not been compared are compared now, newest first, as long as the compared versions have at most
 * `mostBytes` bytes in total. The other releases are `pending`. `take` receives every observation that
 * differs between the newest two versions, and no observations if the two were not compared. `take` may be
 * called more than once; only the last call counts.
 */
export async function findReleases(
  of: ReleasesOf,
  buckets: Buckets,
  take: TakeDifferences,
  mostBytes = MOST_BYTES_COMPARED_LATER,
): Promise<{ revisions: Revisions; releases: Release[] }> {
  const { bronze, silver } = buckets;
  const written = await writtenDifferences(silver, of);
  const recorded = (await readReleaseList(silver, of.survey, of.dataSet.path)).map((release) =>
    withoutLost(release, written),
  );
  const compare = createComparison(of, buckets, written);
  const releases: Release[] = [];
  let revisions: Revisions = { outcome: "first" };
  let bytesLeft = mostBytes;
  for await (const change of changesOf(bronze, of.dataSet.parts)) {
    const newest = releases.length === 0 ? await compare(change, of.names, take) : undefined;
    revisions = newest?.revisions ?? revisions;
    const known = recorded.find((release) => isReleaseOf(release, change));
    const older = known && recorded.slice(recorded.indexOf(known) + 1);
    const bytes = change.before === undefined ? 0 : bytesOf(change.before) + bytesOf(change.after);
    if (known !== undefined && (isComplete(known) || isOnlyRecorded(known, change))) {
      releases.push(known);
      if (older?.every(isComplete))
        return { revisions, releases: [...releases, ...older].slice(0, MOST_RELEASES) };
    } else if (newest !== undefined) releases.push(newest.release);
    else if (bytes > mostBytes) releases.push(await tooLarge(bronze, change, bytes, mostBytes));
    else if (bytes > bytesLeft) releases.push({ ...placeOf(change), comparison: { outcome: "pending" } });
    else {
      bytesLeft -= bytes;
      releases.push((await compare(change, NO_NAMES)).release);
    }
  }
  return { revisions, releases: withExpired(releases, recorded).slice(0, MOST_RELEASES) };
}

/** The keys of the difference files in Silver. */
async function writtenDifferences(silver: Bucket, { survey, dataSet }: ReleasesOf): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of listObjects(silver, releasesFolder(survey, dataSet.path))) keys.add(key);
  return keys;
}

const NO_NAMES: Pick<SeriesNames, "find"> = { find: async () => new Map() };

/** Returns a function that compares the two versions of a change and stores the differences in Silver. */
function createComparison(
  { survey, execution, dataSet, knownConflicts }: ReleasesOf,
  { bronze, silver }: Buckets,
  written: Set<string>,
) {
  return async (change: DataSetChange, names: Pick<SeriesNames, "find">, take: TakeDifferences = readAll) => {
    const { before, after } = change;
    // Known conflicts matter only if several files are merged.
    const conflicts = after.files.length > 1 ? knownConflicts : [];
    const name = shortHash([LAYOUT, before?.sha256, after.sha256, conflicts]);
    const key = `${releasesFolder(survey, dataSet.path)}${name}.parquet`;
    const keep: TakeDifferences = (differences) =>
      written.has(key) ? take(differences) : writeDifferences(silver, key, differences, execution, take);
    const revisions = await findRevisions(bronze, change, knownConflicts, names, keep);
    if (revisions.outcome === "compared") written.add(key);
    else await take(nothing());
    return { revisions, release: { ...placeOf(change), comparison: comparisonOf(revisions, key) } };
  };
}

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}

const readAll: TakeDifferences = async (differences) => {
  for await (const _ of differences);
};

function comparisonOf(revisions: Revisions, key: string): Release["comparison"] {
  switch (revisions.outcome) {
    case "first":
      return { outcome: "first" };
    case "not compared":
      return { outcome: "not compared", causes: revisions.causes, reason: revisions.reason };
    case "compared": {
      const { causes, changed, added, dropped, footnotes, changedSeries } = revisions;
      const isEmpty = changed + added + dropped + footnotes === 0;
      const counts = { changed, added, dropped, footnotes, changedSeries };
      return { outcome: "compared", causes, ...counts, differences: isEmpty ? null : key };
    }
  }
}

function placeOf({ after: { id, storedAt, sourceModified, sha256, synthetic }, files }: DataSetChange) {
  return {
    id,
    storedAt,
    sourceModified,
    sha256,
    synthetic,
    files: files.map(({ after, before }) => ({
      key: after.input.key,
      versionId: after.firstVersionId,
      previousVersionId: before?.input.versionId ?? null,
    })),
  };
}

async function tooLarge(
  bronze: Bucket,
  change: DataSetChange,
  bytes: number,
  mostBytes: number,
): Promise<Release> {
  const reason = `The two versions have ${formatNumber(bytes)} bytes in total, and earlier versions are compared only up to ${formatNumber(mostBytes)}`;
  const causes = await causesOf(bronze, change);
  return { ...placeOf(change), comparison: { outcome: "not compared", causes, reason } };
}

function bytesOf({ files }: DataSetVersion): number {
  return files.reduce((sum, { input }) => sum + input.bytes, 0);
}

/** The release, without its differences if they were removed from Silver. */
function withoutLost(release: Release, written: ReadonlySet<string>): Release {
  const { comparison } = release;
  if (comparison.outcome !== "compared" || comparison.differences === null) return release;
  const isWritten = written.has(comparison.differences);
  return isWritten ? release : { ...release, comparison: { ...comparison, differences: null } };
}

/** Whether nothing more can be learned about a release from its versions. */
function isComplete({ comparison }: Release): boolean {
  if (comparison.outcome !== "compared") return comparison.outcome !== "pending";
  const { changed, added, dropped, footnotes, differences } = comparison;
  return differences !== null || changed + added + dropped + footnotes === 0;
}

/**
 * Whether a release was compared with a version that has since expired, so that it cannot be compared again.
 */
function isOnlyRecorded({ comparison }: Release, { before }: DataSetChange): boolean {
  return before === undefined && comparison.outcome === "compared";
}

/**
 * Whether a recorded release is the result of a change. If several versions have the oldest content, the
 * first one may have expired, so a recorded release with the same hash matches, too.
 */
function isReleaseOf(release: Release, { before, after }: DataSetChange): boolean {
  if (release.id === after.id) return true;
  return before === undefined && release.sha256 === after.sha256 && release.storedAt <= after.storedAt;
}

/** Adds the recorded releases whose versions have expired, even those that expired before they were compared. */
function withExpired(releases: readonly Release[], recorded: readonly Release[]): Release[] {
  const [newest] = releases;
  const oldest = releases.at(-1);
  const found = new Set(releases.map(({ id }) => id));
  const expired = recorded.filter(
    ({ id, synthetic, storedAt }) =>
      newest !== undefined && !found.has(id) && synthetic === newest.synthetic && storedAt <= newest.storedAt,
  );
  const isFirst = !expired.some(({ storedAt }) => oldest !== undefined && storedAt <= oldest.storedAt);
  return [
    ...releases.map((release) =>
      release === oldest && release.comparison.outcome === "first" && !isFirst
        ? notCompared(release)
        : release,
    ),
    ...expired.map((release) => (release.comparison.outcome === "pending" ? notCompared(release) : release)),
  ].sort((a, b) => (a.storedAt === b.storedAt ? 0 : a.storedAt < b.storedAt ? 1 : -1));
}

function notCompared(release: Release): Release {
  const reason = "The previous version was no longer in the mirror";
  return { ...release, comparison: { outcome: "not compared", causes: [], reason } };
}
