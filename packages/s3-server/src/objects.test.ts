import { createHash } from "node:crypto";
import {
  CopyObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raw, s3Failure, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;
const Bucket = "objects";

beforeAll(async () => {
  server = await serveForTests();
  await server.bucket(Bucket);
});
afterAll(() => server.close());

function put(Key: string, Body: string | Buffer, more: object = {}) {
  return server.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function get(Key: string, more: object = {}) {
  const { Body, ...answer } = await server.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: (await Body?.transformToString()) ?? "" };
}

describe("objects", () => {
  test("are returned with all their attributes", async () => {
    const expires = new Date("2030-01-01T00:00:00Z");
    const answer = await put("said", "hello", {
      ContentType: "text/csv",
      CacheControl: "no-store",
      ContentDisposition: "attachment",
      ContentEncoding: "gzip",
      ContentLanguage: "en",
      Expires: expires,
      Metadata: { source: "https://example.com/a b", "with-dash": "1" },
      Tagging: "sha256=abc&stamp=2026-05-01T08%3A30",
      StorageClass: "STANDARD_IA",
    });
    expect(answer.ETag).toBe(`"${createHash("md5").update("hello").digest("hex")}"`);
    expect(answer.ServerSideEncryption).toBe("AES256");
    const said = {
      text: "hello",
      ContentLength: 5,
      ContentType: "text/csv",
      CacheControl: "no-store",
      ContentDisposition: "attachment",
      ContentEncoding: "gzip",
      ContentLanguage: "en",
      ExpiresString: expires.toUTCString(),
      Metadata: { source: "https://example.com/a b", "with-dash": "1" },
      StorageClass: "STANDARD_IA",
      TagCount: 2,
      AcceptRanges: "bytes",
      ETag: answer.ETag,
    };
    expect(await get("said")).toMatchObject(said);
    await server.restart();
    expect(await get("said")).toMatchObject(said);
    const { TagSet } = await server.client.send(new GetObjectTaggingCommand({ Bucket, Key: "said" }));
    expect(TagSet).toEqual([
      { Key: "sha256", Value: "abc" },
      { Key: "stamp", Value: "2026-05-01T08:30" },
    ]);
  });

  test("have S3's defaults", async () => {
    await raw(server.url, "PUT", `/${Bucket}/plain`);
    const head = await server.client.send(
      new HeadObjectCommand({ Bucket, Key: "plain", ChecksumMode: "ENABLED" }),
    );
    expect(head).toMatchObject({
      ContentType: "binary/octet-stream",
      ContentLength: 0,
      ChecksumType: "FULL_OBJECT",
    });
    expect(head.StorageClass).toBeUndefined();
    expect(head.VersionId).toBeUndefined();
    const { headers } = await raw(server.url, "GET", `/${Bucket}/plain`);
    expect(headers["x-amz-request-id"]).toMatch(/^[0-9A-F]{16}$/);
    expect(headers["last-modified"]).toMatch(/GMT$/);
  });

  test("get a CRC64NVME checksum if the client sends none", async () => {
    await raw(server.url, "PUT", `/${Bucket}/unchecked`, {}, "123456789");
    const { headers } = await raw(server.url, "HEAD", `/${Bucket}/unchecked`, {
      "x-amz-checksum-mode": "ENABLED",
    });
    expect(headers["x-amz-checksum-crc64nvme"]).toBe("rosUhgp5mIg=");
  });

  test("are read in ranges, with a checksum only if the range is the whole object", async () => {
    await put("range", "0123456789");
    expect(await get("range", { Range: "bytes=2-4" })).toMatchObject({
      text: "234",
      ContentRange: "bytes 2-4/10",
    });
    expect((await get("range", { Range: "bytes=2-4" })).ChecksumCRC32).toBeUndefined();
    expect((await get("range", { Range: "bytes=0-100" })).ChecksumCRC32).toBe("poTHxg==");
    expect(await get("range", { PartNumber: 1 })).toMatchObject({
      text: "0123456789",
      ContentRange: "bytes 0-9/10",
    });
    await expect(get("range", { PartNumber: 2 })).rejects.toMatchObject(s3Failure("InvalidPartNumber", 416));
    await expect(get("range", { Range: "bytes=10-" })).rejects.toMatchObject(s3Failure("InvalidRange", 416));
    const head = await raw(server.url, "HEAD", `/${Bucket}/range`, { range: "bytes=-3" });
    expect([head.status, head.headers["content-length"]]).toEqual([206, "3"]);
  });

  test("are returned with the headers that the request overrides", async () => {
    await put("overridden", "x", { ContentType: "text/plain" });
    const more = {
      ResponseContentType: "text/html",
      ResponseContentDisposition: "inline",
      ResponseCacheControl: "a",
    };
    expect(await get("overridden", more)).toMatchObject({
      ContentType: "text/html",
      ContentDisposition: "inline",
      CacheControl: "a",
    });
  });

  test("keep non-ASCII metadata, encoded as in S3", async () => {
    const value = Buffer.from("Zürich").toString("latin1");
    await raw(server.url, "PUT", `/${Bucket}/umlaut`, { "x-amz-meta-city": value }, "x");
    const { headers } = await raw(server.url, "HEAD", `/${Bucket}/umlaut`);
    expect(headers["x-amz-meta-city"]).toBe(`=?UTF-8?B?${Buffer.from("Zürich").toString("base64")}?=`);
  });

  test("are copied with their own attributes or with new ones", async () => {
    await put("source", "copy me", { ContentType: "text/csv", Metadata: { a: "1" }, Tagging: "t=1" });
    const CopySource = `${Bucket}/source`;
    const { CopyObjectResult } = await server.client.send(
      new CopyObjectCommand({ Bucket, Key: "same", CopySource }),
    );
    expect(CopyObjectResult?.ETag).toBe(`"${createHash("md5").update("copy me").digest("hex")}"`);
    expect(await get("same")).toMatchObject({
      text: "copy me",
      ContentType: "text/csv",
      Metadata: { a: "1" },
      TagCount: 1,
    });
    await server.client.send(
      new CopyObjectCommand({
        Bucket,
        Key: "other",
        CopySource,
        MetadataDirective: "REPLACE",
        Metadata: { b: "2" },
        TaggingDirective: "REPLACE",
        Tagging: "u=1&v=2",
        ChecksumAlgorithm: "SHA256",
      }),
    );
    expect(await get("other", { ChecksumMode: "ENABLED" })).toMatchObject({
      ContentType: "binary/octet-stream",
      Metadata: { b: "2" },
      TagCount: 2,
      ChecksumSHA256: createHash("sha256").update("copy me").digest("base64"),
    });
    const itself = new CopyObjectCommand({ Bucket, Key: "source", CopySource });
    await expect(server.client.send(itself)).rejects.toMatchObject(s3Failure("InvalidRequest", 400));
    const nothing = new CopyObjectCommand({ Bucket, Key: "x", CopySource: `${Bucket}/none` });
    await expect(server.client.send(nothing)).rejects.toMatchObject(s3Failure("NoSuchKey", 404));
  });

  test("get new tags without a new version", async () => {
    const { ETag } = await put("tagged", "body", { Tagging: "old=1" });
    const before = await get("tagged");
    const Tagging = { TagSet: [{ Key: "new", Value: "2 + 2 = 4" }] };
    await server.client.send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging }));
    expect(await get("tagged")).toMatchObject({
      text: "body",
      ETag,
      LastModified: before.LastModified,
      TagCount: 1,
    });
  });

  test.each([
    [
      "with the same key",
      [
        { Key: "a", Value: "1" },
        { Key: "a", Value: "2" },
      ],
    ],
    ["beyond the limit of ten", Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: "" }))],
    ["with a character that tags may not have", [{ Key: "a,b", Value: "" }]],
    ["with a reserved prefix", [{ Key: "aws:x", Value: "" }]],
    ["with a value that is too long", [{ Key: "a", Value: "x".repeat(257) }]],
  ])("refuse tags %s", async (_, TagSet) => {
    await put("refuses", "x");
    const command = new PutObjectTaggingCommand({ Bucket, Key: "refuses", Tagging: { TagSet } });
    await expect(server.client.send(command)).rejects.toMatchObject(s3Failure("InvalidTag", 400));
  });

  test("return their attributes", async () => {
    await put("attributes", "12345");
    const ObjectAttributes = ["ETag", "ObjectSize", "Checksum", "StorageClass"] as const;
    const command = new GetObjectAttributesCommand({
      Bucket,
      Key: "attributes",
      ObjectAttributes: [...ObjectAttributes],
    });
    expect(await server.client.send(command)).toMatchObject({
      ETag: createHash("md5").update("12345").digest("hex"),
      ObjectSize: 5,
      Checksum: { ChecksumCRC32: "y/U6HA==" },
      StorageClass: "STANDARD",
    });
  });

  test("are refused if they need a feature that this server does not implement, and the error names the header", async () => {
    for (const header of ["x-amz-object-lock-mode", "x-amz-server-side-encryption-customer-algorithm"]) {
      const answer = await raw(server.url, "PUT", `/${Bucket}/refused`, { [header]: "x" }, "x");
      expect(answer.status).toBe(501);
      expect(answer.text).toContain(header);
    }
    const acl = await raw(server.url, "PUT", `/${Bucket}/refused`, { "x-amz-acl": "public-read" }, "x");
    expect(acl.text).toContain("<Code>AccessControlListNotSupported</Code>");
    const meta = await raw(
      server.url,
      "PUT",
      `/${Bucket}/refused`,
      { "x-amz-meta-a": "x".repeat(2048) },
      "x",
    );
    expect(meta.text).toContain("<Code>MetadataTooLarge</Code>");
    await expect(get("refused")).rejects.toMatchObject(s3Failure("NoSuchKey", 404));
  });
});

