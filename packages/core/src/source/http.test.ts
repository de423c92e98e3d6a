import { once } from "node:events";
import { createServer } from "node:http";
import { Agent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { SourceAnswerRefused, SourceBusy } from "../errors.ts";
import { download } from "./download.ts";
import { ask, type SourceClient } from "./http.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A source that sends this response to every request, and a client that records its pauses. */
async function openSource(status: number, headers: Record<string, string | string[]>) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.writeHead(status, headers).end("body");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const pauses: number[] = [];
  const dispatcher = new Agent();
  const client: SourceClient = {
    dispatcher: async () => dispatcher,
    contact: "test@example.com",
    remainingTime: () => Number.POSITIVE_INFINITY,
    stallLimit: 5_000,
    now: () => new Date(),
    sleep: async (milliseconds) => pauses.push(milliseconds),
  };
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: new URL(`http://127.0.0.1:${port}/pr.txt`), client, pauses, requests: () => requests };
}

describe("Retry-After", () => {
  test("is honored, at most three times", async () => {
    const { client, url, pauses } = await openSource(503, { "retry-after": "7" });
    await expect(ask(client, url, { accept: [200] })).rejects.toThrow(/in 7 s, for the 4th time/);
    expect(pauses).toEqual([7000, 7000, 7000]);
  });

  test.each(["2147484", "9999999", "99999999999999999999"])(
    "of %s s exceeds any timer, and is not honored",
    async (seconds) => {
      const { client, url, pauses, requests } = await openSource(503, { "retry-after": seconds });
      await expect(ask(client, url, { accept: [200] })).rejects.toThrow(SourceBusy);
      expect({ pauses, requests: requests() }).toEqual({ pauses: [], requests: 1 });
    },
  );
});

describe("headers", () => {
  test.each([["gzip"], [["gzip", "gzip"]], [["identity", "gzip"]]])(
    "with the Content-Encoding %j are refused",
    async (encoding) => {
      const { client, url } = await openSource(200, { "content-encoding": encoding });
      await expect(ask(client, url, { accept: [200] })).rejects.toThrow(SourceAnswerRefused);
    },
  );

  test("with two Content-Types keep both", async () => {
    const { client, url } = await openSource(200, { "content-type": ["text/html", "text/html"] });
    expect(await download(client, url)).toMatchObject({ contentType: "text/html, text/html" });
  });

  test("keep the beginning of a Content-Type that S3 would refuse", async () => {
    const { client, url } = await openSource(200, { "content-type": `text/plain; x=${"x".repeat(3000)}` });
    const { contentType } = await download(client, url).then((answer) => ({ contentType: "", ...answer }));
    expect(contentType).toMatch(/^text\/plain; x=x+$/);
    expect(contentType).toHaveLength(255);
  });

  test.each([
    ["a date", "Thu, 29 Jan 2026 13:30:00 GMT", "Thu, 29 Jan 2026 13:30:00 GMT"],
    ["a date in an old format", "Wednesday, 06-Nov-94 08:49:37 GMT", "Wednesday, 06-Nov-94 08:49:37 GMT"],
    ["a date and a 3 kB comment", `Thu, 29 Jan 2026 13:30:00 GMT (${"x".repeat(3000)})`, undefined],
    ["3 kB of garbage", "x".repeat(3000), undefined],
    ["a word", "yesterday", undefined],
  ])("keep Last-Modified only if it is a date: %s", async (_, sent, lastModified) => {
    const { client, url } = await openSource(200, { "last-modified": sent });
    expect(await download(client, url)).toMatchObject({ lastModified });
  });
});
