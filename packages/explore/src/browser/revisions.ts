/** The values that the observations of a series had in each release of the data file. */
import { csvRecord } from "@data-quest/core/csv";
import { formatDecimal, parseDecimal, unitsAt } from "@data-quest/core/decimal";
import type { DifferenceRow, ReleaseFacts } from "@data-quest/core/silver/release-facts";

/** A release as recorded in Silver. */
export type Release = ReleaseFacts["releases"][number];

/** How a release changed an observation. */
export type Revision = Pick<DifferenceRow, "kind" | "before" | "after"> & {
  release: Release;
  footnotesBefore: string;
  footnotesAfter: string;
};

/** An observation with its revisions, oldest first. There is at least one revision. */
export type RevisedObservation = { year: number; period: string; revisions: Revision[] };

/** A series with the observations that any release added, changed, or dropped, latest first. */
export type SeriesRevisions = {
  id: string;
  rows: RevisedObservation[];
  /** How many releases are recorded. */
  releases: number;
  /** The oldest release that was read. Earlier values are unknown. */
  since: Release | undefined;
  /** How many of the releases that were read have unknown differences. */
  unknown: number;
  /** How many older releases were not read. */
  unread: number;
};

/** The first known value of an observation. */
export function firstValue({ revisions }: RevisedObservation): string | null {
  const [first] = revisions;
  return first?.kind === "added" ? first.after : (first?.before ?? null);
}

/** The value in the newest release. */
export function lastValue({ revisions }: RevisedObservation): string | null {
  return revisions.at(-1)?.after ?? null;
}

/** The exact change from one value to another. Null if either is missing. */
export function changeBetween(before: string | null, after: string | null): string | null {
  const [from, to] = [before, after].map((value) => (value === null ? undefined : parseDecimal(value)));
  if (from === undefined || to === undefined) return null;
  const decimals = Math.max(from.decimals, to.decimals);
  return formatDecimal((unitsAt(to, decimals) ?? 0n) - (unitsAt(from, decimals) ?? 0n), decimals);
}

/** The date on which a release was published or, if the source did not say, stored. */
export function dateOf({ sourceModified, storedAt }: Release): string {
  return (sourceModified ?? storedAt).slice(0, 10);
}

/** The revisions as CSV, one record per revision. */
export function revisionsCsv(all: readonly SeriesRevisions[]): string {
  const header = [
    "series_id",
    "year",
    "period",
    "published_at",
    "stored_at",
    "kind",
    "before",
    "after",
    "footnotes_before",
    "footnotes_after",
  ];
  const records = all.flatMap(({ id, rows }) =>
    rows.flatMap(({ year, period, revisions }) =>
      revisions.map(({ release, kind, before, after, footnotesBefore, footnotesAfter }) =>
        csvRecord([
          id,
          { number: year },
          period,
          release.sourceModified ?? "",
          release.storedAt,
          kind,
          { number: before },
          { number: after },
          footnotesBefore,
          footnotesAfter,
        ]),
      ),
    ),
  );
  return csvRecord(header) + records.join("");
}
