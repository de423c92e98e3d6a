/** The versions of one object, delete markers included. */
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { storageError } from "./errors.ts";
import type { Bucket } from "./objects.ts";

/** One version as listed. A removal is a version too: a delete marker, without bytes. */
export type ListedVersion = {
  versionId: string;
  current: boolean;
  removed: boolean;
  storedAt: Date;
  bytes: number;
};

/** Lists all versions of a key, newest first, page by page. Empty if the key never existed. */
export async function* objectVersions(bucket: Bucket, key: string): AsyncGenerator<ListedVersion> {
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const page = await bucket.client
      .send(new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: key, KeyMarker, VersionIdMarker }))
      .catch((error: unknown) => {
        throw storageError(error, `Listing the versions of s3://${bucket.name}/${key}`);
      });
    const listed = [
      ...(page.Versions ?? []).map((version) => ({ ...version, removed: false })),
      ...(page.DeleteMarkers ?? []).map((marker) => ({ ...marker, Size: 0, removed: true })),
    ].filter(({ Key }) => Key === key);
    const time = (version: { LastModified?: Date }) => version.LastModified?.getTime() ?? 0;
    // S3 returns versions and delete markers in separate lists, each newest first.
    listed.sort((a, b) => Number(b.IsLatest) - Number(a.IsLatest) || time(b) - time(a));
    for (const { VersionId, IsLatest, LastModified, Size, removed } of listed) {
      yield {
        versionId: VersionId ?? "",
        current: IsLatest ?? false,
        removed,
        storedAt: LastModified ?? new Date(0),
        bytes: Size ?? 0,
      };
    }
    KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    VersionIdMarker = page.NextVersionIdMarker;
  } while (KeyMarker !== undefined);
}
