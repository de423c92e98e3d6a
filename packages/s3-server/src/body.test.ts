import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ALGORITHMS, digester } from "./checksums.ts";
import { raw, SIGNATURE, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;
const Bucket = "bodies";
const BODY = Buffer.from("the body of an object");

beforeAll(async () => {
  server = await serveForTests();
  await server.bucket(Bucket);
});
afterAll(() => server.close());
// However a request ended, no partial file remains.
afterEach(() => expect.poll(() => readdirSync(join(server.dir, "tmp"))).toEqual([]));

function put(key: string, headers: Record<string, string>, body: string | Buffer = BODY) {
  return raw(server.url, "PUT", `/${Bucket}/${key}`, headers, body);
}

function code(text: string): string | undefined {
  return /<Code>(.*)<\/Code>/.exec(text)?.[1];
}

async function stored(key: string): Promise<string> {
  return (await raw(server.url, "GET", `/${Bucket}/${key}`)).text;
}

/** The body in aws-chunked encoding, as the SDKs send it, with a checksum in the trailer. */
function framed(trailer: string): string {
  return `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n${trailer}\r\n\r\n`;
}

const CRC32 = Buffer.from(crc32(BODY).toString(16).padStart(8, "0"), "hex").toString("base64");
const WRONG_CRC32 = "AAAAAA==";

describe("a body", () => {
  test.each(ALGORITHMS)("is checked with its %s checksum", async (algorithm) => {
    const whole = digester([algorithm]);
    whole.update(BODY);
    const value = (await whole.digests()).checksum(algorithm);
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const right = await put(algorithm, { [name]: value });
    expect([right.status, right.headers[name], right.headers["x-amz-checksum-type"]]).toEqual([
      200,
      value,
      "FULL_OBJECT",
    ]);
    const wrong = await put(algorithm, { [name]: value }, "a different body");
    expect([wrong.status, code(wrong.text)]).toEqual([400, "BadDigest"]);
    expect(await stored(algorithm)).toBe(BODY.toString());
  });

  test.each([
    ["a wrong Content-MD5", { "content-md5": createHash("md5").update("x").digest("base64") }, "BadDigest"],
    ["a malformed Content-MD5", { "content-md5": "short" }, "InvalidDigest"],
    ["a malformed checksum", { "x-amz-checksum-crc32": "short" }, "InvalidRequest"],
    ["two checksums", { "x-amz-checksum-crc32": CRC32, "x-amz-checksum-sha1": "x" }, "InvalidRequest"],
    [
      "a checksum algorithm other than the announced one",
      { "x-amz-checksum-crc32": CRC32, "x-amz-sdk-checksum-algorithm": "SHA1" },
      "InvalidRequest",
    ],
    [
      "a wrong hash in x-amz-content-sha256",
      { "x-amz-content-sha256": "0".repeat(64) },
      "XAmzContentSHA256Mismatch",
    ],
    ["a length beyond 5 GiB", { "content-length": "5368709121", connection: "close" }, "EntityTooLarge"],
    ["no length", { "transfer-encoding": "chunked" }, "MissingContentLength"],
  ])("with %s is refused", async (_, headers: Record<string, string>, expected) => {
    const answer = await put("refused", headers);
    expect(code(answer.text)).toBe(expected);
    expect(await stored("refused")).toContain("NoSuchKey");
  });

  test("with correct hashes is accepted", async () => {
    const answer = await put("right", {
      "content-md5": createHash("md5").update(BODY).digest("base64"),
      "x-amz-content-sha256": createHash("sha256").update(BODY).digest("hex"),
    });
    expect(answer.status).toBe(200);
    expect(await stored("right")).toBe(BODY.toString());
  });

  test("is decoded and checked against its trailer", async () => {
    const headers = {
      "content-encoding": "aws-chunked,gzip",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": String(BODY.length),
      "x-amz-trailer": "x-amz-checksum-crc32",
    };
    expect((await put("framed", headers, framed(`x-amz-checksum-crc32:${CRC32}`))).status).toBe(200);
    const got = await raw(server.url, "GET", `/${Bucket}/framed`);
    expect([got.text, got.headers["content-encoding"]]).toEqual([BODY.toString(), "gzip"]);
    const wrong = await put("framed", headers, framed(`x-amz-checksum-crc32:${WRONG_CRC32}`));
    expect(code(wrong.text)).toBe("BadDigest");
    const missing = await put("framed", headers, framed("x-amz-other:1"));
    expect(code(missing.text)).toBe("InvalidRequest");
    const long = { ...headers, "x-amz-decoded-content-length": String(BODY.length + 1) };
    expect(code((await put("framed", long, framed(`x-amz-checksum-crc32:${CRC32}`))).text)).toBe(
      "IncompleteBody",
    );
    const short = { ...headers, "x-amz-decoded-content-length": String(BODY.length - 1) };
    expect(code((await put("framed", short, framed(`x-amz-checksum-crc32:${CRC32}`))).text)).toBe(
      "IncompleteBody",
    );
    expect(await stored("framed")).toBe(BODY.toString());
  });

  test("is decoded from a signed stream", async () => {
    const signature = `;chunk-signature=${"0".repeat(64)}`;
    const body = `${BODY.length.toString(16)}${signature}\r\n${BODY}\r\n0${signature}\r\n\r\n`;
    const headers = {
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "x-amz-decoded-content-length": String(BODY.length),
    };
    expect((await put("signed", headers, body)).status).toBe(200);
    expect(await stored("signed")).toBe(BODY.toString());
  });

  test("is streamed by client-s3 with its default settings", async () => {
    const size = 3_000_000;
    function* chunks() {
      for (let at = 0; at < size; at += 50_000) yield Buffer.alloc(50_000, String(at));
    }
    const Body = Readable.from(chunks());
    await server.client.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: size }));
    const got = await server.client.send(new GetObjectCommand({ Bucket, Key: "stream" }));
    expect(got.ChecksumCRC32).toBeDefined();
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([...chunks()]))).toBe(true);
  });

  test("that ends early leaves the existing object unchanged", async () => {
    await put("aborted", {}, "the old object");
    const before = server.records.length;
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /${Bucket}/aborted HTTP/1.1\r\nhost: localhost\r\nauthorization: ${SIGNATURE.authorization}\r\ncontent-length: 1000\r\n\r\nonly this much`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await expect.poll(() => server.records.length).toBe(before + 1);
    expect(server.records.at(-1)).toMatchObject({ operation: "PutObject", errorCode: "IncompleteBody" });
    expect(await stored("aborted")).toBe("the old object");
  });

  test("is read to the end when the request is refused, and the connection stays usable", async () => {
    const body = Buffer.alloc(1_000_000);
    const refused = await raw(server.url, "PUT", "/no-such-bucket/key", {}, body);
    expect([refused.status, code(refused.text)]).toEqual([404, "NoSuchBucket"]);
  });
});
