/** The versions of a mirrored file, and the way back to an old one. */
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { StorageRefused } from "../errors.ts";
import { storageError } from "../storage/errors.ts";
import { type Bucket, headObject, readTags } from "../storage/objects.ts";
import { objectVersions } from "../storage/versions.ts";
import { sourceTime } from "./task.ts";

/** A version of a file, newest first in lists. A removal is a version too: a delete marker, without bytes. */
export type FileVersion = {
  versionId: string;
  current: boolean;
  removed: boolean;
  storedAt: string;
  bytes: number;
  sha256: string | null;
  /** The ARN of the execution that wrote it; null for a person's. */
  execution: string | null;
  sourceModified: string | null;
  /** Why sync leaves it alone, where it does. */
  held: string | null;
};

/** Lists all versions of a key, newest first; none where the key never was. */
export async function listVersions(bronze: Bucket, key: string): Promise<FileVersion[]> {
  const versions: FileVersion[] = [];
  for await (const { versionId, current, removed, storedAt, bytes } of objectVersions(bronze, key)) {
    const shared = { versionId, current, removed, storedAt: storedAt.toISOString(), bytes };
    if (removed) {
      versions.push({ ...shared, sha256: null, execution: null, sourceModified: null, held: null });
      continue;
    }
    const head = await headObject(bronze, key, versionId);
    const tags = await readTags(bronze, key, versionId);
    versions.push({
      ...shared,
      sha256: tags.sha256 ?? null,
      execution: head?.metadata.execution ?? null,
      sourceModified: sourceTime(head?.metadata["last-modified"]),
      held: tags.held ?? null,
    });
  }
  return versions;
}

/**
 * Makes an old version of a file current again: as a new version with metadata of its own and the `held` tag, so that it can be
 * undone and no run overwrites it. The bytes are copied inside S3 (at most 5 GB, the limit of CopyObject).
 * Throws StorageRefused where there is no such version or it is current, WriteConflict where the file changed meanwhile.
 */
export async function restoreVersion(bronze: Bucket, key: string, versionId: string): Promise<FileVersion> {
  const what = `Restoring s3://${bronze.name}/${key}`;
  const versions = await listVersions(bronze, key);
  const old = versions.find((version) => version.versionId === versionId);
  if (old === undefined || old.removed)
    throw new StorageRefused(
      `${what}: there is no version ${versionId} with bytes; list them with quest versions`,
    );
  if (old.current) throw new StorageRefused(`${what}: ${versionId} is the current version already`);
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
        MetadataDirective: "REPLACE",
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
