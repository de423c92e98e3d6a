/** Writes a survey's data files to Silver, as Parquet. */
import { SeriesOutOfOrder, sortedInPasses } from "../bls-file/block-order.ts";
import { retriedInOrder, type SeriesNames } from "../bls-file/names.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { surveysPrefix } from "../constants.ts";
import { type Bucket, listObjects, type ObjectHead, removeObject } from "../storage/objects.ts";
import { uploadStream } from "../storage/upload-stream.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";
import { type DecimalType, type Digits, formatDecimalType } from "./decimal-type.ts";
import { parquetOfBlocks, parquetOfFile } from "./parquet.ts";

/** Up to twice this many bytes of an unsorted file may be in memory at a time. */
const MOST_BYTES_SORTED = 128 * 1024 * 1024;

/** Increase this whenever the output for the same data changes, so that existing files are written again. */
const LAYOUT = "2";

export const PARQUET = "application/vnd.apache.parquet";

/** The result for a file in Silver. `left` means that nothing was done, because a later execution wrote it. */
export type SilverFile = { key: string; action: "created" | "updated" | "unchanged" | "removed" | "left" };

/**
 * A data file to write. `path` is its path in the survey's folder. `madeFrom` identifies the versions of the data
 * file and of the files that the names come from. It is kept as metadata, so that each file is built only once.
 */
export type SilverSource = {
  path: string;
  madeFrom: Record<string, string>;
  file: ReadableFile;
  /**
   * The SHA-256 of the file's bytes, so that files with the same bytes are read only once. Undefined for merged
   * files.
   */
  sha256?: string;
};

/**
 * How the values of a file are stored: the survey's decimal type, and how many digits the file itself needs.
 * Both numbers of digits are 0 if they were not counted because the usual type suffices.
 */
export type ValueFormat = { type: DecimalType; digits: Digits };

/**
 * The key of a data file in Silver: a Hive partition whose value is the file's path, unencoded, because
 * Athena's partition projection inserts the value of a query into the location without encoding it.
 */
export function silverKey(survey: string, path: string): string {
  return `${surveysPrefix}${survey}/data_file=${path}/data.parquet`;
}

/**
 * Writes a data file to Silver, sorted by series, year, and period, unless the stored one was built from the same
 * versions, or by a later execution. Throws DataFileMalformed if a row cannot be read or a period has a second
 * value, and ValueDoesNotFit if the survey's decimal type cannot represent a value.
 */
export function writeSilver(
  silver: Bucket,
  survey: string,
  { path, madeFrom, file }: SilverSource,
  { type, digits }: ValueFormat,
  names: SeriesNames,
  execution: Execution,
): Promise<SilverFile> {
  const key = silverKey(survey, path);
  const description = describe(madeFrom, type);
  async function replace(stored: ObjectHead | undefined): Promise<SilverFile> {
    if (stored !== undefined && isDescribedBy(stored, description)) return { key, action: "unchanged" };
    const write = (chunks: AsyncIterable<Uint8Array>) =>
      uploadStream(silver, key, chunks, {
        contentType: PARQUET,
        metadata: { ...description, digits: `${digits.whole}.${digits.decimals}`, ...writtenBy(execution) },
        precondition: stored === undefined ? "absent" : { etag: stored.etag },
      });
    await retriedInOrder(names, () =>
      write(parquetOfFile(file, type, names)).catch((error: unknown) => {
        if (!(error instanceof SeriesOutOfOrder)) throw error;
        return write(parquetOfBlocks(file.file, sortedInPasses(file, MOST_BYTES_SORTED), type, names));
      }),
    );
    return { key, action: stored === undefined ? "created" : "updated" };
  }
  return replaceOlder(silver, key, execution, replace, () => ({ key, action: "left" }));
}

/**
 * How many digits a stored file records for its values. Undefined if the file was not built from these versions. The
 * digits are then counted, if necessary, when the file is written again.
 */
export function knownDigits(stored: ObjectHead, madeFrom: Record<string, string>): Digits | undefined {
  const [, whole, decimals] = /^(\d+)\.(\d+)$/.exec(stored.metadata.digits ?? "") ?? [];
  if (whole === undefined || decimals === undefined) return undefined;
  const isCurrent = isDescribedBy(stored, { ...madeFrom, layout: LAYOUT });
  return isCurrent ? { whole: Number(whole), decimals: Number(decimals) } : undefined;
}

/** Removes the survey's data files whose keys are not in `kept`, unless a later execution wrote them. */
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

/** What a file in Silver records about its inputs. */
export function describe(madeFrom: Record<string, string>, type: DecimalType): Record<string, string> {
  return { ...madeFrom, layout: LAYOUT, "value-type": formatDecimalType(type) };
}

/** True if a stored file was built from exactly these inputs. */
export function isDescribedBy({ metadata }: ObjectHead, description: Record<string, string>): boolean {
  return Object.entries(description).every(([name, value]) => metadata[name] === value);
}
