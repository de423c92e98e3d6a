/** Writes a survey's data files to Silver, as Parquet. */
import { ascending, SeriesOutOfOrder, sortedInPasses } from "../data-file/block-order.ts";
import type { SeriesNames } from "../data-file/names.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks } from "../data-file/series-blocks.ts";
import { WriteConflict } from "../errors.ts";
import { type Bucket, headObject, type ObjectHead } from "../storage/objects.ts";
import { uploadStream } from "../storage/upload-stream.ts";
import { silverSeries } from "./observations.ts";
import { parquetChunks } from "./parquet.ts";

/** Rows of an unsorted file that may be in memory at a time. */
const MOST_BYTES_SORTED = 128 * 1024 * 1024;
/** Each try loses only to another execution's write, and those are few. */
const TRIES = 10;

export type SilverFile = { key: string; action: "created" | "updated" | "unchanged" };

/**
 * A data file to write: its path below the survey's folder, and what tells its versions apart and those of the files that
 * the names come from. `madeFrom` is kept as metadata, so that each file is made only once.
 */
export type SilverSource = { path: string; madeFrom: Record<string, string>; file: ReadableFile };

/**
 * The key of a data file in Silver: a Hive partition, whose value is the file's path, with what a path part cannot hold
 * percent-encoded as Hive does.
 */
export function silverKey(survey: string, path: string): string {
  return `bls/${survey}/data_file=${encodeURIComponent(path)}/data.parquet`;
}

/**
 * Writes a data file to Silver, sorted by series, year and period, unless it was made from the same versions before.
 * Throws DataFileMalformed where a row cannot be read, or a value has more than six decimals.
 */
export async function writeSilver(
  silver: Bucket,
  survey: string,
  { path, madeFrom, file }: SilverSource,
  names: SeriesNames,
): Promise<SilverFile> {
  const key = silverKey(survey, path);
  for (let tries = 1; ; tries++) {
    const stored = await headObject(silver, key);
    if (stored !== undefined && isMadeFrom(stored, madeFrom)) return { key, action: "unchanged" };
    const write = (blocks: AsyncIterable<SeriesBlock>) =>
      uploadStream(silver, key, parquetChunks(seriesOf(file.file, blocks), names), {
        contentType: "application/vnd.apache.parquet",
        metadata: madeFrom,
        precondition: stored === undefined ? "absent" : { etag: stored.etag },
      });
    try {
      await write(ascending(seriesBlocks(file))).catch((error: unknown) => {
        if (error instanceof SeriesOutOfOrder) return write(sortedInPasses(file, MOST_BYTES_SORTED));
        throw error;
      });
      return { key, action: stored === undefined ? "created" : "updated" };
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES) throw error;
    }
  }
}

function isMadeFrom({ metadata }: ObjectHead, madeFrom: Record<string, string>): boolean {
  return Object.entries(madeFrom).every(([name, value]) => metadata[name] === value);
}

async function* seriesOf(file: string, blocks: AsyncIterable<SeriesBlock>) {
  for await (const block of blocks) yield silverSeries(file, block);
}
