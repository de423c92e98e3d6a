/** The hash of a version's bytes. */
import { createHash } from "node:crypto";
import { StorageUnavailable } from "../errors.ts";
import { type Bucket, openObject } from "../storage/objects.ts";
import { knownSha256, type StoredFile } from "./stored-file.ts";

/**
 * SHA-256 of a version's bytes in hex. Reads the version from S3 if its hash is unknown. Throws
 * StorageUnavailable if the read fails.
 */
export async function sha256Of(bronze: Bucket, stored: StoredFile): Promise<string> {
  const known = knownSha256(stored);
  if (known !== undefined) return known;
  const { body } = await openObject(bronze, stored.key, stored.versionId);
  const hash = createHash("sha256");
  try {
    for await (const chunk of body) hash.update(chunk);
  } catch (error) {
    throw new StorageUnavailable(`Reading s3://${bronze.name}/${stored.key} failed: ${String(error)}`, {
      cause: error,
    });
  }
  return hash.digest("hex");
}
