/** Copies the Silver object of a data file for another data file with the same bytes. */
import { copyObject } from "../storage/copy-object.ts";
import { type Bucket, headObject, type ObjectHead } from "../storage/objects.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";
import {
  describe,
  isDescribedBy,
  PARQUET,
  type SilverFile,
  type SilverSource,
  silverKey,
  type ValueFormat,
} from "./write-silver.ts";

/**
 * Creates the Silver object of `source` by copying, within S3, the Silver object of `twin`, a data file with the
 * same bytes. The result is the same as if `writeSilver` had written it. Returns undefined if it cannot copy:
 * another execution replaced the twin's Silver object, or that object is larger than 5 GiB.
 */
export async function copySilver(
  silver: Bucket,
  survey: string,
  source: SilverSource,
  twin: SilverSource,
  format: ValueFormat,
  execution: Execution,
): Promise<SilverFile | undefined> {
  const key = silverKey(survey, source.path);
  const twinKey = silverKey(survey, twin.path);
  const description = describe(source.madeFrom, format.type);

  async function replace(stored: ObjectHead | undefined): Promise<SilverFile | undefined> {
    if (stored !== undefined && isDescribedBy(stored, description)) return { key, action: "unchanged" };
    const from = await headObject(silver, twinKey);
    if (from === undefined || !isDescribedBy(from, describe(twin.madeFrom, format.type))) return undefined;
    const isCopied = await copyObject(silver, from, key, {
      contentType: PARQUET,
      metadata: { ...description, digits: from.metadata.digits ?? "", ...writtenBy(execution) },
      precondition: stored === undefined ? "absent" : { etag: stored.etag },
    });
    if (!isCopied) return undefined;
    return { key, action: stored === undefined ? "created" : "updated" };
  }
  return replaceOlder<SilverFile | undefined>(silver, key, execution, replace, () => ({
    key,
    action: "left",
  }));
}
