/** The same calls for any S3: what each picks from its output is what must be equal everywhere. */
import * as s3 from "@aws-sdk/client-s3";

/** What later steps need of earlier ones. */
export type Memory = Map<string, string>;
export type Step = {
  name: string;
  /** Whether an object's headers come back. */
  read: boolean;
  run: (client: s3.S3Client, memory: Memory) => Promise<unknown>;
};

const FIVE_MEGABYTES = Buffer.alloc(5 * 1024 * 1024, "five\n");
const plain = { Bucket: "plain-bucket" };
const versioned = { Bucket: "versioned-bucket" };

const steps: Step[] = [];

function step(name: string, run: Step["run"]): void {
  steps.push({
    name,
    read: /^(get|head|body)\b/.test(name) && !/tags|policy|lifecycle|encryption/.test(name),
    run,
  });
}

function remember(memory: Memory, name: string, value: string | undefined): void {
  memory.set(name, value ?? "");
}

function recall(memory: Memory, name: string): string {
  return memory.get(name) ?? "";
}

/** All steps, in order. */
export function scenario(): Step[] {
  return steps;
}

// Buckets
step("head no bucket", (client) => client.send(new s3.HeadBucketCommand(plain)).then(() => null));
step("list no bucket", (client) => client.send(new s3.ListObjectsV2Command(plain)).then(() => null));
step("create bucket", (client) =>
  client.send(new s3.CreateBucketCommand(plain)).then(({ Location }) => Location),
);
step("create bucket again", (client) => client.send(new s3.CreateBucketCommand(plain)).then(() => null));
step("create bad name", (client) =>
  client.send(new s3.CreateBucketCommand({ Bucket: "Bad_Name" })).then(() => null),
);
step("create versioned", (client) => client.send(new s3.CreateBucketCommand(versioned)).then(() => null));
step("head bucket", (client) => client.send(new s3.HeadBucketCommand(plain)).then(() => null));
step("bucket location", (client) =>
  client.send(new s3.GetBucketLocationCommand(plain)).then((out) => out.LocationConstraint ?? null),
);
step("list buckets", (client) =>
  client.send(new s3.ListBucketsCommand({})).then((out) => out.Buckets?.map(({ Name }) => Name)),
);
step("versioning never on", (client) =>
  client.send(new s3.GetBucketVersioningCommand(plain)).then((out) => out.Status ?? null),
);
step("enable versioning", (client) =>
  client
    .send(new s3.PutBucketVersioningCommand({ ...versioned, VersioningConfiguration: { Status: "Enabled" } }))
    .then(() => null),
);
step("versioning on", (client) =>
  client.send(new s3.GetBucketVersioningCommand(versioned)).then((out) => out.Status),
);

// Settings
step("no bucket tags", (client) => client.send(new s3.GetBucketTaggingCommand(plain)).then(() => null));
step("put bucket tags", (client) =>
  client
    .send(
      new s3.PutBucketTaggingCommand({ ...plain, Tagging: { TagSet: [{ Key: "Project", Value: "Quest" }] } }),
    )
    .then(() => null),
);
step("get bucket tags", (client) =>
  client.send(new s3.GetBucketTaggingCommand(plain)).then((out) => out.TagSet),
);
step("delete bucket tags", (client) =>
  client.send(new s3.DeleteBucketTaggingCommand(plain)).then(() => null),
);
step("no policy", (client) => client.send(new s3.GetBucketPolicyCommand(plain)).then(() => null));
step("put policy", (client) =>
  client
    .send(new s3.PutBucketPolicyCommand({ ...plain, Policy: '{"Version":"2012-10-17","Statement":[]}' }))
    .then(() => null),
);
step("get policy", (client) => client.send(new s3.GetBucketPolicyCommand(plain)).then((out) => out.Policy));
step("delete policy", (client) => client.send(new s3.DeleteBucketPolicyCommand(plain)).then(() => null));
step("no lifecycle", (client) =>
  client.send(new s3.GetBucketLifecycleConfigurationCommand(plain)).then(() => null),
);
step("put lifecycle", (client) =>
  client
    .send(
      new s3.PutBucketLifecycleConfigurationCommand({
        ...plain,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "old-versions",
              Status: "Enabled",
              Filter: { Prefix: "" },
              NoncurrentVersionExpiration: { NoncurrentDays: 30 },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
          ],
        },
      }),
    )
    .then(() => null),
);
step("get lifecycle", (client) =>
  client.send(new s3.GetBucketLifecycleConfigurationCommand(plain)).then((out) => out.Rules),
);
step("delete lifecycle", (client) =>
  client.send(new s3.DeleteBucketLifecycleCommand(plain)).then(() => null),
);
step("put encryption", (client) =>
  client
    .send(
      new s3.PutBucketEncryptionCommand({
        ...plain,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
      }),
    )
    .then(() => null),
);
step("get encryption", (client) =>
  client
    .send(new s3.GetBucketEncryptionCommand(plain))
    .then((out) => out.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault),
);
step("put public access block", (client) =>
  client
    .send(
      new s3.PutPublicAccessBlockCommand({
        ...plain,
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
      }),
    )
    .then(() => null),
);
step("delete public access block", (client) =>
  client.send(new s3.DeletePublicAccessBlockCommand(plain)).then(() => null),
);
step("no public access block", (client) =>
  client.send(new s3.GetPublicAccessBlockCommand(plain)).then(() => null),
);

