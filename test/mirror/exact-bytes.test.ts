import { createHash } from "node:crypto";
import {
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { FileRefused, FileSizeMismatch, SourceUnavailable } from "@data-quest/core/errors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesOf, type Harness, LONG_AGO, openHarness } from "./harness.ts";

const LATER = new Date("2026-02-05T13:30:17Z");
const MIB = 1024 * 1024;
const PART = 8 * MIB;
const KEY = "bls/pr/pr.txt";
const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

async function run(name: string) {
  harness.replica.requests.length = 0;
  harness.s3Requests.length = 0;
  return harness.syncItems(await harness.discover(), name);
}

function operations(...wanted: string[]) {
  return harness.s3Requests.filter(({ operation }) => wanted.includes(operation));
}

async function tags(): Promise<Record<string, string>> {
  const { client, name: Bucket } = harness.dependencies.bronze;
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: KEY }));
  return Object.fromEntries((TagSet ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Expects exactly these bytes as the current version. */
async function expectStored(body: Uint8Array): Promise<void> {
  expect(sha256Of(await harness.body(KEY))).toBe(sha256Of(body));
}

/** Publishes bytes as the next version, a week after the previous version. */
let week = 0;
beforeEach(() => {
  week = 0;
});
async function publish(body: Uint8Array): Promise<void> {
  await harness.publish("pr.txt", body, new Date(LONG_AGO.getTime() + week++ * 7 * 86_400_000));
}

function sha256Of(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/** A copy of the bytes in which part `number`, counted from 0, is different. */
function withPart(body: Buffer, number: number, seed: number): Buffer {
  const changed = Buffer.from(body);
  bytesOf(Math.min(PART, body.length - number * PART), seed).copy(changed, number * PART);
  return changed;
}

describe("a body", () => {
  test.each([
    [0, "PutObject"],
    [PART, "PutObject"],
    [PART + 1, "CreateMultipartUpload"],
    [2 * PART, "CreateMultipartUpload"],
  ])("of %i bytes is stored with %s, exactly as published", async (size, operation) => {
    const body = bytesOf(size, 1);
    await publish(body);
    const sha256 = sha256Of(body);
    expect((await run("first")).get("pr.txt")).toMatchObject({ action: "created", bytes: size, sha256 });
    expect(operations("PutObject", "CreateMultipartUpload").map((request) => request.operation)).toEqual([
      operation,
    ]);
    await expectStored(body);
    expect(await tags()).toMatchObject({ sha256, stamp: `2026-01-29T13:30Z ${size}` });
    expect(await harness.openUploads()).toBe(0);
  });

  test("is sent with a SHA-256 of every part, which S3 checks", async () => {
    const body = bytesOf(PART + 5, 1);
    await publish(body);
    await run("first");
    const { client, name: Bucket } = harness.dependencies.bronze;
    const { ObjectParts } = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key: KEY, ObjectAttributes: ["ObjectParts"] }),
    );
    const hash = (from: number) =>
      createHash("sha256")
        .update(body.subarray(from, from + PART))
        .digest("base64");
    expect(ObjectParts?.Parts?.map((part) => part.ChecksumSHA256)).toEqual([0, PART].map(hash));
  });

  test.each([1000, PART + 5])(
    "of %i bytes that arrives corrupted at S3 is not stored but sent again",
    async (size) => {
      const body = bytesOf(size, 1);
      await publish(body);
      let corrupted = 0;
      harness.setS3Faults(({ operation }) =>
        /^(PutObject|UploadPart)$/.test(operation) && corrupted++ === 0
          ? { kind: "error", code: "BadDigest" }
          : undefined,
      );
      expect((await run("first")).get("pr.txt")).toMatchObject({ name: "StorageUnavailable" });
      expect(await harness.versions()).toEqual([]);
      await run("first");
      await expectStored(body);
      expect(await harness.openUploads()).toBe(0);
    },
  );
});

describe("parts that are already stored", () => {
  test.each([
    ["the last part changed", (body: Buffer) => withPart(body, 2, 9), MIB],
    ["the first part changed", (body: Buffer) => withPart(body, 0, 9), PART],
    ["the middle part changed", (body: Buffer) => withPart(body, 1, 9), PART],
    ["something was added at the end", (body: Buffer) => Buffer.concat([body, bytesOf(10, 9)]), MIB + 10],
    ["the end was cut off within a part", (body: Buffer) => body.subarray(0, 2 * PART + 10), 10],
    ["the end was cut off after a part", (body: Buffer) => body.subarray(0, 2 * PART), 0],
  ])("are not sent again: %s", async (_, change, sent) => {
    const first = bytesOf(2 * PART + MIB, 1);
    await publish(first);
    await run("first");
    const second = change(first);
    await publish(second);
    expect((await run("second")).get("pr.txt")).toMatchObject({ action: "updated", bytes: second.length });
    expect(operations("UploadPart").reduce((sum, { bytesIn }) => sum + bytesIn, 0)).toBe(sent);
    await expectStored(second);
    expect(await tags()).toMatchObject({ sha256: sha256Of(second) });
    // The copied parts have their checksums, too.
    const { client, name: Bucket } = harness.dependencies.bronze;
    const { ObjectParts } = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key: KEY, ObjectAttributes: ["ObjectParts"] }),
    );
    expect(ObjectParts?.Parts?.every((part) => part.ChecksumSHA256 !== undefined)).toBe(true);
  });

  test("start no upload if the whole file is the same", async () => {
    const body = bytesOf(PART + MIB, 1);
    await publish(body);
    await run("first");
    await publish(body);
    expect((await run("second")).get("pr.txt")).toMatchObject({ action: "unchanged" });
    expect(operations("CreateMultipartUpload", "UploadPart", "UploadPartCopy")).toEqual([]);
  });
});

