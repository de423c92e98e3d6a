import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startS3Server } from "./server.ts";
import { presignedQuery, raw, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;

beforeAll(async () => {
  server = await serveForTests();
  await server.bucket("hosted");
  await raw(server.url, "PUT", "/hosted/a/b", {}, "body");
});
afterAll(() => server.close());

describe("the server", () => {
  test("responds only to loopback names, and never to a request from a web page, signed or not", async () => {
    for (const host of ["localhost:9000", "127.0.0.1", "127.8.8.8:1", "[::1]:9000", "LOCALHOST"]) {
      expect((await raw(server.url, "GET", "/hosted/a/b", { host })).status).toBe(200);
    }
    for (const host of [
      "example.com",
      "localhost.example.com",
      "127.0.0.1.example.com",
      "192.168.0.1",
      "0.0.0.0",
    ]) {
      expect((await raw(server.url, "GET", "/hosted/a/b", { host })).status).toBe(403);
    }
    for (const path of ["/hosted/a/b", `/hosted/a/b?${presignedQuery()}`]) {
      const headers = { origin: "https://example.com", "access-control-request-method": "PUT" };
      for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"]) {
        const answer = await raw(server.url, method, path, headers);
        expect(answer.status).toBe(403);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
      expect((await raw(server.url, "GET", path, { "sec-fetch-site": "cross-site" })).status).toBe(403);
      expect((await raw(server.url, "GET", path, { "sec-fetch-site": "none" })).text).toBe("body");
    }
  });

  test("accepts a bucket in the path or in the host", async () => {
    expect((await raw(server.url, "GET", "/hosted/a/b")).text).toBe("body");
    expect((await raw(server.url, "GET", "/a/b", { host: "hosted.localhost:9000" })).text).toBe("body");
    const list = await raw(server.url, "GET", "/?list-type=2", { host: "hosted.localhost" });
    expect(list.text).toContain("<Key>a/b</Key>");
  });

  test("returns errors as S3 does", async () => {
    const answer = await raw(server.url, "GET", "/hosted/none");
    expect([answer.status, answer.headers["content-type"]]).toEqual([404, "application/xml"]);
    expect(answer.text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>.*<\/Message><Key>none<\/Key>.*<RequestId>[0-9A-F]{16}<\/RequestId><HostId>.*<\/HostId><\/Error>$/,
    );
    const head = await raw(server.url, "HEAD", "/hosted/none");
    expect([head.status, head.text]).toEqual([404, ""]);
  });

  test.each([
    ["GET", "/hosted?cors", 501],
    ["PUT", "/hosted?website", 501],
    ["DELETE", "/hosted?replication", 501],
    ["GET", "/hosted/a/b?torrent", 501],
    ["POST", "/hosted/a/b?restore", 501],
    ["POST", "/hosted", 501],
    ["PUT", "/hosted/a/b?acl", 501],
    ["PATCH", "/hosted/a/b", 405],
    ["DELETE", "/", 405],
    ["DELETE", "/hosted?versioning", 405],
    ["DELETE", "/hosted?notification", 405],
  ])("does not mistake %s %s for another operation", async (method, path, status) => {
    const answer = await raw(server.url, method, path);
    expect(answer.status).toBe(status);
    expect((await raw(server.url, "GET", "/hosted/a/b")).text).toBe("body");
  });

  test("is the only owner of its folder, and releases the folder when it stops or fails to start", async () => {
    await expect(startS3Server({ dir: server.dir })).rejects.toThrow(
      `${server.dir} is in use by process ${process.pid}`,
    );
    const dir = await mkdtemp(join(tmpdir(), "quest-s3-"));
    const first = await startS3Server({ dir });
    const { port } = new URL(first.url);
    const taken = startS3Server({ dir: `${dir}-other`, port: Number(port) });
    await expect(taken).rejects.toThrow("EADDRINUSE");
    await first.close();
    await (await startS3Server({ dir })).close();
    await (await startS3Server({ dir: `${dir}-other` })).close();
    await rm(dir, { recursive: true });
    await rm(`${dir}-other`, { recursive: true });
  });
});
