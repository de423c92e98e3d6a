/** Gives a version ID to an object that was written while versioning was not in effect. */
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { StorageRefused } from "../errors.ts";
import { storageError } from "../storage/errors.ts";
import { type Bucket, requireVersion } from "../storage/objects.ts";
import { NULL_VERSION, type StoredFile } from "./stored-file.ts";
import { LARGEST_COPY_BYTES } from "./versions.ts";

/**
 * Copies an object whose version is `null` over itself inside S3, with its metadata and tags, and returns the
 * new version's ID. After versioning is enabled, S3 takes up to 15 minutes to apply it
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html); an object written
 * before then has no version ID. Throws WriteConflict if the object changed in the meantime, StorageUnavailable if
 * versioning is still not in effect, StorageRefused if the object is too large to copy, and other storage
 * errors.
 */
export async function renewVersion(bronze: Bucket, stored: StoredFile): Promise<string> {
  const { key, bytes, metadata, contentType, etag } = stored;
  const what = `Writing s3://${bronze.name}/${key} again`;
  if (bytes > LARGEST_COPY_BYTES)
    throw new StorageRefused(
      `${what}: it was stored while versioning was not in effect, and has ${bytes} bytes; S3 copies at most 5 GiB at once. Delete the object, then redrive to download it again`,
    );
  try {
    const copied = await bronze.client.send(
      new CopyObjectCommand({
        Bucket: bronze.name,
        Key: key,
        CopySource: `${bronze.name}/${key.split("/").map(encodeURIComponent).join("/")}?versionId=${NULL_VERSION}`,
        ChecksumAlgorithm: "SHA256",
        MetadataDirective: "REPLACE",
        ContentType: contentType,
        // Only the workflow's versions record the version that they replaced. Without this record, the new
        // version would look like an operator's copy.
        Metadata: metadata.execution === undefined ? metadata : { ...metadata, replaces: NULL_VERSION },
        TaggingDirective: "COPY",
        IfMatch: etag,
      }),
    );
    return requireVersion(copied.VersionId, bronze.name, key);
  } catch (error) {
    throw storageError(error, what);
  }
}
