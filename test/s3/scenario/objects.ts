/** Objects, their tags, and their copies. */
import * as s3 from "@aws-sdk/client-s3";
import { plain, type Step, save, saved, step } from "./step.ts";

export const objectSteps: Step[] = [
  step("get no key", (client) =>
    client.send(new s3.GetObjectCommand({ ...plain, Key: "none" })).then(() => null),
  ),
  step("head no key", (client) =>
    client.send(new s3.HeadObjectCommand({ ...plain, Key: "none" })).then(() => null),
  ),
  step("delete no key", (client) =>
    client.send(new s3.DeleteObjectCommand({ ...plain, Key: "none" })).then(() => null),
  ),
  step("put", (client, memory) =>
    client
      .send(
        new s3.PutObjectCommand({
          ...plain,
          Key: "a/hello.txt",
          Body: "hello harness",
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
        save(memory, "etag", ETag);
        return ETag;
      }),
  ),
  step("get", (client) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt" }))
      .then(async (out) => [await out.Body?.transformToString(), out.Metadata]),
  ),
  step("head", (client) =>
    client.send(new s3.HeadObjectCommand({ ...plain, Key: "a/hello.txt" })).then((out) => out.Metadata),
  ),
  step("head with checksum", (client) =>
    client
      .send(new s3.HeadObjectCommand({ ...plain, Key: "a/hello.txt", ChecksumMode: "ENABLED" }))
      .then((out) => out.ChecksumCRC32),
  ),
  ...["bytes=0-4", "bytes=6-", "bytes=-5", "bytes=-500", "bytes=4-500", "bytes=11-", "bytes=20-30"].map(
    (range) =>
      step(`get ${range}`, (client) =>
        client
          .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", Range: range }))
          .then((out) => out.Body?.transformToString()),
      ),
  ),
  step("get if match", (client, memory) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", IfMatch: saved(memory, "etag") }))
      .then((out) => out.Body?.transformToString()),
  ),
  step("get if other match", (client) =>
    client.send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", IfMatch: '"0"' })).then(() => null),
  ),
  step("get if none match", (client, memory) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt", IfNoneMatch: saved(memory, "etag") }))
      .then(() => null),
  ),
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
  ),
  step("head if unmodified since 2001", (client) =>
    client
      .send(
        new s3.HeadObjectCommand({ ...plain, Key: "a/hello.txt", IfUnmodifiedSince: new Date("2001-01-01") }),
      )
      .then(() => null),
  ),
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
  ),
  step("put if none match", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...plain, Key: "a/hello.txt", Body: "other", IfNoneMatch: "*" }))
      .then(() => null),
  ),
  step("put new if none match", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...plain, Key: "a/new.txt", Body: "new", IfNoneMatch: "*" }))
      .then(() => null),
  ),
  step("put if other match", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...plain, Key: "a/hello.txt", Body: "other", IfMatch: '"0"' }))
      .then(() => null),
  ),
  step("put new if match", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...plain, Key: "nothing", Body: "other", IfMatch: '"0"' }))
      .then(() => null),
  ),
  step("put with wrong MD5", (client) =>
    client
      .send(
        new s3.PutObjectCommand({ ...plain, Key: "bad", Body: "x", ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" }),
      )
      .then(() => null),
  ),
  step("put with wrong CRC32", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...plain, Key: "bad", Body: "x", ChecksumCRC32: "AAAAAA==" }))
      .then(() => null),
  ),
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
  ),
  step("delete what should not be there", (client) =>
    client.send(new s3.DeleteObjectCommand({ ...plain, Key: "bad" })).then(() => null),
  ),
  step("put with SHA256", (client) =>
    client
      .send(new s3.PutObjectCommand({ ...plain, Key: "sha", Body: "x", ChecksumAlgorithm: "SHA256" }))
      .then((out) => out.ChecksumSHA256),
  ),
  step("put empty", (client) =>
    client.send(new s3.PutObjectCommand({ ...plain, Key: "empty", Body: Buffer.alloc(0) })).then(() => null),
  ),
  step("get empty", (client) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "empty" }))
      .then((out) => out.Body?.transformToString()),
  ),
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
  ),

  step("get tags", (client) =>
    client
      .send(new s3.GetObjectTaggingCommand({ ...plain, Key: "a/hello.txt" }))
      .then((out) => out.TagSet?.sort((a, b) => ((a.Key ?? "") < (b.Key ?? "") ? -1 : 1))),
  ),
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
  ),
  step("body after tags", (client) =>
    client
      .send(new s3.GetObjectCommand({ ...plain, Key: "a/hello.txt" }))
      .then((out) => out.Body?.transformToString()),
  ),
  step("delete tags", (client) =>
    client.send(new s3.DeleteObjectTaggingCommand({ ...plain, Key: "a/hello.txt" })).then(() => null),
  ),
  step("no tags", (client) =>
    client.send(new s3.GetObjectTaggingCommand({ ...plain, Key: "a/hello.txt" })).then((out) => out.TagSet),
  ),
  step("tags of no key", (client) =>
    client.send(new s3.GetObjectTaggingCommand({ ...plain, Key: "none" })).then(() => null),
  ),
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
  ),

  step("copy", (client) =>
    client
      .send(new s3.CopyObjectCommand({ ...plain, Key: "copy", CopySource: "plain-bucket/a/hello.txt" }))
      .then((out) => out.CopyObjectResult?.ETag),
  ),
  step("head copy", (client) =>
    client
      .send(new s3.HeadObjectCommand({ ...plain, Key: "copy" }))
      .then((out) => [out.Metadata, out.ContentType, out.ContentLength]),
  ),
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
  ),
  step("head copy with other metadata", (client) =>
    client.send(new s3.HeadObjectCommand({ ...plain, Key: "copy2" })).then((out) => out.Metadata),
  ),
  step("copy onto itself", (client) =>
    client
      .send(
        new s3.CopyObjectCommand({ ...plain, Key: "a/hello.txt", CopySource: "plain-bucket/a/hello.txt" }),
      )
      .then(() => null),
  ),
  step("copy of no key", (client) =>
    client
      .send(new s3.CopyObjectCommand({ ...plain, Key: "copy", CopySource: "plain-bucket/none" }))
      .then(() => null),
  ),
  step("copy if none match", (client, memory) =>
    client
      .send(
        new s3.CopyObjectCommand({
          ...plain,
          Key: "copy3",
          CopySource: "plain-bucket/a/hello.txt",
          CopySourceIfNoneMatch: saved(memory, "etag"),
        }),
      )
      .then(() => null),
  ),
];
