/** Reads the releases of a data file from Silver, and how they changed a series. */
import { surveysPrefix } from "@data-quest/core/constants";
import {
  DifferenceRow,
  RELEASES_FILE,
  RELEASES_KEY,
  ReleaseFacts,
  releasesFolder,
} from "@data-quest/core/silver/release-facts";
import { parquetReadObjects } from "hyparquet";
import { withDecimals } from "./decimals.ts";
import { byTime } from "./observations.ts";
import type { Release, RevisedObservation, SeriesRevisions } from "./revisions.ts";
import { byPages, openParquet, type ParquetSource } from "./silver.ts";

/** How many of the newest releases are read for a series. Each release takes about one request. */
const MOST_RELEASES_READ = 24;

/** The releases of a data file, newest first, and their differences, each opened once. */
export type Releases = { all: readonly Release[]; differences: (key: string) => Promise<ParquetSource> };

/**
 * Opens the releases of a data file. `silver` is the URL of the folder of all surveys. Throws what
 * openRanges throws, and Error if another version of Data Quest wrote the list of releases.
 */
export async function openReleases(survey: string, dataFile: string, silver: string): Promise<Releases> {
  const addressOf = (key: string) =>
    silver + key.slice(surveysPrefix.length).split("/").map(encodeURIComponent).join("/");
  const list = await openParquet(addressOf(releasesFolder(survey, dataFile) + RELEASES_FILE));
  const fact = list.metadata.key_value_metadata?.find(({ key }) => key === RELEASES_KEY)?.value;
  const { data } = ReleaseFacts.safeParse(JSON.parse(fact ?? "null"));
  if (data === undefined)
    throw new Error(`The list of releases of ${dataFile} was written by another version of Data Quest`);
  const opened = new Map<string, Promise<ParquetSource>>();
  return {
    all: data.releases,
    differences(key) {
      const source = opened.get(key) ?? openParquet(addressOf(key));
      opened.set(key, source);
      return source;
    },
  };
}

/** Reads how the releases changed a series. A release whose differences are missing counts as unknown. */
export async function readRevisions({ all, differences }: Releases, id: string): Promise<SeriesRevisions> {
  const read = all.slice(0, MOST_RELEASES_READ);
  const found = await Promise.all(
    read.map(async (release) => {
      const { outcome, differences: key = null } = release.comparison;
      if (outcome === "first") return [];
      if (outcome !== "compared") return undefined;
      if (key === null) return hasDifferences(release) ? undefined : [];
      try {
        const source = await differences(key);
        const rows = await parquetReadObjects({ ...source, ...byPages, filter: { series_id: { $eq: id } } });
        return rows.map((row) => ({ release, row: DifferenceRow.parse(row) }));
      } catch (error) {
        if (error instanceof Error && error.name === "FileMissing") return undefined;
        throw error;
      }
    }),
  );
  return {
    id,
    releases: all.length,
    rows: byObservation(found.flatMap((each) => each ?? []).reverse()),
    since: read.at(-1),
    unknown: found.filter((each) => each === undefined).length,
    unread: all.length - read.length,
  };
}

function hasDifferences({ comparison }: Release): boolean {
  return ["changed", "added", "dropped", "footnotes"].some((kind) => Number(comparison[kind] ?? 0) > 0);
}

/** Groups the revisions in `found`, which are oldest first, by observation. */
function byObservation(found: readonly { release: Release; row: DifferenceRow }[]): RevisedObservation[] {
  const decimals = Math.max(0, ...found.flatMap(({ row }) => [row.before, row.after].map(decimalsOf)));
  const groups = Map.groupBy(found, ({ row }) => `${row.year} ${row.period}`);
  const rows = [...groups.values()].flatMap((group): RevisedObservation[] => {
    const [first] = group;
    if (first === undefined) return [];
    const revisions = group.map(({ release, row }) => ({
      release,
      kind: row.kind,
      before: withDecimals(row.before, decimals),
      after: withDecimals(row.after, decimals),
      footnotesBefore: row.footnotes_before ?? "",
      footnotesAfter: row.footnotes_after ?? "",
    }));
    return [{ year: first.row.year, period: first.row.period, revisions }];
  });
  return rows.sort((a, b) => byTime(b, a));
}

function decimalsOf(value: string | null): number {
  return value?.split(".")[1]?.length ?? 0;
}
