import { GetObjectAttributesCommand } from "@aws-sdk/client-s3";
import type { StoredFile } from "../bronze/stored-file.ts";
import { storageError } from "../storage/errors.ts";
import type { Bucket } from "../storage/objects.ts";
import { PART_BYTES } from "./part-buffers.ts";

/** A part of a stored object, with its SHA-256 in base64. */
export type StoredPart = { bytes: number; checksum: string };

/**
 * The parts of a stored multipart object that start at the same offsets as the parts of an upload, each with
 * the SHA-256 that S3 keeps. Empty if the object fits into one part, or if S3 keeps no SHA-256 of its parts.
 * Throws storage errors.
 */
export async function readStoredParts(bronze: Bucket, stored: StoredFile): Promise<StoredPart[]> {
  const parts: StoredPart[] = [];
  if (stored.bytes <= PART_BYTES) return parts;
  let marker: string | undefined;
  do {
    const { ObjectParts } = await bronze.client
      .send(
        new GetObjectAttributesCommand({
          Bucket: bronze.name,
          Key: stored.key,
          VersionId: stored.versionId,
          ObjectAttributes: ["ObjectParts"],
          PartNumberMarker: marker,
        }),
      )
      .catch((error: unknown) => {
        throw storageError(error, `Reading the parts of s3://${bronze.name}/${stored.key}`);
      });
    for (const { Size, ChecksumSHA256 } of ObjectParts?.Parts ?? []) {
      if (Size === undefined || ChecksumSHA256 === undefined) return parts;
      parts.push({ bytes: Size, checksum: ChecksumSHA256 });
      if (Size !== PART_BYTES) return parts;
    }
    marker = ObjectParts?.IsTruncated ? ObjectParts.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}