// Objects
step("get no key", (client) =>
  client.send(new s3.GetObjectCommand({ ...plain, Key: "none" })).then(() => null),
);
step("head no key", (client) =>
  client.send(new s3.HeadObjectCommand({ ...plain, Key: "none" })).then(() => null),
);
step("delete no key", (client) =>
  client.send(new s3.DeleteObjectCommand({ ...plain, Key: "none" })).then(() => null),
);
step("put", (client, memory) =>
  client
    .send(
      new s3.PutObjectCommand({
        ...plain,
        Key: "a/hello.txt",
        Body: "hello world",
        ContentType: "text/plain",
        CacheControl: "max-age=60",
        ContentDisposition: "attachment",
        ContentLanguage: "en",
        ContentEncoding: "identity",
        Metadata: { source: "https://example.com/x", other: "2" },
        Tagging: "one=1&two=zwei",
      }),
    )
    .then(({ ETag }) => {
      remember(memory, "etag", ETag);
      return ETag;
    }),
);
step("get", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt" }))
    .then(async (out) => [await out.Body?.transformToString(), out.Metadata]),
);
step("head", (client) =>
  client.send(new s3.HeadObjectCommand({ ...plain, Key: "a/hello.txt" })).then((out) => out.Metadata),
);
step("head with checksum", (client) =>
  client
    .send(new s3.HeadObjectCommand({ ...plain, Key: "a/hello.txt", ChecksumMode: "ENABLED" }))
    .then((out) => out.ChecksumCRC32),
);
for (const range of [
  "bytes=0-4",
  "bytes=6-",
  "bytes=-5",
  "bytes=-500",
  "bytes=4-500",
  "bytes=11-",
  "bytes=20-30",
]) {
  step(`get ${range}`, (client) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", Range: range }))
      .then((out) => out.Body?.transformToString()),
  );
}
step("get if match", (client, memory) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", IfMatch: recall(memory, "etag") }))
    .then((out) => out.Body?.transformToString()),
);
step("get if other match", (client) =>
  client.send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", IfMatch: '"0"' })).then(() => null),
);
step("get if none match", (client, memory) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", IfNoneMatch: recall(memory, "etag") }))
    .then(() => null),
);
step("head if modified since later", (client) =>
  client
    .send(
      new s3.HeadObjectCommand({
        ...plain,
        Key: "a/hello.txt",
        IfModifiedSince: new Date(Date.now() + 5000),
      }),
    )
    .then(() => null),
);
step("head if unmodified since 2001", (client) =>
  client
    .send(
      new s3.HeadObjectCommand({ ...plain, Key: "a/hello.txt", IfUnmodifiedSince: new Date("2001-01-01") }),
    )
    .then(() => null),
);
step("get with overrides", (client) =>
  client
    .send(
      new s3.GetObjectCommand({
        ...plain,
        Key: "a/hello.txt",
        ResponseContentType: "text/html",
        ResponseContentDisposition: "inline",
        ResponseCacheControl: "no-cache",
      }),
    )
    .then(() => null),
);
step("put if none match", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...plain, Key: "a/hello.txt", Body: "other", IfNoneMatch: "*" }))
    .then(() => null),
);
step("put new if none match", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...plain, Key: "a/new.txt", Body: "new", IfNoneMatch: "*" }))
    .then(() => null),
);
step("put if other match", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...plain, Key: "a/hello.txt", Body: "other", IfMatch: '"0"' }))
    .then(() => null),
);
step("put if match of nothing", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...plain, Key: "nothing", Body: "other", IfMatch: '"0"' }))
    .then(() => null),
);
step("put with wrong MD5", (client) =>
  client
    .send(
      new s3.PutObjectCommand({ ...plain, Key: "bad", Body: "x", ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" }),
    )
    .then(() => null),
);
step("put with wrong CRC32", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...plain, Key: "bad", Body: "x", ChecksumCRC32: "AAAAAA==" }))
    .then(() => null),
);
step("put with wrong SHA256", (client) =>
  client
    .send(
      new s3.PutObjectCommand({
        ...plain,
        Key: "bad",
        Body: "x",
        ChecksumSHA256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      }),
    )
    .then(() => null),
);
step("delete what should not be there", (client) =>
  client.send(new s3.DeleteObjectCommand({ ...plain, Key: "bad" })).then(() => null),
);
step("put with SHA256", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...plain, Key: "sha", Body: "x", ChecksumAlgorithm: "SHA256" }))
    .then((out) => out.ChecksumSHA256),
);
step("put empty", (client) =>
  client.send(new s3.PutObjectCommand({ ...plain, Key: "empty", Body: Buffer.alloc(0) })).then(() => null),
);
step("get empty", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "empty" }))
    .then((out) => out.Body?.transformToString()),
);
step("attributes", (client) =>
  client
    .send(
      new s3.GetObjectAttributesCommand({
        ...plain,
        Key: "sha",
        ObjectAttributes: ["ETag", "Checksum", "ObjectSize", "StorageClass"],
      }),
    )
    .then((out) => [out.ETag, out.Checksum?.ChecksumSHA256, out.ObjectSize, out.StorageClass]),
);

