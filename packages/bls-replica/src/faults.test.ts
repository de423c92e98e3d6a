import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Agent, type Dispatcher, errors, request } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Fault, FaultRule } from "./faults.ts";
import { publishFile } from "./publish.ts";
import { type Replica, startReplica } from "./server.ts";

const MODIFIED = new Date("2026-09-03T12:30:15Z");
const BODY = "0123456789".repeat(100);
const AGENT = { "user-agent": "test (someone@example.com)" };

let dir: string;
let replica: Replica;
let dispatcher: Agent;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "replica-faults-"));
  replica = await startReplica({ dir });
});

beforeEach(async () => {
  dispatcher = new Agent();
  for (const name of ["pr.class", "pr.data.0.Current", "pr.series"]) {
    await publishFile(join(dir, "pr", name), BODY, MODIFIED);
  }
});

afterEach(() => dispatcher.destroy());

afterAll(async () => {
  await replica.close();
  await rm(dir, { recursive: true });
});

type Answer = {
  status: number;
  headers: Dispatcher.ResponseData["headers"];
  body: string;
  /** The code of the error that ended the body early, if any. */
  broken?: string | undefined;
};

async function ask(
  path = "pr/pr.class",
  headers: Record<string, string> = {},
  method: "GET" | "HEAD" = "GET",
): Promise<Answer> {
  const url = path.startsWith("/") ? replica.url + path : replica.timeSeries + path;
  const answer = await request(url, {
    method,
    headers: { ...AGENT, ...headers },
    dispatcher,
    bodyTimeout: 300,
  });
  const chunks: Buffer[] = [];
  let broken: string | undefined;
  try {
    for await (const chunk of answer.body) chunks.push(chunk);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    broken = String(error.code);
  }
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: Buffer.concat(chunks).toString("latin1"),
    broken,
  };
}

function inject(fault: Fault, rule: Partial<FaultRule> = {}): void {
  replica.setFaults([{ match: "file", fault, ...rule }]);
}

async function statuses(paths: string[]): Promise<number[]> {
  const seen: number[] = [];
  for (const path of paths) seen.push((await ask(path)).status);
  return seen;
}

test("without rules, there are no faults", async () => {
  replica.setFaults([]);
  expect(await ask()).toMatchObject({ status: 200, body: BODY, broken: undefined });
});

test("status: with Retry-After in seconds or as a date, with a page", async () => {
  inject({ kind: "status", status: 503, retryAfter: 7, body: "<html>busy</html>" });
  expect(await ask()).toMatchObject({
    status: 503,
    body: "<html>busy</html>",
    headers: { "retry-after": "7" },
  });
  inject({ kind: "status", status: 429, retryAfter: MODIFIED });
  expect(await ask()).toMatchObject({
    status: 429,
    headers: { "retry-after": "Thu, 03 Sep 2026 12:30:15 GMT" },
  });
  inject({ kind: "status", status: 500 });
  expect((await ask()).headers).not.toHaveProperty("retry-after");
});

test("cut: the body ends before its Content-Length", async () => {
  inject({ kind: "cut", afterBytes: 10 });
  const answer = await ask();
  expect(answer).toMatchObject({ status: 200, body: BODY.slice(0, 10), broken: "UND_ERR_SOCKET" });
  expect(answer.headers["content-length"]).toBe(String(BODY.length));
  expect(replica.requests.at(-1)).toMatchObject({ bytes: 10, complete: false });
  expect(await ask("pr/pr.class", { range: "bytes=5-" })).toMatchObject({
    status: 206,
    body: BODY.slice(5, 15),
  });
});

test("reset: before the response, or in the middle of the body", async () => {
  inject({ kind: "reset" });
  await expect(ask()).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(replica.requests.at(-1)).toMatchObject({ status: 0, bytes: 0, complete: false });
  inject({ kind: "reset", afterBytes: 10 });
  expect(await ask()).toMatchObject({
    status: 200,
    broken: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/),
  });
});

test("stall: before the response, or in the middle of the body, until the client disconnects", async () => {
  inject({ kind: "stall" });
  await expect(
    request(`${replica.timeSeries}pr/pr.class`, { headers: AGENT, dispatcher, headersTimeout: 300 }),
  ).rejects.toThrow(errors.HeadersTimeoutError);
  inject({ kind: "stall", afterBytes: 10 });
  expect(await ask()).toMatchObject({ status: 200, body: BODY.slice(0, 10), broken: "UND_ERR_BODY_TIMEOUT" });
});

test("short: the file appears shorter in GET, HEAD, and ranges, and nowhere else", async () => {
  inject({ kind: "short", bytes: 400 });
  expect(await ask()).toMatchObject({ status: 200, body: BODY.slice(0, 400), broken: undefined });
  for (const method of ["GET", "HEAD"] as const) {
    expect((await ask("pr/pr.class", {}, method)).headers["content-length"]).toBe("400");
  }
  expect((await ask("pr/pr.class", { range: "bytes=390-" })).headers["content-range"]).toBe(
    "bytes 390-399/400",
  );
  expect((await ask("pr/")).body).toContain("         1000 <A HREF");
  inject({ kind: "short", bytes: "half" });
  expect((await ask()).body).toBe(BODY.slice(0, 500));
});

