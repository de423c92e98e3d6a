/** Writes a survey's data files to Silver, as Parquet. */
import { ascending, SeriesOutOfOrder, sortedInPasses } from "../bls-file/block-order.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks } from "../bls-file/series-blocks.ts";
import { surveysPrefix } from "../constants.ts";
import { type Bucket, listObjects, type ObjectHead, removeObject } from "../storage/objects.ts";
import { uploadStream } from "../storage/upload-stream.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";
import { silverSeries } from "./observations.ts";
import { parquetChunks } from "./parquet.ts";

/** Rows of an unsorted file that may be in memory at a time. */
const MOST_BYTES_SORTED = 128 * 1024 * 1024;

/** What was done with a file of Silver: `left` stands for one that a later execution wrote. */
export type SilverFile = { key: string; action: "created" | "updated" | "unchanged" | "removed" | "left" };

/**
 * A data file to write: its path below the survey's folder, and what tells its versions apart and those of the files that
 * the names come from. `madeFrom` is kept as metadata, so that each file is made only once.
 */
export type SilverSource = { path: string; madeFrom: Record<string, string>; file: ReadableFile };

/**
 * The key of a data file in Silver: a Hive partition whose value is the file's path as it is, because Athena's partition projection
 * inserts the value of a query into the location without encoding it.
 */
export function silverKey(survey: string, path: string): string {
  return `${surveysPrefix}${survey}/data_file=${path}/data.parquet`;
}

/**
 * Writes a data file to Silver, sorted by series, year and period, unless it was made from the same versions before, or by
 * an execution later than this one. Throws DataFileMalformed where a row cannot be read, a period has a second value, or
 * a value has more than six decimals.
 */
export function writeSilver(
  silver: Bucket,
  survey: string,
  { path, madeFrom, file }: SilverSource,
  names: SeriesNames,
  execution: Execution,
): Promise<SilverFile> {
  const key = silverKey(survey, path);
  async function replace(stored: ObjectHead | undefined): Promise<SilverFile> {
    if (stored !== undefined && isMadeFrom(stored, madeFrom)) return { key, action: "unchanged" };
    const write = (blocks: AsyncIterable<SeriesBlock>) =>
      uploadStream(silver, key, parquetChunks(seriesOf(file.file, blocks), names), {
        contentType: "application/vnd.apache.parquet",
        metadata: { ...madeFrom, ...writtenBy(execution) },
        precondition: stored === undefined ? "absent" : { etag: stored.etag },
      });
    await write(ascending(seriesBlocks(file))).catch((error: unknown) => {
      if (error instanceof SeriesOutOfOrder) return write(sortedInPasses(file, MOST_BYTES_SORTED));
      throw error;
    });
    return { key, action: stored === undefined ? "created" : "updated" };
  }
  return replaceOlder(silver, key, execution, replace, () => ({ key, action: "left" }));
}

/** Removes the survey's data files that are not among `kept`, which are keys, unless a later execution wrote them. */
export async function removeOthers(
  silver: Bucket,
  survey: string,
  kept: readonly string[],
  execution: Execution,
): Promise<SilverFile[]> {
  const done: SilverFile[] = [];
  for await (const { key } of listObjects(silver, `${surveysPrefix}${survey}/data_file=`)) {
    if (kept.includes(key)) continue;
    const remove = async (stored: ObjectHead | undefined): Promise<SilverFile> => {
      if (stored !== undefined) await removeObject(silver, key, stored.etag);
      return { key, action: "removed" };
    };
    done.push(await replaceOlder(silver, key, execution, remove, () => ({ key, action: "left" })));
  }
  return done;
}

function isMadeFrom({ metadata }: ObjectHead, madeFrom: Record<string, string>): boolean {
  return Object.entries(madeFrom).every(([name, value]) => metadata[name] === value);
}

async function* seriesOf(file: string, blocks: AsyncIterable<SeriesBlock>) {
  for await (const block of blocks) yield silverSeries(file, block);
}