// Tags
step("get tags", (client) =>
  client
    .send(new s3.GetObjectTaggingCommand({ ...plain, Key: "a/hello.txt" }))
    .then((out) => out.TagSet?.sort((a, b) => ((a.Key ?? "") < (b.Key ?? "") ? -1 : 1))),
);
step("put tags", (client) =>
  client
    .send(
      new s3.PutObjectTaggingCommand({
        ...plain,
        Key: "a/hello.txt",
        Tagging: { TagSet: [{ Key: "sha256", Value: "0123" }] },
      }),
    )
    .then(() => null),
);
step("body after tags", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt" }))
    .then((out) => out.Body?.transformToString()),
);
step("delete tags", (client) =>
  client.send(new s3.DeleteObjectTaggingCommand({ ...plain, Key: "a/hello.txt" })).then(() => null),
);
step("no tags", (client) =>
  client.send(new s3.GetObjectTaggingCommand({ ...plain, Key: "a/hello.txt" })).then((out) => out.TagSet),
);
step("tags of no key", (client) =>
  client.send(new s3.GetObjectTaggingCommand({ ...plain, Key: "none" })).then(() => null),
);
step("two tags alike", (client) =>
  client
    .send(
      new s3.PutObjectTaggingCommand({
        ...plain,
        Key: "a/hello.txt",
        Tagging: {
          TagSet: [
            { Key: "a", Value: "1" },
            { Key: "a", Value: "2" },
          ],
        },
      }),
    )
    .then(() => null),
);

