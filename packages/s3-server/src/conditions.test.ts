import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import zlib from "node:zlib";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raw, SIGNATURE, s3Failure, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;
/** The requests that have started: operation and key. */
const begun: string[] = [];
const Bucket = "conditions";
const [precondition, conflict] = [
  s3Failure("PreconditionFailed", 412),
  s3Failure("ConditionalRequestConflict", 409),
];

beforeAll(async () => {
  server = await serveForTests({
    intercept: ({ operation, key }) => {
      begun.push(`${operation} ${key}`);
      return undefined;
    },
  });
  await server.bucket(Bucket, "Enabled");
  await server.bucket("plain");
});
afterAll(() => server.close());

async function put(Key: string, Body: string, more: object = {}): Promise<string> {
  const { ETag } = await server.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  return ETag ?? "";
}

async function read(Key: string, more: object = {}): Promise<string> {
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return (await Body?.transformToString()) ?? "";
}

/**
 * Starts a multipart upload of one part in a bucket. The returned function completes the upload with
 * conditions.
 */
async function upload(name: string, Key: string) {
  const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket: name, Key }));
  const part = { Bucket: name, Key, UploadId, PartNumber: 1, Body: "part" };
  const { ETag, ChecksumCRC32 } = await server.client.send(new UploadPartCommand(part));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
  return (more: object = {}) =>
    server.client.send(
      new CompleteMultipartUploadCommand({ Bucket: name, Key, UploadId, MultipartUpload, ...more }),
    );
}

describe("conditional reads", () => {
  test("check the entity tag first, and then the time", async () => {
    const IfMatch = await put("read", "x");
    const { LastModified } = await server.client.send(new HeadObjectCommand({ Bucket, Key: "read" }));
    const modified = LastModified?.getTime() ?? 0;
    const [earlier, later] = [new Date(modified - 5000), new Date(modified + 5000)];
    const notModified = { $metadata: { httpStatusCode: 304 } };
    expect(await read("read", { IfMatch, IfUnmodifiedSince: earlier })).toBe("x");
    expect(await read("read", { IfNoneMatch: '"other"', IfModifiedSince: later })).toBe("x");
    expect(await read("read", { IfModifiedSince: earlier })).toBe("x");
    expect(await read("read", { IfUnmodifiedSince: LastModified })).toBe("x");
    await expect(read("read", { IfMatch: '"other"' })).rejects.toMatchObject(precondition);
    await expect(read("read", { IfUnmodifiedSince: earlier })).rejects.toMatchObject(precondition);
    await expect(read("read", { IfNoneMatch: IfMatch })).rejects.toMatchObject(notModified);
    await expect(read("read", { IfModifiedSince: LastModified })).rejects.toMatchObject(notModified);
    const same = await raw(server.url, "GET", `/${Bucket}/read`, { "if-none-match": IfMatch });
    expect([same.status, same.text, same.headers.etag]).toEqual([304, "", IfMatch]);
  });

  test("return a range only if If-Range matches the object", async () => {
    const etag = await put("if-range", "0123456789");
    const range = { range: "bytes=0-1" };
    const same = await raw(server.url, "GET", `/${Bucket}/if-range`, { ...range, "if-range": etag });
    const other = await raw(server.url, "GET", `/${Bucket}/if-range`, { ...range, "if-range": '"other"' });
    expect([same.status, same.text, other.status, other.text]).toEqual([206, "01", 200, "0123456789"]);
  });

  test("apply to the source of a copy", async () => {
    const etag = await put("source", "x");
    const copy = { Bucket, Key: "copied", CopySource: `${Bucket}/source` };
    const other = new CopyObjectCommand({ ...copy, CopySourceIfMatch: '"other"' });
    await expect(server.client.send(other)).rejects.toMatchObject(precondition);
    const same = new CopyObjectCommand({ ...copy, CopySourceIfNoneMatch: etag });
    await expect(server.client.send(same)).rejects.toMatchObject(precondition);
    const future = new CopyObjectCommand({
      ...copy,
      CopySourceIfModifiedSince: new Date(Date.now() + 60_000),
    });
    expect((await server.client.send(future)).$metadata.httpStatusCode).toBe(200);
  });
});

