/** releases.csv: every observation that differs, release by release. */
import { formatValue, minus } from "../bls-file/compare-series.ts";
import { csvRecord } from "../csv.ts";
import { parseDecimal } from "../decimal.ts";
import { openParquet, rowsOf } from "../silver/read-parquet.ts";
import { DifferenceRow } from "../silver/release-facts.ts";
import { type Bucket, listObjects } from "../storage/objects.ts";
import type { Release } from "./report.ts";

/** The limit on the Parquet bytes that become CSV: about a million rows, as many as a spreadsheet can open. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The number of releases that releases.csv can cover, starting with the newest release. The Parquet files of their
 * differences have at most `mostBytes` bytes in total.
 */
export async function releasesInCsv(
  silver: Bucket,
  releases: readonly Release[],
  mostBytes = MOST_BYTES,
): Promise<number> {
  const keys = releases.map(differencesOf);
  const folder = keys.find((key) => key !== null)?.replace(/[^/]*$/, "");
  if (folder === undefined) return releases.length;
  const sizes = new Map<string | null, number>();
  for await (const { key, bytes } of listObjects(silver, folder)) sizes.set(key, bytes);
  let bytes = 0;
  for (const [index, key] of keys.entries()) {
    bytes += sizes.get(key) ?? 0;
    if (bytes > mostBytes) return index;
  }
  return releases.length;
}

/**
 * The records, the header first. A new observation has no `before`, a dropped one has no `after`, and neither
 * has a `change`. An observation with the same value but different footnotes has a change of 0. The footnote
 * columns contain codes. Memory holds one row group of the differences.
 */
export async function* releasesCsv(
  silver: Bucket,
  releases: readonly Release[],
): AsyncGenerator<string, undefined> {
  yield csvRecord([
    "stored_at",
    "published_at",
    "series_id",
    "year",
    "period",
    "kind",
    "before",
    "after",
    "change",
    "footnotes_before",
    "footnotes_after",
  ]);
  for (const release of releases) {
    const key = differencesOf(release);
    const opened = key === null ? undefined : await openParquet(silver, key);
    if (opened === undefined) continue;
    const times = [release.storedAt, release.sourceModified ?? ""];
    for await (const row of rowsOf(opened)) yield record(times, DifferenceRow.parse(row));
  }
  return undefined;
}

function differencesOf({ comparison }: Release): string | null {
  return comparison.outcome === "compared" ? comparison.differences : null;
}

function record(times: readonly string[], row: DifferenceRow): string {
  const { series_id, year, period, kind, before, after } = row;
  const numbers = [before, after, changeOf(before, after)].map((number) => ({ number }));
  const footnotes = [row.footnotes_before ?? "", row.footnotes_after ?? ""];
  return csvRecord([...times, series_id, { number: year }, period, kind, ...numbers, ...footnotes]);
}

function changeOf(before: string | null, after: string | null): string | null {
  const [from, to] = [before, after].map((value) => (value === null ? undefined : parseDecimal(value)));
  return from && to ? formatValue(minus(to, from)) : null;
}