// Copies
step("copy", (client) =>
  client
    .send(new s3.CopyObjectCommand({ ...plain, Key: "copy", CopySource: "plain-bucket/a/hello.txt" }))
    .then((out) => out.CopyObjectResult?.ETag),
);
step("head copy", (client) =>
  client
    .send(new s3.HeadObjectCommand({ ...plain, Key: "copy" }))
    .then((out) => [out.Metadata, out.ContentType, out.ContentLength]),
);
step("copy with other metadata", (client) =>
  client
    .send(
      new s3.CopyObjectCommand({
        ...plain,
        Key: "copy2",
        CopySource: "plain-bucket/a/hello.txt",
        MetadataDirective: "REPLACE",
        Metadata: { fresh: "yes" },
      }),
    )
    .then(() => null),
);
step("head copy with other metadata", (client) =>
  client.send(new s3.HeadObjectCommand({ ...plain, Key: "copy2" })).then((out) => out.Metadata),
);
step("copy onto itself", (client) =>
  client
    .send(new s3.CopyObjectCommand({ ...plain, Key: "a/hello.txt", CopySource: "plain-bucket/a/hello.txt" }))
    .then(() => null),
);
step("copy of no key", (client) =>
  client
    .send(new s3.CopyObjectCommand({ ...plain, Key: "copy", CopySource: "plain-bucket/none" }))
    .then(() => null),
);
step("copy if none match", (client, memory) =>
  client
    .send(
      new s3.CopyObjectCommand({
        ...plain,
        Key: "copy3",
        CopySource: "plain-bucket/a/hello.txt",
        CopySourceIfNoneMatch: recall(memory, "etag"),
      }),
    )
    .then(() => null),
);

// Listings
for (const key of ["b/1", "b/2", "b/c/1", "b/c/2", "b/d", "odd key+%&<>\"'.txt", "z"]) {
  step(`put ${key}`, (client) =>
    client.send(new s3.PutObjectCommand({ ...plain, Key: key, Body: key })).then(() => null),
  );
}
for (const query of [
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
]) {
  step(`list v2 ${JSON.stringify(query)}`, (client) =>
    client.send(new s3.ListObjectsV2Command({ ...plain, ...query })).then((out) => ({
      keys: out.Contents?.map(({ Key, Size, ETag, StorageClass }) => [Key, Size, ETag, StorageClass]),
      prefixes: out.CommonPrefixes?.map(({ Prefix }) => Prefix),
      truncated: out.IsTruncated,
      count: out.KeyCount,
      most: out.MaxKeys,
      more: out.NextContinuationToken !== undefined,
    })),
  );
}
for (const query of [
  {},
  { Prefix: "b/", Delimiter: "/" },
  { Marker: "b/2" },
  { MaxKeys: 2, Delimiter: "/" },
]) {
  step(`list v1 ${JSON.stringify(query)}`, (client) =>
    client.send(new s3.ListObjectsCommand({ ...plain, ...query })).then((out) => ({
      keys: out.Contents?.map(({ Key, Size }) => [Key, Size]),
      prefixes: out.CommonPrefixes?.map(({ Prefix }) => Prefix),
      truncated: out.IsTruncated,
      next: out.NextMarker,
    })),
  );
}
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
});
step("delete several", (client) =>
  client
    .send(
      new s3.DeleteObjectsCommand({
        ...plain,
        Delete: { Objects: [{ Key: "b/1" }, { Key: "b/2" }, { Key: "never-there" }] },
      }),
    )
    .then((out) => out.Deleted?.map(({ Key }) => Key).sort()),
);
step("delete quietly", (client) =>
  client
    .send(new s3.DeleteObjectsCommand({ ...plain, Delete: { Objects: [{ Key: "b/c/1" }], Quiet: true } }))
    .then((out) => out.Deleted ?? []),
);

