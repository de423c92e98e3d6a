import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, startS3Server } from "./server.ts";

let dir: string;
let server: S3Server;
let client: S3Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "s3-"));
  server = await startS3Server({ dir });
  client = new S3Client({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
  });
  await client.send(new CreateBucketCommand({ Bucket: "bronze" }));
  await client.send(
    new PutBucketVersioningCommand({ Bucket: "bronze", VersioningConfiguration: { Status: "Enabled" } }),
  );
});

afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(dir, { recursive: true });
});

describe("objects through client-s3", () => {
  it("puts, gets, heads, lists, tags and deletes", async () => {
    const Bucket = "bronze";
    const Key = "bls/pr/pr.class";
    const put = await client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: "hello",
        Metadata: { source: "x" },
        Tagging: "sha256=abc&stamp=1+2",
      }),
    );
    expect(put.ETag).toBe(`"${createHash("md5").update("hello").digest("hex")}"`);
    expect(put.VersionId).toHaveLength(32);
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe("hello");
    expect(got.Metadata).toEqual({ source: "x" });
    await client.send(
      new PutObjectTaggingCommand({
        Bucket,
        Key,
        VersionId: put.VersionId,
        Tagging: { TagSet: [{ Key: "a", Value: "b" }] },
      }),
    );
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId: put.VersionId }));
    expect(tags.TagSet).toEqual([{ Key: "a", Value: "b" }]);
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "bls/" }));
    expect(listed.Contents?.map(({ Key: key, Size }) => [key, Size])).toEqual([[Key, 5]]);
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key, Body: "other", IfNoneMatch: "*" })),
    ).rejects.toMatchObject({ name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } });
    const removed = await client.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: put.ETag }));
    expect(removed.DeleteMarker).toBe(true);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      name: "NotFound",
    });
    const versions = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    expect(versions.Versions?.map(({ VersionId }) => VersionId)).toEqual([put.VersionId]);
    expect(versions.DeleteMarkers?.map(({ VersionId }) => VersionId)).toEqual([removed.VersionId]);
  });

  it("uploads in parts", async () => {
    const Bucket = "bronze";
    const Key = "big";
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: "SHA256" }),
    );
    const first = Buffer.alloc(5 * 1024 * 1024, 1);
    const Parts = [];
    for (const [index, Body] of [first, Buffer.from("end")].entries()) {
      const PartNumber = index + 1;
      const part = await client.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: "SHA256" }),
      );
      Parts.push({ PartNumber, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 });
    }
    expect((await client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toHaveLength(2);
    const done = await client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts },
        IfNoneMatch: "*",
      }),
    );
    expect(done.ETag).toMatch(/-2"$/);
    const got = await client.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=5242878-5242881" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.from("\x01\x01en"));
    const other = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
  });
});
