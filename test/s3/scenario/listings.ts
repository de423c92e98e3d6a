/** Listings, and batch deletes. */
import * as s3 from "@aws-sdk/client-s3";
import { plain, type Step, step } from "./step.ts";

export const listingSteps: Step[] = [
  ...["b/1", "b/2", "b/c/1", "b/c/2", "b/d", "odd key+%&<>\"'.txt", "z"].map((key) =>
    step(`put ${key}`, (client) =>
      client.send(new s3.PutObjectCommand({ ...plain, Key: key, Body: key })).then(() => null),
    ),
  ),
  ...[
    {},
    { Prefix: "b/" },
    { Prefix: "b/", Delimiter: "/" },
    { Delimiter: "/" },
    { StartAfter: "b/2" },
    { MaxKeys: 3 },
    { MaxKeys: 0 },
    { Delimiter: "/", MaxKeys: 2 },
    { EncodingType: "url" as const, Prefix: "odd" },
    { FetchOwner: true, MaxKeys: 1 },
  ].map((query) =>
    step(`list v2 ${JSON.stringify(query)}`, (client) =>
      client.send(new s3.ListObjectsV2Command({ ...plain, ...query })).then((out) => ({
        keys: out.Contents?.map(({ Key, Size, ETag, StorageClass }) => [Key, Size, ETag, StorageClass]),
        prefixes: out.CommonPrefixes?.map(({ Prefix }) => Prefix),
        truncated: out.IsTruncated,
        count: out.KeyCount,
        most: out.MaxKeys,
        more: out.NextContinuationToken !== undefined,
      })),
    ),
  ),
  ...[{}, { Prefix: "b/", Delimiter: "/" }, { Marker: "b/2" }, { MaxKeys: 2, Delimiter: "/" }].map((query) =>
    step(`list v1 ${JSON.stringify(query)}`, (client) =>
      client.send(new s3.ListObjectsCommand({ ...plain, ...query })).then((out) => ({
        keys: out.Contents?.map(({ Key, Size }) => [Key, Size]),
        prefixes: out.CommonPrefixes?.map(({ Prefix }) => Prefix),
        truncated: out.IsTruncated,
        next: out.NextMarker,
      })),
    ),
  ),
  step("list v2 page by page", async (client) => {
    const keys: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page: s3.ListObjectsV2CommandOutput = await client.send(
        new s3.ListObjectsV2Command({ ...plain, MaxKeys: 2, ContinuationToken }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  }),
  step("delete several", (client) =>
    client
      .send(
        new s3.DeleteObjectsCommand({
          ...plain,
          Delete: { Objects: [{ Key: "b/1" }, { Key: "b/2" }, { Key: "never-there" }] },
        }),
      )
      .then((out) => out.Deleted?.map(({ Key }) => Key).sort()),
  ),
  step("delete quietly", (client) =>
    client
      .send(new s3.DeleteObjectsCommand({ ...plain, Delete: { Objects: [{ Key: "b/c/1" }], Quiet: true } }))
      .then((out) => out.Deleted ?? []),
  ),
];