describe("listings", () => {
  test("are paged by a token or by the last key", async () => {
    const Bucket = await server.bucket("many");
    const keys = Array.from({ length: 25 }, (_, index) => `k/${String(index).padStart(2, "0")}`);
    await Promise.all(keys.map((key) => raw(server.url, "PUT", `/many/${key}`, {}, "x")));
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix: "k/", MaxKeys: 10, ContinuationToken });
      const page: ListObjectsV2CommandOutput = await server.client.send(command);
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      expect([page.KeyCount, page.IsTruncated]).toEqual(page.NextContinuationToken ? [10, true] : [5, false]);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(keys);
    const rolled = await server.client.send(
      new ListObjectsV2Command({ Bucket, Delimiter: "/", MaxKeys: 5000 }),
    );
    expect(rolled).toMatchObject({ CommonPrefixes: [{ Prefix: "k/" }], KeyCount: 1, MaxKeys: 1000 });
    const after = await server.client.send(new ListObjectsV2Command({ Bucket, StartAfter: "k/22" }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(["k/23", "k/24"]);
    const older = await server.client.send(new ListObjectsCommand({ Bucket, Marker: "k/23" }));
    expect(older.Contents?.map(({ Key, Owner }) => [Key, Owner?.ID?.length])).toEqual([["k/24", 64]]);
  });

  test("refuse invalid queries", async () => {
    for (const query of [
      "list-type=2&max-keys=x",
      "list-type=2&continuation-token=AAAA",
      "encoding-type=base64",
    ]) {
      const answer = await raw(server.url, "GET", `/${Bucket}?${query}`);
      expect(answer.text).toContain("<Code>InvalidArgument</Code>");
    }
  });
});