describe("conditional writes", () => {
  test("with If-None-Match succeed only if there is no object", async () => {
    await put("new", "one", { IfNoneMatch: "*" });
    await expect(put("new", "two", { IfNoneMatch: "*" })).rejects.toMatchObject(precondition);
    expect(await read("new")).toBe("one");
    await server.client.send(new DeleteObjectCommand({ Bucket, Key: "new" }));
    await put("new", "three", { IfNoneMatch: "*" });
    expect(await read("new")).toBe("three");
  });

  test("with If-Match succeed only if the object's entity tag matches", async () => {
    const etag = await put("match", "one");
    await expect(put("match", "two", { IfMatch: '"other"' })).rejects.toMatchObject(precondition);
    await put("match", "two", { IfMatch: etag });
    await expect(put("match", "three", { IfMatch: etag })).rejects.toMatchObject(precondition);
    expect(await read("match")).toBe("two");
    await server.client.send(new DeleteObjectCommand({ Bucket, Key: "match" }));
    await expect(put("match", "x", { IfMatch: etag })).rejects.toMatchObject(s3Failure("NoSuchKey", 404));
    await expect(put("never", "x", { IfMatch: etag })).rejects.toMatchObject(s3Failure("NoSuchKey", 404));
  });

  test.each([
    ["If-Match for any object", { IfMatch: "*" }],
    ["If-None-Match for one entity tag", { IfNoneMatch: '"abc"' }],
    ["both headers", { IfMatch: '"abc"', IfNoneMatch: "*" }],
  ])("with %s are refused, as in S3", async (_, more) => {
    await expect(put("refused", "x", more)).rejects.toMatchObject(s3Failure("NotImplemented", 501));
  });

  test("in a race create one object, and all writes but one fail with 409 or 412", async () => {
    const writers = Array.from({ length: 8 }, (_, index) =>
      put("race", `writer ${index}`, { IfNoneMatch: "*" }),
    );
    const ends = await Promise.allSettled(writers);
    const won = ends.flatMap((end, index) => (end.status === "fulfilled" ? [index] : []));
    const lost = ends.flatMap((end) =>
      end.status === "rejected" ? [end.reason.$metadata.httpStatusCode] : [],
    );
    expect(won).toHaveLength(1);
    expect(lost.every((status) => status === 409 || status === 412)).toBe(true);
    expect(await read("race")).toBe(`writer ${won[0]}`);
  });

  test("conflict if another write overtakes them while the body is in transit", async () => {
    const etag = await put("overtaken", "one");
    const body = Buffer.alloc(100_000, "slow");
    const headers = { ...SIGNATURE, "content-length": body.length, "if-match": etag };
    const slow = request(server.url, { method: "PUT", path: `/${Bucket}/overtaken`, headers });
    const answered = once(slow, "response");
    begun.length = 0;
    slow.write(body.subarray(0, 50_000));
    await expect.poll(() => begun).toEqual(["PutObject overtaken"]);
    await put("overtaken", "two", { IfMatch: etag });
    slow.end(body.subarray(50_000));
    const [answer]: IncomingMessage[] = await answered;
    expect(answer?.resume().statusCode).toBe(409);
    expect(await read("overtaken")).toBe("two");
  });

  test("of multipart uploads consider changes since the upload started", async () => {
    const first = await upload("plain", "parts");
    await first({ IfNoneMatch: "*" });
    const beside = await upload("plain", "parts");
    await expect(beside({ IfNoneMatch: "*" })).rejects.toMatchObject(precondition);
    await server.client.send(new DeleteObjectCommand({ Bucket: "plain", Key: "parts" }));
    await expect(beside({ IfNoneMatch: "*" })).rejects.toMatchObject(conflict);
    const again = await upload("plain", "parts");
    const { ETag } = await again({ IfNoneMatch: "*" });

    const onto = await upload("plain", "parts");
    await expect(onto({ IfMatch: '"other"' })).rejects.toMatchObject(precondition);
    await onto({ IfMatch: ETag });
    const late = await upload("plain", "parts");
    const put = { Bucket: "plain", Key: "parts", Body: "in between" };
    const between = await server.client.send(new PutObjectCommand(put));
    await expect(late({ IfMatch: between.ETag })).rejects.toMatchObject(conflict);
    await server.client.send(new DeleteObjectCommand({ Bucket: "plain", Key: "parts" }));
    await expect(late({ IfMatch: between.ETag })).rejects.toMatchObject(s3Failure("NoSuchKey", 404));
  });
});