// Versions
for (const body of ["one", "two"]) {
  step(`put version ${body}`, (client, memory) =>
    client.send(new s3.PutObjectCommand({ ...versioned, Key: "v", Body: body })).then((out) => {
      remember(memory, body, out.VersionId);
      return out.VersionId !== undefined;
    }),
  );
}
step("get version", (client, memory) =>
  client
    .send(new s3.GetObjectCommand({ ...versioned, Key: "v", VersionId: recall(memory, "one") }))
    .then((out) => out.Body?.transformToString()),
);
step("tag old version", (client, memory) =>
  client
    .send(
      new s3.PutObjectTaggingCommand({
        ...versioned,
        Key: "v",
        VersionId: recall(memory, "one"),
        Tagging: { TagSet: [{ Key: "old", Value: "yes" }] },
      }),
    )
    .then(() => null),
);
step("tags of new version", (client) =>
  client.send(new s3.GetObjectTaggingCommand({ ...versioned, Key: "v" })).then((out) => out.TagSet),
);
step("tags of old version", (client, memory) =>
  client
    .send(new s3.GetObjectTaggingCommand({ ...versioned, Key: "v", VersionId: recall(memory, "one") }))
    .then((out) => out.TagSet),
);
step("delete marker", (client, memory) =>
  client.send(new s3.DeleteObjectCommand({ ...versioned, Key: "v" })).then((out) => {
    remember(memory, "marker", out.VersionId);
    return out.DeleteMarker;
  }),
);
step("get behind marker", (client) =>
  client.send(new s3.GetObjectCommand({ ...versioned, Key: "v" })).then(() => null),
);
step("head behind marker", (client) =>
  client.send(new s3.HeadObjectCommand({ ...versioned, Key: "v" })).then(() => null),
);
step("get marker", (client, memory) =>
  client
    .send(new s3.GetObjectCommand({ ...versioned, Key: "v", VersionId: recall(memory, "marker") }))
    .then(() => null),
);
step("head marker", (client, memory) =>
  client
    .send(new s3.HeadObjectCommand({ ...versioned, Key: "v", VersionId: recall(memory, "marker") }))
    .then(() => null),
);
step("put if match behind marker", (client) =>
  client
    .send(new s3.PutObjectCommand({ ...versioned, Key: "v", Body: "x", IfMatch: '"0"' }))
    .then(() => null),
);
step("list behind marker", (client) =>
  client.send(new s3.ListObjectsV2Command(versioned)).then((out) => out.KeyCount),
);
step("list versions", (client, memory) =>
  client.send(new s3.ListObjectVersionsCommand(versioned)).then((out) => ({
    versions: out.Versions?.map(({ Key, VersionId, IsLatest, Size }) => [
      Key,
      VersionId === recall(memory, "two") ? "two" : VersionId === recall(memory, "one") ? "one" : "?",
      IsLatest,
      Size,
    ]),
    markers: out.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest]),
    truncated: out.IsTruncated,
  })),
);
step("remove marker", (client, memory) =>
  client
    .send(new s3.DeleteObjectCommand({ ...versioned, Key: "v", VersionId: recall(memory, "marker") }))
    .then((out) => out.DeleteMarker),
);
step("get again", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...versioned, Key: "v" }))
    .then((out) => out.Body?.transformToString()),
);
step("copy old version", (client, memory) =>
  client
    .send(
      new s3.CopyObjectCommand({
        ...versioned,
        Key: "restored",
        CopySource: `versioned-bucket/v?versionId=${recall(memory, "one")}`,
      }),
    )
    .then((out) => out.CopyObjectResult?.ETag),
);
step("get no version", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...versioned, Key: "v", VersionId: "0123456789abcdef0123456789abcdef" }))
    .then(() => null),
);
step("suspend", (client) =>
  client
    .send(
      new s3.PutBucketVersioningCommand({ ...versioned, VersioningConfiguration: { Status: "Suspended" } }),
    )
    .then(() => null),
);
step("put null version", (client) =>
  client.send(new s3.PutObjectCommand({ ...versioned, Key: "v", Body: "null" })).then((out) => out.VersionId),
);

