/** What a web page in a real browser can do to the servers on this machine: nothing. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { publishFile, type Replica, startReplica } from "@data-quest/bls-replica";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { stateMachineArn } from "@data-quest/local/deployment/deployment";
import { type LocalAws, startLocalAws } from "@data-quest/local/local-aws";
import { identityPath } from "@data-quest/local/running";
import type { S3RequestRecord } from "@data-quest/s3-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { launchChromium } from "./chromium.ts";

const Bucket = "data-quest-bronze";
const Key = "bls/pr/target";
const attacks = readFileSync(new URL("hostile-page.js", import.meta.url), "utf8");
/** The local S3 accepts any access key, so a page can write a presigned query itself. */
const FORGED = new URLSearchParams({
  "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
  "X-Amz-Credential": "any/20261129/us-east-1/s3/aws4_request",
  "X-Amz-Date": new Date().toISOString().replace(/\.\d+|[-:]/g, ""),
  "X-Amz-Expires": "604800",
  "X-Amz-SignedHeaders": "host",
  "X-Amz-Signature": "0".repeat(64),
}).toString();

let dir: string;
let aws: LocalAws;
let replica: Replica;
let site: Server;
let sitePort: string;
let browser: Browser;
let s3: S3Client;
let states: SFNClient;
let VersionId: string;
let records: S3RequestRecord[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "cross-site-"));
  records = [];
  await publishFile(join(dir, "source/pr/pr.class"), "class\n", new Date("2026-01-01T00:00:00Z"));
  replica = await startReplica({ dir: join(dir, "source") });
  aws = await startLocalAws({
    stateDir: join(dir, "state"),
    deployment: {
      source: replica.timeSeries,
      populationSource: replica.population,
      contact: "test@example.com",
      concurrency: 4,
      maxRemovedShare: 0.25,
      bucketPrefix: "data-quest",
    },
    startLambda: () => ({ invoke: async () => ({ payload: "null" }), close: async () => undefined }),
    log: () => undefined,
    s3: { onRequest: (record) => records.push(record) },
  });
  const settings = clientSettings(localEnvironment());
  s3 = new S3Client({ endpoint: aws.s3Endpoint, ...settings });
  states = new SFNClient({ endpoint: aws.endpoint, ...settings });
  const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "content" }));
  VersionId = put.VersionId ?? "";
  site = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>Another site</title>");
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  const address = site.address();
  sitePort = String(typeof address === "object" ? address?.port : "");
  browser = await launchChromium(["--host-resolver-rules=MAP evil.example 127.0.0.1"]);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await aws?.close();
  await replica?.close();
  rmSync(dir, { recursive: true });
});

/**
 * The responses of the servers to the browser, as `<status> <method>`, including preflights and WebSocket
 * handshakes.
 */
let answers: string[];
let page: Page;

const Finished = z.object({
  request: z.instanceof(IncomingMessage),
  response: z.instanceof(ServerResponse),
});

function watch(message: unknown): void {
  const { request, response } = Finished.parse(message);
  const isOurs = request.socket.localPort !== Number(sitePort);
  if (isOurs && request.headers["user-agent"]?.startsWith("Mozilla/"))
    answers.push(`${response.statusCode} ${request.method}`);
}
beforeAll(() => subscribe("http.server.response.finish", watch));
afterAll(() => {
  unsubscribe("http.server.response.finish", watch);
});
beforeEach(() => {
  records.length = 0;
});
afterEach(() => page.close());

/** Opens a page with the attacks, and discards the servers' responses so far. */
async function visit(address: string): Promise<void> {
  page = await browser.newPage();
  await page.goto(address);
  await page.evaluate(attacks);
  answers = [];
}

/** Runs one of the attacks of hostile-page.js and returns how its requests ended. */
async function attack(name: string, ...args: (string | string[])[]): Promise<string[]> {
  const outcomes: unknown = await page.evaluate(`attacks.${name}(...${JSON.stringify(args)})`);
  return Array.isArray(outcomes) ? outcomes.map(String) : [];
}

/** Asserts that requests reached the barrier and no further, and that nothing changed. */
async function expectRefused(): Promise<void> {
  await expect.poll(() => answers.length).toBeGreaterThan(0);
  expect(answers.filter((answer) => !answer.startsWith("403 "))).toEqual([]);
  expect(records).toEqual([]);
  expect(replica.requests).toEqual([]);
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key, VersionId }))).toMatchObject({
    ContentLength: 7,
  });
  expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  expect((await states.send(new ListExecutionsCommand({ stateMachineArn }))).executions).toEqual([]);
}