test("slow: the body comes in pieces, one per interval", async () => {
  inject({ kind: "slow", bytes: 300, intervalMs: 1 });
  expect(await ask()).toMatchObject({ body: BODY, broken: undefined });

  inject({ kind: "slow", bytes: 300, intervalMs: 60_000 });
  const answer = await request(`${replica.timeSeries}pr/pr.class`, { headers: AGENT, dispatcher });
  for await (const piece of answer.body) {
    expect(piece.toString()).toBe(BODY.slice(0, 300));
    break;
  }
});

test("page: a web page with status 200 in place of the file", async () => {
  inject({ kind: "page" });
  const answer = await ask();
  expect(answer).toMatchObject({ status: 200, headers: { "content-type": "text/html" } });
  expect(answer.body).toMatch(/^<!DOCTYPE html>/);
  expect(answer.headers).not.toHaveProperty("last-modified");
  inject({ kind: "page", contentType: "text/plain" });
  expect((await ask()).headers["content-type"]).toBe("text/plain");
  inject({ kind: "page", html: "<html>mine</html>" });
  expect((await ask()).body).toBe("<html>mine</html>");
});

test("bitFlip: one bit, at the same place in the file for every range", async () => {
  inject({ kind: "bitFlip", offset: 15 });
  const flipped = `${BODY.slice(0, 15)}4${BODY.slice(16)}`;
  expect((await ask()).body).toBe(flipped);
  expect((await ask("pr/pr.class", { range: "bytes=10-19" })).body).toBe(flipped.slice(10, 20));
  expect((await ask("pr/pr.class", { range: "bytes=20-29" })).body).toBe(BODY.slice(20, 30));
});

test("gzip: although identity was requested, with or without a Content-Encoding header", async () => {
  for (const header of [true, false]) {
    inject({ kind: "gzip", header });
    const answer = await ask("pr/pr.class", { "accept-encoding": "identity" });
    expect(answer.headers["content-encoding"]).toBe(header ? "gzip" : undefined);
    expect(answer.headers).not.toHaveProperty("content-length");
    expect(gunzipSync(Buffer.from(answer.body, "latin1")).toString()).toBe(BODY);
  }
});

test("contentEncoding: a false header", async () => {
  inject({ kind: "contentEncoding", value: "br" });
  expect(await ask()).toMatchObject({ body: BODY, headers: { "content-encoding": "br" } });
});

test("redirect: on the same host or to another host", async () => {
  inject({ kind: "redirect", location: "/pub/time.series/pr/pr.series", status: 301 });
  expect(await ask()).toMatchObject({ status: 301, headers: { location: "/pub/time.series/pr/pr.series" } });
  inject({ kind: "redirect", location: "http://other.example/pr.class" });
  expect(await ask()).toMatchObject({ status: 302, headers: { location: "http://other.example/pr.class" } });
});

test("lastModified: another date (also for If-Modified-Since) or none; the listing keeps the true date", async () => {
  inject({ kind: "lastModified", value: new Date("2026-09-02T00:00:00Z") });
  expect((await ask()).headers["last-modified"]).toBe("Wed, 02 Sep 2026 00:00:00 GMT");
  expect((await ask("pr/pr.class", { "if-modified-since": "Wed, 02 Sep 2026 00:00:00 GMT" })).status).toBe(
    304,
  );
  expect((await ask("pr/")).body).toContain("  9/3/2026  8:30 AM");
  inject({ kind: "lastModified", value: null });
  const { status, headers } = await ask();
  expect(status).toBe(200);
  expect(headers).not.toHaveProperty("last-modified");
  expect(headers).not.toHaveProperty("etag");
});

test("chunked: no Content-Length, but the whole body", async () => {
  inject({ kind: "chunked" });
  const answer = await ask();
  expect(answer).toMatchObject({
    body: BODY,
    broken: undefined,
    headers: { "transfer-encoding": "chunked" },
  });
  expect(answer.headers).not.toHaveProperty("content-length");
});

test("ignoreRange: the whole file", async () => {
  inject({ kind: "ignoreRange" });
  expect(await ask("pr/pr.class", { range: "bytes=5-9" })).toMatchObject({ status: 200, body: BODY });
});

test("contentRange: a wrong Content-Range or none", async () => {
  inject({ kind: "contentRange", value: "bytes 0-4/99" });
  expect(await ask("pr/pr.class", { range: "bytes=5-9" })).toMatchObject({
    status: 206,
    body: "56789",
    headers: { "content-range": "bytes 0-4/99" },
  });
  expect((await ask()).headers).not.toHaveProperty("content-range");
  inject({ kind: "contentRange", value: null });
  expect((await ask("pr/pr.class", { range: "bytes=5-9" })).headers).not.toHaveProperty("content-range");
});