// Multipart uploads
step("create upload", (client, memory) =>
  client
    .send(
      new s3.CreateMultipartUploadCommand({
        ...plain,
        Key: "multi",
        ChecksumAlgorithm: "SHA256",
        ContentType: "text/csv",
        Metadata: { parts: "two" },
      }),
    )
    .then((out) => {
      remember(memory, "upload", out.UploadId);
      return [out.Bucket, out.Key];
    }),
);
for (const [number, Body] of [
  [1, FIVE_MEGABYTES],
  [2, "the end"],
] as const) {
  step(`upload part ${number}`, (client, memory) =>
    client
      .send(
        new s3.UploadPartCommand({
          ...plain,
          Key: "multi",
          UploadId: recall(memory, "upload"),
          PartNumber: number,
          Body,
          ChecksumAlgorithm: "SHA256",
        }),
      )
      .then((out) => {
        remember(memory, `part${number}`, out.ETag);
        remember(memory, `sum${number}`, out.ChecksumSHA256);
        return [out.ETag, out.ChecksumSHA256];
      }),
  );
}
step("list parts", (client, memory) =>
  client
    .send(new s3.ListPartsCommand({ ...plain, Key: "multi", UploadId: recall(memory, "upload") }))
    .then((out) => out.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])),
);
step("list uploads", (client) =>
  client.send(new s3.ListMultipartUploadsCommand(plain)).then((out) => out.Uploads?.map(({ Key }) => Key)),
);
function complete(memory: Memory, numbers: number[], change: Partial<s3.CompletedPart> = {}) {
  return new s3.CompleteMultipartUploadCommand({
    ...plain,
    Key: "multi",
    UploadId: recall(memory, "upload"),
    MultipartUpload: {
      Parts: numbers.map((PartNumber) => ({
        PartNumber,
        ETag: recall(memory, `part${PartNumber}`),
        ChecksumSHA256: recall(memory, `sum${PartNumber}`),
        ...change,
      })),
    },
  });
}
step("complete in wrong order", (client, memory) => client.send(complete(memory, [2, 1])).then(() => null));
step("complete with wrong etag", (client, memory) =>
  client.send(complete(memory, [1, 2], { ETag: '"0"' })).then(() => null),
);
step("complete with missing part", (client, memory) =>
  client.send(complete(memory, [1, 2, 3])).then(() => null),
);
step("complete", (client, memory) =>
  client.send(complete(memory, [1, 2])).then((out) => [out.ETag, out.ChecksumSHA256, out.Bucket, out.Key]),
);
step("head multi", (client) =>
  client
    .send(new s3.HeadObjectCommand({ ...plain, Key: "multi" }))
    .then((out) => [out.ContentLength, out.Metadata, out.ContentType]),
);
step("get part", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "multi", PartNumber: 2 }))
    .then((out) => out.Body?.transformToString()),
);
step("get across parts", (client) =>
  client
    .send(new s3.GetObjectCommand({ ...plain, Key: "multi", Range: "bytes=5242876-5242883" }))
    .then((out) => out.Body?.transformToString()),
);
step("part of no upload", (client) =>
  client
    .send(new s3.UploadPartCommand({ ...plain, Key: "multi", UploadId: "none", PartNumber: 1, Body: "x" }))
    .then(() => null),
);
step("abort no upload", (client) =>
  client
    .send(new s3.AbortMultipartUploadCommand({ ...plain, Key: "multi", UploadId: "none" }))
    .then(() => null),
);
step("create upload to abort", (client, memory) =>
  client.send(new s3.CreateMultipartUploadCommand({ ...plain, Key: "multi" })).then((out) => {
    remember(memory, "upload", out.UploadId);
    return null;
  }),
);
step("copy part", (client, memory) =>
  client
    .send(
      new s3.UploadPartCopyCommand({
        ...plain,
        Key: "multi",
        UploadId: recall(memory, "upload"),
        PartNumber: 1,
        CopySource: "plain-bucket/a/hello.txt",
        CopySourceRange: "bytes=0-4",
      }),
    )
    .then((out) => out.CopyPartResult?.ETag),
);
step("abort", (client, memory) =>
  client
    .send(new s3.AbortMultipartUploadCommand({ ...plain, Key: "multi", UploadId: recall(memory, "upload") }))
    .then(() => null),
);
step("list no uploads", (client) =>
  client.send(new s3.ListMultipartUploadsCommand(plain)).then((out) => out.Uploads ?? []),
);

// The end
step("delete bucket that is not empty", (client) =>
  client.send(new s3.DeleteBucketCommand(plain)).then(() => null),
);
step("delete no bucket", (client) =>
  client.send(new s3.DeleteBucketCommand({ Bucket: "no-such-bucket" })).then(() => null),
);
