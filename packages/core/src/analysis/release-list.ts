/** The list of a data file's releases. It stays in Silver after the versions in Bronze have expired. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Release } from "../report/report.ts";
import { createParquetFile } from "../silver/parquet/parquet-file.ts";
import { addPages, type Cell, integer, text } from "../silver/parquet/row-pages.ts";
import { factOf, openParquet } from "../silver/read-parquet.ts";
import { RELEASES_FILE, RELEASES_KEY, releasesFolder } from "../silver/release-facts.ts";
import { PARQUET } from "../silver/write-silver.ts";
import { type Bucket, putObject } from "../storage/objects.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";

/**
 * Increase this whenever the code records the same release differently, so that releases are compared again.
 */
const VERSION = 1;

/** The metadata key of the digest that identifies the list's contents. */
const DIGEST = "contents-digest";

const Facts = z.looseObject({ version: z.literal(VERSION), releases: z.array(Release) });

const COLUMNS = [
  text("id"),
  text("stored_at"),
  text("source_modified"),
  text("outcome"),
  integer("changed"),
  integer("added"),
  integer("dropped"),
  integer("footnotes"),
  integer("changed_series"),
  text("differences"),
];

/** The key of the list. `path` is the data file's path in the survey's folder. */
export function releaseListKey(survey: string, path: string): string {
  return releasesFolder(survey, path) + RELEASES_FILE;
}

/**
 * Reads the recorded releases, newest first. Empty if there are none, or if they were recorded with another
 * VERSION.
 */
export async function readReleaseList(silver: Bucket, survey: string, path: string): Promise<Release[]> {
  const list = await openParquet(silver, releaseListKey(survey, path));
  const facts = list && factOf(list, RELEASES_KEY);
  if (facts === undefined) return [];
  return Facts.safeParse(JSON.parse(facts)).data?.releases ?? [];
}

/** Replaces the list if it differs, unless a later execution has written it. Throws storage errors. */
export async function writeReleaseList(
  silver: Bucket,
  survey: string,
  path: string,
  releases: readonly Release[],
  execution: Execution,
): Promise<void> {
  const key = releaseListKey(survey, path);
  // Parsing puts the fields in the order of the schema, so that the same releases always have the same bytes.
  const body = releaseList(z.array(Release).parse(releases));
  const digest = createHash("sha256").update(body).digest("hex");
  await replaceOlder(
    silver,
    key,
    execution,
    async (stored) => {
      if (stored?.metadata[DIGEST] === digest) return;
      await putObject(silver, key, body, {
        contentType: PARQUET,
        metadata: { [DIGEST]: digest, ...writtenBy(execution) },
        precondition: stored === undefined ? "absent" : { etag: stored.etag },
      });
    },
    () => undefined,
  );
}

function releaseList(releases: readonly Release[]): Buffer {
  const file = createParquetFile(COLUMNS, 0);
  const parts: Buffer[] = [];
  if (releases.length > 0) {
    addPages(file.chunks, releases.map(rowOf));
    parts.push(...file.endGroup(releases.length));
  }
  parts.push(...file.end({ [RELEASES_KEY]: JSON.stringify({ version: VERSION, releases }) }));
  return Buffer.concat(parts);
}

function rowOf({ id, storedAt, sourceModified, comparison }: Release): Cell[] {
  const place = [id, storedAt, sourceModified, comparison.outcome];
  if (comparison.outcome !== "compared") return [...place, null, null, null, null, null, null];
  const { changed, added, dropped, footnotes, changedSeries, differences } = comparison;
  return [...place, changed, added, dropped, footnotes, changedSeries, differences];
}