test("meanwhile: the file changes after the listing, or between two ranges", async () => {
  const swap = () => publishFile(join(dir, "pr/pr.class"), "new", new Date("2026-09-03T12:31:00Z"));
  replica.setFaults([{ match: "listing", times: 1, fault: { kind: "meanwhile", after: swap } }]);
  expect((await ask("pr/")).body).toContain(" 1000 <A HREF");
  expect((await ask()).body).toBe("new");

  await publishFile(join(dir, "pr/pr.class"), BODY, MODIFIED);
  replica.setFaults([
    { match: "file", times: 1, fault: { kind: "cut", afterBytes: 10 } },
    { match: "file", times: 1, fault: { kind: "meanwhile", before: swap } },
  ]);
  const first = await ask();
  expect(first.body).toBe(BODY.slice(0, 10));
  const rest = await ask("pr/pr.class", { range: "bytes=10-", "if-range": String(first.headers.etag) });
  expect(rest).toMatchObject({ status: 200, body: "new" });

  replica.setFaults([{ match: "file", fault: { kind: "meanwhile", ignoresIfRange: true } }]);
  const mixed = await ask("pr/pr.class", { range: "bytes=1-", "if-range": String(first.headers.etag) });
  expect(mixed).toMatchObject({ status: 206, body: "ew" });
  expect(mixed.headers.etag).not.toBe(first.headers.etag);
});

test("each request records its fault", async () => {
  inject({ kind: "chunked" }, { times: 1 });
  await ask();
  await ask();
  expect(replica.requests.slice(-2).map(({ fault }) => fault)).toEqual(["chunked", undefined]);
});

test("listings: without files, of zero bytes, cut in half, or replaced by an error page", async () => {
  replica.setFaults([{ match: "listing", fault: { kind: "emptyListing" } }]);
  const empty = (await ask("pr/")).body;
  expect(empty).toContain("[To Parent Directory]");
  expect(empty).not.toContain("pr.class");

  replica.setFaults([{ match: "listing", fault: { kind: "short", bytes: 0 } }]);
  expect(await ask("pr/")).toMatchObject({ status: 200, body: "", headers: { "content-length": "0" } });

  replica.setFaults([]);
  const whole = (await ask("pr/")).body;
  replica.setFaults([{ match: "listing", fault: { kind: "short", bytes: "half" } }]);
  expect(await ask("pr/")).toMatchObject({
    body: whole.slice(0, Math.floor(whole.length / 2)),
    broken: undefined,
  });

  replica.setFaults([{ match: "listing", fault: { kind: "page" } }]);
  expect(await ask("pr/")).toMatchObject({ status: 200, body: expect.not.stringContaining("<pre>") });
});

test("listings: in the format of another server, or with unknown columns", async () => {
  const listing = async (style: "apache" | "nginx" | "columns") => {
    replica.setFaults([{ match: "listing", fault: { kind: "listingStyle", style } }]);
    return (await ask("pr/")).body;
  };
  expect(await listing("apache")).toContain(
    '<a href="pr.class">pr.class</a>                2026-09-03 12:30  1000  \n',
  );
  expect(await listing("nginx")).toMatch(
    /<a href="pr\.class">pr\.class<\/a> {43}03-Sep-2026 12:30 {16}1000\r\n/,
  );
  expect(await listing("columns")).toContain(
    '1000 BLS\\webmaster 9/3/2026 8:30 AM -rw- <A HREF="/pub/time.series/pr/pr.class">pr.class</A><br>',
  );
});

test("listings: with links that point elsewhere, written unchanged", async () => {
  const hrefs = [
    "http://other.example/pub/time.series/pr/x",
    "/pub/time.series/pr/../ap/x",
    "/pub/time.series/pr/%2e%2e%2fx",
    "javascript:alert(1)",
    `/pub/time.series/pr/${"x".repeat(2000)}`,
  ];
  replica.setFaults([{ match: "listing", fault: { kind: "links", hrefs } }]);
  const { body } = await ask("pr/");
  expect(body).toContain(">pr.class</A><br>");
  for (const href of hrefs) expect(body).toContain(`102 <A HREF="${href}">`);
});

test("the population can fail too", async () => {
  replica.setFaults([{ match: "population", fault: { kind: "status", status: 502 } }]);
  expect((await ask("/population?cube=x")).status).toBe(502);
  expect((await ask()).status).toBe(200);
});

test("rules match by path or method, up to n times or every nth time, and the first match applies", async () => {
  const fault = (status: number): Fault => ({ kind: "status", status });
  replica.setFaults([
    { match: /pr\.series$/, times: 2, fault: fault(500) },
    { match: "file", everyNth: 3, fault: fault(503) },
    { match: "file", method: "HEAD", fault: fault(404) },
  ]);
  expect(
    await statuses(["pr/pr.series", "pr/pr.class", "pr/pr.series", "pr/pr.series", "pr/pr.class"]),
  ).toEqual([500, 200, 500, 200, 503]);
  expect((await ask("pr/pr.class", {}, "HEAD")).status).toBe(404);
  expect(await statuses(["pr/"])).toEqual([200]);
});