describe("an incomplete or wrong file", () => {
  const old = bytesOf(1000, 1);
  const next = bytesOf(PART + 2 * MIB, 2);
  beforeEach(async () => {
    await publish(old);
    await run("first");
    await publish(next);
  });
  async function expectUnchanged(): Promise<void> {
    await expectStored(old);
    expect(await harness.versions()).toHaveLength(1);
    expect(await harness.openUploads()).toBe(0);
  }

  test("changes nothing and leaves no upload if it is cut off every time", async () => {
    harness.replica.setFaults([{ match: "file", fault: { kind: "cut", afterBytes: 0 } }]);
    expect((await run("second")).get("pr.txt")).toBeInstanceOf(SourceUnavailable);
    await expectUnchanged();
  });

  test("changes nothing and leaves no upload if it is cut off midway and the rest is from another version", async () => {
    const third = bytesOf(PART + 2 * MIB, 3);
    harness.replica.setFaults([
      { match: "file", times: 1, fault: { kind: "cut", afterBytes: PART + MIB } },
      { match: "file", fault: { kind: "meanwhile", before: () => publish(third) } },
    ]);
    expect((await run("second")).get("pr.txt")).toBeInstanceOf(SourceUnavailable);
    await expectUnchanged();
    harness.replica.setFaults([]);
    await run("third");
    await expectStored(third);
  });

  test("changes nothing and leaves no upload if it is shorter than listed, whatever its headers say", async () => {
    harness.replica.setFaults([{ match: "file", fault: { kind: "short", bytes: PART + MIB } }]);
    expect((await run("second")).get("pr.txt")).toBeInstanceOf(FileSizeMismatch);
    expect(operations("CreateMultipartUpload")).toEqual([]);
    await expectUnchanged();
  });

  test("is stored as complete if the listing has its exact size when read again", async () => {
    harness.replica.setFaults([
      { match: "file", fault: { kind: "chunked" } },
      { match: "listing", fault: { kind: "chunked" } },
    ]);
    const discovery = await harness.discover();
    const items = discovery.items.map((item) => ({ ...item, size: next.length + 1 }));
    await publish(next);
    const listing = harness.replica.requests.length;
    await harness.syncItems({ ...discovery, items });
    // The listing has the right size when it is read again, so the body is complete.
    expect(harness.replica.requests.slice(listing).map(({ path }) => path.endsWith("/"))).toEqual([
      false,
      true,
    ]);
    await expectStored(next);
  });

  test("changes nothing and leaves no upload if S3 fails permanently in the middle of the upload", async () => {
    harness.setS3Faults(({ operation }) =>
      operation === "UploadPart" ? { kind: "reset", when: "body", bytes: MIB } : undefined,
    );
    expect((await run("second")).get("pr.txt")).toMatchObject({ name: "StorageUnavailable" });
    harness.setS3Faults();
    await expectUnchanged();
  });
});