const deletion = () =>
  `<Delete><Object><Key>${Key}</Key><VersionId>${VersionId}</VersionId></Object></Delete>`;

/** For every server, the URLs of requests that would change or show something if they were allowed. */
const targets = () => [
  `${aws.endpoint}/${Bucket}?delete`,
  `${aws.endpoint}/${Bucket}?delete&${FORGED}`,
  `${aws.endpoint}/${Bucket}/uploaded?uploads&${FORGED}`,
  `${aws.endpoint}/${Bucket}/${Key}?${FORGED}`,
  `${aws.endpoint}/`,
  `${aws.endpoint}${identityPath}`,
  `${replica.timeSeries}pr/pr.class`,
  replica.population,
];

describe.each([
  ["of another site", () => `http://evil.example:${sitePort}/`],
  ["of another port of this machine", () => `http://127.0.0.1:${sitePort}/`],
  ["that uses another name of this machine", () => `http://evil.localhost:${sitePort}/`],
])("a page %s", (_name, address) => {
  beforeEach(() => visit(address()));

  test.each(["GET", "HEAD", "POST"])("is refused a simple %s, with and without CORS", async (method) => {
    const outcomes = await attack("simple", method, deletion(), targets());
    expect(outcomes.filter((outcome) => outcome !== "error" && outcome !== "opaque 0")).toEqual([]);
    await expectRefused();
  });

  test.each(["PUT", "DELETE", "PATCH", "POST"])(
    "gets no permission for a %s in a preflight",
    async (method) => {
      const outcomes = await attack("withPreflight", method, JSON.stringify({ stateMachineArn }), targets());
      expect(outcomes).toEqual(targets().map(() => "error"));
      await expectRefused();
    },
  );

  test("is refused a form, a beacon, or a request that outlives it", async () => {
    await attack("post", deletion(), targets());
    await expect.poll(() => answers.length).toBeGreaterThan(targets().length);
    await expectRefused();
  });

  test("gets nothing as an image, a script, a style, a frame, an object, or an event stream", async () => {
    const outcomes = await attack("embed", targets());
    // Chromium receives no content for a refused script or style, and fires a load event for some of them.
    expect(outcomes.filter((_, index) => index % 3 === 0)).toEqual(targets().map(() => "error"));
    await expectRefused();
  });

  test("opens no WebSocket", async () => {
    expect(await attack("connect", targets())).toEqual(targets().map(() => "error"));
    await expectRefused();
  });

  test("is refused by every server that it links to", async () => {
    for (const url of targets()) {
      await page.goto(address());
      await page.evaluate(attacks);
      await attack("link", url);
      await page.waitForURL(url);
      expect(await page.textContent("body")).toContain("Refused");
    }
    await expectRefused();
  });

  test("reaches nothing under its own name (DNS rebinding)", async () => {
    const urls = [aws.endpoint, replica.url].map((url) => url.replace("127.0.0.1", "evil.example"));
    const outcomes = await attack("simple", "GET", "", urls);
    expect(outcomes.filter((outcome) => outcome !== "error" && outcome !== "opaque 0")).toEqual([]);
    await expectRefused();
  });
});

test("a presigned link that the user opens serves the object", async () => {
  page = await browser.newPage();
  answers = [];
  await s3.send(new PutObjectCommand({ Bucket, Key: "notes.txt", Body: "notes", ContentType: "text/plain" }));
  const answer = await page.goto(`${aws.endpoint}/${Bucket}/notes.txt?${FORGED}`);
  expect(answer?.status()).toBe(200);
  expect(await page.textContent("body")).toBe("notes");
});

test("an HTML object that the user opens cannot call the API that serves it", async () => {
  const Body = "<!doctype html><title>Object</title><script>document.title = 'scripted'</script>";
  await s3.send(new PutObjectCommand({ Bucket, Key: "page.html", Body, ContentType: "text/html" }));
  records.length = 0;
  await visit(`${aws.endpoint}/${Bucket}/page.html?${FORGED}`);
  expect(await page.title()).toBe("scripted");
  expect(await page.evaluate("origin")).toBe("null");
  await expect.poll(() => records).toMatchObject([{ operation: "GetObject", status: 200 }]);
  records.length = 0;
  const outcomes = [
    ...(await attack("simple", "POST", deletion(), targets())),
    ...(await attack("withPreflight", "DELETE", "", targets())),
  ];
  expect(outcomes.filter((outcome) => outcome !== "error" && outcome !== "opaque 0")).toEqual([]);
  await expectRefused();
});
