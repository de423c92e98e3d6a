/** The differences between two versions of a file: observations of a data file, or lines of any other file. */
import { readableObject } from "@data-quest/core/analysis/inputs";
import { compareFiles, type TakeDifferences } from "@data-quest/core/bls-file/compare-files";
import { formatValue, type Observation } from "@data-quest/core/bls-file/compare-series";
import { DataFileMalformed } from "@data-quest/core/errors";
import { type Bucket, headObject, readObject } from "@data-quest/core/storage/objects";
import { diffLines } from "diff";
import type { DiffRow, FileDiff } from "../api-types.ts";
import { HttpError } from "./http.ts";

type Versions = { before: string; after: string };

/** How many rows and series are listed. The counts include rows that are not listed. */
const MOST_ROWS = 1000;
const MOST_SERIES = 200;
/** Larger files are compared only if they are data files, which are streamed. */
const MOST_BYTES_OF_LINES = 20_000_000;

/**
 * Compares two versions of a file. Throws HttpError if one of them does not exist, or if they are too large to
 * compare line by line.
 */
export async function compareVersions(
  bronze: Bucket,
  key: string,
  { before, after }: Versions,
): Promise<FileDiff> {
  const [old, now] = await Promise.all([headObject(bronze, key, before), headObject(bronze, key, after)]);
  if (old === undefined || now === undefined)
    throw new HttpError(404, `One of the two versions of ${key} does not exist`);
  const file = (versionId: string, bytes: number) => readableObject(bronze, { key, versionId, bytes }, key);
  if (/\.data\.\d+\./.test(key)) {
    try {
      const difference = await compareObservations(file(before, old.bytes), file(after, now.bytes));
      if (difference !== undefined) return difference;
    } catch (error) {
      // A file with a data file's name but not its format is compared line by line.
      if (!(error instanceof DataFileMalformed)) throw error;
    }
  }
  if (old.bytes + now.bytes > MOST_BYTES_OF_LINES)
    throw new HttpError(413, `${key} is too large to be compared line by line here`);
  return compareLines(
    (await readObject(bronze, key, before)).toString("utf8"),
    (await readObject(bronze, key, after)).toString("utf8"),
  );
}

type Readable = Parameters<typeof compareFiles>[0];

async function compareObservations(before: Readable, after: Readable): Promise<FileDiff | undefined> {
  let rows: DiffRow[] = [];
  let series: FileDiff["series"] = [];
  const take: TakeDifferences = async (all) => {
    // The comparison starts over if the files turn out to be unsorted.
    rows = [];
    series = [];
    for await (const { seriesId, differences } of all) {
      const counts = { id: seriesId, added: 0, changed: 0, dropped: 0, footnotes: 0 };
      for (const { kind, year, period, before: old, after: now } of differences) {
        counts[kind]++;
        const show = (observation: Observation | undefined) => {
          if (observation === undefined) return null;
          const { footnotes } = observation;
          return `${formatValue(observation)}${kind === "footnotes" && footnotes ? ` ${footnotes}` : ""}`;
        };
        if (rows.length < MOST_ROWS)
          rows.push({
            series: seriesId,
            year: String(year),
            period,
            before: show(old),
            after: show(now),
          });
      }
      series.push(counts);
      if (series.length > 20 * MOST_SERIES) series = largest(series);
    }
  };
  const found = await compareFiles(before, after, take, 1);
  if (found === undefined) return undefined;
  const { added, changed, dropped, footnotes } = found;
  return { kind: "observations", added, changed, dropped, footnotes, series: largest(series), rows };
}

function largest(series: FileDiff["series"]): FileDiff["series"] {
  const size = ({ added, changed, dropped, footnotes }: FileDiff["series"][number]) =>
    added + changed + dropped + footnotes;
  return series.sort((one, other) => size(other) - size(one)).slice(0, MOST_SERIES);
}

function compareLines(before: string, after: string): FileDiff {
  const rows: DiffRow[] = [];
  let added = 0;
  let dropped = 0;
  // A diff with more lines than this is useless to a reader, and takes a long time to compute.
  const parts = diffLines(before, after, { maxEditLength: 20_000 });
  if (parts === undefined)
    throw new HttpError(413, "The two versions have too little in common to be compared line by line");
  for (const { value, added: isAdded, removed, count } of parts) {
    if (!isAdded && !removed) continue;
    if (isAdded) added += count ?? 0;
    else dropped += count ?? 0;
    for (const line of value.split("\n").slice(0, -1)) {
      if (rows.length >= MOST_ROWS) break;
      rows.push({
        series: "",
        year: "",
        period: "",
        before: removed ? line : null,
        after: isAdded ? line : null,
      });
    }
  }
  return { kind: "lines", added, changed: 0, dropped, footnotes: 0, series: [], rows };
}