describe("a transfer that is interrupted", () => {
  test.each(["cut", "reset", "stall"] as const)("by a %s resumes with Range and If-Range", async (kind) => {
    await harness.close();
    harness = await openHarness({ stallLimit: 500 });
    const body = bytesOf(PART + MIB, 1);
    await publish(body);
    harness.replica.setFaults([{ match: "file", times: 2, fault: { kind, afterBytes: 3 * MIB } }]);
    expect((await run("first")).get("pr.txt")).toMatchObject({ action: "created" });
    const [first, ...resumed] = harness.replica.requests.filter(({ path }) => path.endsWith("pr.txt"));
    expect(first?.headers.range).toBeUndefined();
    expect(resumed.map(({ status }) => status)).toEqual([206, 206]);
    for (const { headers } of resumed) {
      expect(headers.range).toMatch(/^bytes=[1-9]\d*-$/);
      expect(headers["if-range"]).toMatch(/^"/);
    }
    await expectStored(body);
  });

  test.each([
    ["Range is not honored", { kind: "ignoreRange" }],
    ["a different range is sent", { kind: "contentRange", value: "bytes 0-9/10" }],
    ["the response does not state its range", { kind: "contentRange", value: null }],
  ] as const)("never combines two responses if %s", async (_, fault) => {
    const body = bytesOf(MIB, 1);
    await publish(body);
    harness.replica.setFaults([
      { match: "file", times: 1, fault: { kind: "cut", afterBytes: 1000 } },
      { match: "file", times: 1, fault },
    ]);
    expect((await run("first")).get("pr.txt")).toBeInstanceOf(SourceUnavailable);
    expect(await harness.versions()).toEqual([]);
    await run("first");
    await expectStored(body);
  });

  test("fails if each attempt yields hardly any bytes", async () => {
    await publish(bytesOf(MIB, 1));
    harness.replica.setFaults([{ match: "file", fault: { kind: "cut", afterBytes: 1000 } }]);
    expect((await run("first")).get("pr.txt")).toBeInstanceOf(SourceUnavailable);
    expect(harness.replica.requests.filter(({ headers }) => headers.range)).toHaveLength(3);
  });
});

describe("a file that changes between the listing and its download", () => {
  test("is stored as the new version if the listing agrees when read again", async () => {
    await publish(bytesOf(1000, 1));
    const discovery = await harness.discover();
    await publish(bytesOf(1200, 2));
    expect((await harness.syncItems(discovery, "first")).get("pr.txt")).toMatchObject({ bytes: 1200 });
    await expectStored(bytesOf(1200, 2));
    expect((await tags()).stamp).toBe("2026-02-05T13:30Z 1200");
    harness.replica.requests.length = 0;
    await run("second");
    expect(harness.replica.requests).toHaveLength(1);
  });

  test("is checked again the next day if its size did not change", async () => {
    await publish(bytesOf(1000, 1));
    const discovery = await harness.discover();
    await publish(bytesOf(1000, 2));
    await harness.syncItems(discovery, "first");
    await expectStored(bytesOf(1000, 2));
    expect(await tags()).not.toHaveProperty("stamp");
  });
});

describe("a suspicious response", () => {
  test.each([
    ["a web page", "pr.data.0.Current", "<html><body>Temporarily unavailable</body></html>"],
    ["a web page that starts with a comment", "pr.class", "<!-- maintenance --><html></html>"],
    ["a data file without its columns", "pr.data.0.Current", "series\tvalue\r\nPRS1\t1\r\n"],
    ["a data file of one endless line", "pr.data.0.Current", HEADER + "x".repeat(10_000)],
    ["a data file without tabs", "pr.data.0.Current", HEADER + "no tab\r\n".repeat(1000)],
  ])("is refused: %s", async (_, name, body) => {
    await harness.publish(name, body);
    expect((await run("first")).get(name)).toBeInstanceOf(FileRefused);
    expect(await harness.versions()).toEqual([]);
  });

  test("is stored if it is a web page and the file's name is that of a web page", async () => {
    await harness.publish("pr.htm", "<html></html>");
    expect((await run("first")).get("pr.htm")).toMatchObject({ action: "created" });
  });
});

describe("unfinished uploads of killed processes", () => {
  async function leave(key: string): Promise<void> {
    const { client, name: Bucket } = harness.dependencies.bronze;
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: key }));
    await client.send(
      new UploadPartCommand({ Bucket, Key: key, UploadId, PartNumber: 1, Body: bytesOf(1000, 1) }),
    );
  }

  test("are gone after the next run, whether the file is uploaded again or is no longer listed", async () => {
    await publish(bytesOf(PART + 1, 1));
    await leave(KEY);
    await leave("bls/pr/pr.gone");
    expect(await harness.openUploads()).toBe(2);
    await run("first");
    expect(await harness.openUploads()).toBe(0);
  });

  test("are removed once no run can complete them, and kept until then", async () => {
    await publish(bytesOf(1000, 1));
    await run("first");
    await leave(KEY);
    await leave("bls/cu/cu.txt");
    await run("second");
    expect(await harness.openUploads()).toBe(2);
    const { now } = harness.dependencies.source;
    harness.dependencies.source.now = () => new Date(now().getTime() + 16 * 60_000);
    await run("third");
    // A run leaves the uploads of other surveys alone.
    expect(await harness.openUploads()).toBe(1);
  });
});

test("a run stores only provenance in a version's metadata", async () => {
  const { client, name: Bucket } = harness.dependencies.bronze;
  const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
  await publish(bytesOf(PART + 1, 1));
  await run("first");
  const first = await client.send(new HeadObjectCommand({ Bucket, Key: KEY }));
  await harness.publish("pr.txt", bytesOf(10, 1), LATER);
  await run("second");
  const second = await client.send(new HeadObjectCommand({ Bucket, Key: KEY }));
  const source = `${harness.replica.timeSeries}pr/pr.txt`;
  expect([first.Metadata, second.Metadata]).toEqual([
    { source, execution: "arn:first", "last-modified": LONG_AGO.toUTCString() },
    { source, execution: "arn:second", "last-modified": LATER.toUTCString(), replaces: first.VersionId },
  ]);
});
