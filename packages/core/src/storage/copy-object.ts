/** Copies whole objects inside S3. */
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { isNotFound, storageError } from "./errors.ts";
import { type Bucket, conditionHeaders, type ObjectHead, type Precondition } from "./objects.ts";

/** The limit of CopyObject (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html). */
const MOST_BYTES_COPIED = 5 * 1024 ** 3;

export type CopyOptions = {
  contentType: string;
  metadata: Record<string, string>;
  precondition: Precondition;
};

/**
 * Copies an object to another key of its bucket, without its tags. Returns false if the object no longer exists,
 * or if it is larger than 5 GiB, which S3 cannot copy in one request. Throws WriteConflict if the precondition
 * fails or the object has been replaced, and storage errors.
 */
export async function copyObject(
  bucket: Bucket,
  from: ObjectHead,
  key: string,
  { contentType, metadata, precondition }: CopyOptions,
): Promise<boolean> {
  if (from.bytes > MOST_BYTES_COPIED) return false;
  try {
    await bucket.client.send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: key,
        CopySource: `${bucket.name}/${from.key.split("/").map(encodeURIComponent).join("/")}`,
        CopySourceIfMatch: from.etag,
        MetadataDirective: "REPLACE",
        ContentType: contentType,
        Metadata: metadata,
        TaggingDirective: "REPLACE",
        ...conditionHeaders(precondition),
      }),
    );
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw storageError(error, `Copying s3://${bucket.name}/${from.key} to ${key}`);
  }
}
