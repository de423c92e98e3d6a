/** Copies the Silver object of a data file for another data file with the same bytes. */
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { isNotFound, storageError } from "../storage/errors.ts";
import { type Bucket, conditionHeaders, headObject, type ObjectHead } from "../storage/objects.ts";
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

/** The limit of CopyObject (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html). */
const MOST_BYTES_COPIED = 5 * 1024 ** 3;

/**
 * Makes the Silver object of `source` by copying, inside S3, that of `twin`, a data file with the same bytes.
 * The result is what `writeSilver` would write. Undefined if there is nothing to copy: another execution
 * replaced the twin's Silver object, or it is larger than 5 GiB.
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
    if (from === undefined || from.bytes > MOST_BYTES_COPIED) return undefined;
    if (!isDescribedBy(from, describe(twin.madeFrom, format.type))) return undefined;
    try {
      await silver.client.send(
        new CopyObjectCommand({
          Bucket: silver.name,
          Key: key,
          CopySource: `${silver.name}/${twinKey.split("/").map(encodeURIComponent).join("/")}`,
          CopySourceIfMatch: from.etag,
          MetadataDirective: "REPLACE",
          ContentType: PARQUET,
          Metadata: { ...description, digits: from.metadata.digits ?? "", ...writtenBy(execution) },
          TaggingDirective: "REPLACE",
          ...conditionHeaders(stored === undefined ? "absent" : { etag: stored.etag }),
        }),
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw storageError(error, `Copying s3://${silver.name}/${twinKey} to ${key}`);
    }
    return { key, action: stored === undefined ? "created" : "updated" };
  }
  return replaceOlder<SilverFile | undefined>(silver, key, execution, replace, () => ({
    key,
    action: "left",
  }));
}