describe("conditional deletes", () => {
  test("remove an object only if its entity tag matches", async () => {
    const etag = await put("delete", "one");
    const remove = (IfMatch: string) =>
      server.client.send(new DeleteObjectCommand({ Bucket, Key: "delete", IfMatch }));
    await expect(remove('"other"')).rejects.toMatchObject(precondition);
    expect(await read("delete")).toBe("one");
    expect((await remove(etag)).DeleteMarker).toBe(true);
    await expect(remove(etag)).rejects.toMatchObject(s3Failure("NoSuchKey", 404));
  });

  test("have separate results in a batch", async () => {
    const ETag = await put("batch", "one");
    const Objects = [
      { Key: "batch", ETag: '"other"' },
      { Key: "batch", ETag },
    ];
    const answer = await server.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Errors).toMatchObject([{ Key: "batch", Code: "PreconditionFailed" }]);
    expect(answer.Deleted).toMatchObject([{ Key: "batch", DeleteMarker: true }]);
  });

  test("with conditions that S3 supports only for directory buckets are refused, and nothing is deleted", async () => {
    await put("conditional", "content");
    const size = "content".length;
    for (const condition of [
      `<Size>999</Size>`,
      `<Size>${size}</Size>`,
      "<LastModifiedTime>x</LastModifiedTime>",
    ]) {
      const answer = await batch(`<Object><Key>conditional</Key>${condition}</Object>`);
      expect(answer.text).toMatch(/<Error><Key>conditional<\/Key><Code>NotImplemented<\/Code>/);
    }
    const unknown = await batch("<Object><Key>conditional</Key><IfUnread>true</IfUnread></Object>");
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining("MalformedXML")]);
    for (const name of ["x-amz-if-match-size", "x-amz-if-match-last-modified-time"])
      expect((await raw(server.url, "DELETE", `/${Bucket}/conditional`, { [name]: "1" })).status).toBe(501);
    expect(await read("conditional")).toBe("content");
  });

  test("with DeleteObjects require a checksum of the document", async () => {
    await put("unchecked", "content");
    const document = "<Delete><Object><Key>unchecked</Key></Object></Delete>";
    const answer = await raw(server.url, "POST", `/${Bucket}?delete`, {}, document);
    expect([answer.status, answer.text]).toEqual([
      400,
      expect.stringContaining("Content-MD5 OR x-amz-checksum-*"),
    ]);
    const wrong = { "content-md5": createHash("md5").update("other").digest("base64") };
    expect((await raw(server.url, "POST", `/${Bucket}?delete`, wrong, document)).text).toContain("BadDigest");
    expect(await read("unchecked")).toBe("content");
    const crc = { "x-amz-checksum-crc32": crc32(document) };
    expect((await raw(server.url, "POST", `/${Bucket}?delete`, crc, document)).text).toContain("<Deleted>");
  });

  test("of multipart uploads are refused, because S3 supports them only for directory buckets", async () => {
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket, Key: "kept" }));
    const path = `/${Bucket}/kept?uploadId=${UploadId}`;
    const headers = { "x-amz-if-match-initiated-time": "Thu, 01 Jan 2026 00:00:00 GMT" };
    expect((await raw(server.url, "DELETE", path, headers)).status).toBe(501);
    expect((await raw(server.url, "GET", path)).status).toBe(200);
  });
});

/** Sends DeleteObjects with a document that no SDK would write. */
function batch(objects: string) {
  const document = `<Delete>${objects}</Delete>`;
  const md5 = createHash("md5").update(document).digest("base64");
  return raw(server.url, "POST", `/${Bucket}?delete`, { "content-md5": md5 }, document);
}

function crc32(text: string): string {
  return Buffer.from(zlib.crc32(text).toString(16).padStart(8, "0"), "hex").toString("base64");
}
