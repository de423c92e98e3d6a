/** The versions of a mirrored file, and how to restore an old one. */
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import { StorageRefused } from "../errors.ts";
import { storageError } from "../storage/errors.ts";
import { type Bucket, headObject } from "../storage/objects.ts";
import { type ListedVersion, objectVersions } from "../storage/versions.ts";
import { saySame } from "./copies.ts";
import type { FileVersion } from "./file-version.ts";
import { sourceTime } from "./kept-result.ts";
import { isHeld, knownSha256, readVersion, type StoredFile } from "./stored-file.ts";

/** How many versions are examined concurrently. */
const AT_ONCE = 8;
/** The size limit of CopyObject (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html). */
export const LARGEST_COPY_BYTES = 5 * 1024 ** 3;

/** Lists all versions of a key, newest first. Empty if the key never existed. Throws storage errors. */
export async function listVersions(bronze: Bucket, key: string): Promise<FileVersion[]> {
  const listed = await pMap(
    objectVersions(bronze, key),
    async (entry) => ({
      entry,
      stored: entry.removed ? undefined : await readVersion(bronze, key, entry.versionId),
    }),
    { concurrency: AT_ONCE },
  );
  return listed.map(({ entry, stored }, index) => {
    const older = listed.slice(index + 1);
    const isCopy = older.some(
      (each) => stored && each.stored && saySame(each.stored.metadata, stored.metadata),
    );
    return describe(entry, stored, isCopy ? undefined : stored?.metadata.execution);
  });
}

function describe(
  { versionId, current, removed, storedAt, bytes }: ListedVersion,
  stored: StoredFile | undefined,
  execution: string | undefined,
): FileVersion {
  return {
    versionId,
    current,
    removed,
    storedAt: storedAt.toISOString(),
    bytes,
    sha256: (stored && knownSha256(stored)) ?? null,
    execution: execution ?? null,
    sourceModified: sourceTime(stored?.metadata["last-modified"]),
    held: (stored && isHeld(stored) ? stored.tags.held : undefined) ?? null,
  };
}

/**
 * Makes an old version of a file current again, by writing a new version with the `held` tag and with metadata
 * that identifies the old version. The restore can be undone, and no run overwrites the new version. The bytes
 * are copied inside S3. Throws StorageRefused if the old version does not exist, has no bytes, is current, or
 * is larger than 5 GiB, and WriteConflict if the file changed in the meantime.
 */
export async function restoreVersion(bronze: Bucket, key: string, versionId: string): Promise<FileVersion> {
  const what = `Restoring s3://${bronze.name}/${key}`;
  const versions = await listVersions(bronze, key);
  const old = versions.find((version) => version.versionId === versionId);
  if (old === undefined || old.removed)
    throw new StorageRefused(
      `${what}: there is no version ${versionId} with bytes; list the versions with quest versions`,
    );
  if (old.current) throw new StorageRefused(`${what}: ${versionId} is already the current version`);
  if (old.bytes > LARGEST_COPY_BYTES)
    throw new StorageRefused(
      `${what}: ${versionId} has ${old.bytes} bytes, and S3 copies at most 5 GiB at once`,
    );
  const head = await headObject(bronze, key, versionId);
  const current = versions.find((version) => version.current && !version.removed);
  const currentHead = current && (await headObject(bronze, key, current.versionId));
  const { source, "last-modified": lastModified, synthetic } = head?.metadata ?? {};
  try {
    const copied = await bronze.client.send(
      new CopyObjectCommand({
        Bucket: bronze.name,
        Key: key,
        CopySource: `${bronze.name}/${key.split("/").map(encodeURIComponent).join("/")}?versionId=${encodeURIComponent(versionId)}`,
        ChecksumAlgorithm: "SHA256",
        MetadataDirective: "REPLACE",
        ContentType: head?.contentType,
        Metadata: {
          "restored-from": versionId,
          ...(source === undefined ? {} : { source }),
          ...(lastModified === undefined ? {} : { "last-modified": lastModified }),
          ...(synthetic === undefined ? {} : { synthetic }),
        },
        TaggingDirective: "REPLACE",
        Tagging: new URLSearchParams({
          held: "restored",
          ...(old.sha256 === null ? {} : { sha256: old.sha256 }),
        }).toString(),
        ...(currentHead ? { IfMatch: currentHead.etag } : { IfNoneMatch: "*" }),
      }),
    );
    return {
      ...old,
      versionId: copied.VersionId ?? "",
      current: true,
      storedAt: copied.CopyObjectResult?.LastModified?.toISOString() ?? "",
      execution: null,
      held: "restored",
    };
  } catch (error) {
    throw storageError(error, what);
  }
}
