import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { SourceUnavailable } from "../errors.ts";
import { download } from "./download.ts";
import type { TakeChunk } from "./http.ts";

const BODY = Buffer.alloc(300_000, "a line of data\r\n");
const CUT = 200_000;
const OLD = "Thu, 29 Jan 2026 13:30:00 GMT";
const NOW = "Thu, 03 Sep 2026 12:30:30 GMT";

const dispatcher = new Agent();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/**
 * Downloads from a server whose first response is cut off and whose second response comes from `rest`. Returns
 * the second request's headers, and everything that was passed to `take`.
 */
async function downloadTwice(
  headers: Record<string, string>,
  rest: (response: ServerResponse) => void,
  take: (chunk: Buffer, cancel: () => void) => ReturnType<TakeChunk> = () => undefined,
): Promise<{ asked: IncomingMessage["headers"] | undefined; read: Promise<Buffer> }> {
  const requests: IncomingMessage["headers"][] = [];
  const server = createServer({ sendDate: false } as object, (request, response) => {
    requests.push(request.headers);
    if (requests.length > 1) return rest(response);
    response.sendDate = false;
    response.writeHead(200, headers);
    response.write(BODY.subarray(0, CUT), () => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = {
    dispatcher: async () => dispatcher,
    contact: "test@example.com",
    remainingTime: () => 60_000,
    stallLimit: 5_000,
    now: () => new Date(),
    sleep: async () => undefined,
  };
  const answer = await download(client, new URL(`http://127.0.0.1:${port}/pr.txt`));
  const read = (async () => {
    if ("notModified" in answer) throw new Error("304");
    const chunks: Buffer[] = [];
    await answer.read((chunk) => {
      chunks.push(chunk);
      return take(chunk, answer.cancel);
    });
    return Buffer.concat(chunks);
  })();
  await read.catch(() => undefined);
  return { asked: requests[1], read };
}

function theRest(headers: Record<string, string>) {
  return (response: ServerResponse) =>
    response
      .writeHead(206, {
        "content-range": `bytes ${CUT}-${BODY.length - 1}/${BODY.length}`,
        "content-length": String(BODY.length - CUT),
        ...headers,
      })
      .end(BODY.subarray(CUT));
}
const length = { "content-length": String(BODY.length) };

describe("a download that is cut off", () => {
  test.each([
    ["its ETag", { etag: '"1:0"' }, '"1:0"'],
    ["its Last-Modified of more than a minute ago", { "last-modified": OLD, date: NOW }, OLD],
  ])("resumes if the file still has %s", async (_, headers, validator) => {
    const { asked, read } = await downloadTwice({ ...length, ...headers }, theRest(headers));
    expect((await read).equals(BODY)).toBe(true);
    expect(asked).toMatchObject({ range: `bytes=${CUT}-`, "if-range": validator });
  });

  test.each([
    ["nothing", {}],
    ["a weak ETag", { etag: 'W/"1:0"' }],
    ["a Last-Modified without a Date", { "last-modified": OLD }],
    ["a Last-Modified of this minute", { "last-modified": "Thu, 03 Sep 2026 12:30:00 GMT", date: NOW }],
  ])("fails if the version is identified by %s", async (_, headers) => {
    const { asked, read } = await downloadTwice({ ...length, ...headers }, theRest(headers));
    await expect(read).rejects.toThrow(SourceUnavailable);
    expect(asked).toBeUndefined();
  });

  test.each([
    ["has a different ETag", { etag: '"2:0"' }],
    ["no longer has an ETag", {}],
    ["is a different range", { etag: '"1:0"', "content-range": "bytes 0-99999/300000" }],
    ["is from a file of a different size", { etag: '"1:0"', "content-range": "bytes 200000-299999/300001" }],
  ])("fails if the rest %s", async (_, headers) => {
    const { read } = await downloadTwice({ ...length, etag: '"1:0"' }, theRest(headers));
    await expect(read).rejects.toThrow(/another version|the rest could not be fetched/);
  });

  test("fails if the rest is longer than it should be", async () => {
    const { read } = await downloadTwice({ ...length, etag: '"1:0"' }, (response) =>
      response
        .writeHead(206, {
          etag: '"1:0"',
          "content-range": `bytes ${CUT}-${BODY.length - 1}/${BODY.length}`,
          "content-length": String(BODY.length - CUT + 1),
        })
        .end(Buffer.concat([BODY.subarray(CUT), Buffer.from("x")])),
    );
    await expect(read).rejects.toThrow("announced 300000 bytes and sent more");
  });

  test("fails if the whole file comes instead of the rest", async () => {
    const { read } = await downloadTwice({ ...length, etag: '"1:0"' }, (response) =>
      response.writeHead(200, { ...length, etag: '"1:0"' }).end(BODY),
    );
    await expect(read).rejects.toThrow("status 200");
  });

  test("fails if its length was never announced", async () => {
    const { asked, read } = await downloadTwice({ etag: '"1:0"' }, theRest({ etag: '"1:0"' }));
    await expect(read).rejects.toThrow(SourceUnavailable);
    expect(asked).toBeUndefined();
  });
});

describe("the consumer of a download's chunks", () => {
  const etag = { etag: '"1:0"' };

  test("gets each chunk only after it has finished the previous one, even if the body is cut off in the meantime", async () => {
    let atOnce = 0;
    let most = 0;
    // Bytes that had arrived but were not yet taken when the body was cut off are requested again.
    const asAsked = (response: ServerResponse) => {
      const from = Number(/\d+/.exec(response.req.headers.range ?? "")?.[0]);
      const range = `bytes ${from}-${BODY.length - 1}/${BODY.length}`;
      response.writeHead(206, { "content-range": range, ...etag }).end(BODY.subarray(from));
    };
    const { read } = await downloadTwice({ ...length, ...etag }, asAsked, async () => {
      most = Math.max(most, ++atOnce);
      await sleep(20);
      atOnce--;
    });
    expect((await read).equals(BODY)).toBe(true);
    expect([most, atOnce]).toEqual([1, 0]);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no room");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no room"))],
  ])("ends the download if it %s", async (_, take) => {
    let taken = 0;
    const { asked, read } = await downloadTwice({ ...length, ...etag }, theRest(etag), () => {
      taken++;
      return take();
    });
    await expect(read).rejects.toThrow(/^no room$/);
    expect([taken, asked]).toEqual([1, undefined]);
  });

  test("can cancel the download, and then the rest is not requested", async () => {
    const { asked, read } = await downloadTwice({ ...length, ...etag }, theRest(etag), async (_, cancel) => {
      cancel();
    });
    await expect(read).rejects.toThrow(SourceUnavailable);
    expect(asked).toBeUndefined();
  });
});
