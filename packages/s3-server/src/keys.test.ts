import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareKeys } from "./store/key-index.ts";
import { raw, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;

beforeAll(async () => {
  server = await serveForTests();
});
afterAll(() => server.close());

/** Keys that would cause trouble in paths, URLs, XML, or headers. */
const ODD_KEYS = [
  "../../../etc/passwd",
  "..",
  ".",
  "a/../b",
  "a//b",
  "a/",
  "a",
  "A",
  "/leading",
  "trailing/",
  "CON",
  "space and+plus",
  "percent%41%2F%",
  "query?and#hash&amp;=",
  "quotes'\"<>",
  "back\\slash",
  "new\nline\r\ttab",
  "control\u0001\u007f",
  "nul\u0000",
  "ümlaut-é-😀-\uffee",
  "e\u0301 and é",
  "bucket.json",
  "x".repeat(1024),
  "😀".repeat(256),
  "__proto__",
];

async function write(Bucket: string, keys: string[]): Promise<void> {
  await Promise.all(
    keys.map((Key) => server.client.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }))),
  );
}

async function read(Bucket: string, Key: string): Promise<string | undefined> {
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

async function list(Bucket: string): Promise<string[]> {
  const { Contents } = await server.client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
  return (Contents ?? []).map(({ Key }) => decodeURIComponent((Key ?? "").replaceAll("+", "%20")));
}

describe("keys", () => {
  test("of any kind are stored separately, listed in order, and never become paths", async () => {
    const bucket = await server.bucket("odd");
    await write(bucket, ODD_KEYS);
    await server.restart();
    const sorted = [...ODD_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await list(bucket)).toEqual(sorted);
    for (const key of ODD_KEYS) expect(await read(bucket, key)).toBe(`body of ${key}`);
    const folder = join(server.dir, "buckets", bucket);
    const names = readdirSync(folder, { recursive: true }).map(String);
    expect(readdirSync(folder).sort()).toEqual(["bodies", "bucket.json", "parts", "uploads", "versions"]);
    expect(
      names.filter(
        (name) => !/^(bucket\.json|(bodies|parts|uploads|versions)(\/[0-9a-f]{14}(\.json)?)?)$/.test(name),
      ),
    ).toEqual([]);
    const source = encodeURIComponent(`${bucket}/../../../etc/passwd`);
    await server.client.send(new CopyObjectCommand({ Bucket: bucket, Key: "copied", CopySource: source }));
    expect(await read(bucket, "copied")).toBe("body of ../../../etc/passwd");
    // XML 1.0 cannot represent the key with NUL, so DeleteObjects cannot delete it.
    const Objects = [...ODD_KEYS, "copied"].filter((key) => !key.includes("\0")).map((Key) => ({ Key }));
    const answer = await server.client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }),
    );
    expect(answer.Errors).toBeUndefined();
    expect(await list(bucket)).toEqual(["nul\u0000"]);
  });

  test("with any characters are returned unchanged", async () => {
    const bucket = await server.bucket("any");
    const unit = fc.oneof(
      fc.constantFrom("/", ".", "..", "%", "+", " ", "&", "é", "😀", "\\", "?", "#", "A", "a"),
      fc.string({ minLength: 1, maxLength: 1 }),
    );
    const key = fc.string({ unit, minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 8 }), async (keys) => {
        await write(bucket, keys);
        const listed = await list(bucket);
        expect(listed).toEqual([...keys].sort(compareKeys));
        for (const each of keys) expect(await read(bucket, each)).toBe(`body of ${each}`);
        const Objects = keys.map((Key) => ({ Key }));
        await server.client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
        expect(await list(bucket)).toEqual([]);
      }),
      { seed: 1, numRuns: process.env.QUEST_LONG ? 300 : 10 },
    );
  });

  test("are valid UTF-8 of at most 1024 bytes", async () => {
    await server.bucket("limits");
    const invalid = await raw(server.url, "PUT", "/limits/%ff%fe", {}, "x");
    expect([invalid.status, invalid.text]).toEqual([400, expect.stringContaining("<Code>InvalidURI</Code>")]);
    const long = await raw(server.url, "PUT", `/limits/${"x".repeat(1025)}`, {}, "x");
    expect([long.status, long.text]).toEqual([400, expect.stringContaining("<Code>KeyTooLongError</Code>")]);
    expect(await list("limits")).toEqual([]);
  });
});
