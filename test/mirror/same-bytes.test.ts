import { DeleteObjectTaggingCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesOf, type Harness, LONG_AGO, openHarness } from "./harness.ts";

const LATER = new Date("2026-02-05T13:30:17Z");
const MINUTE = 60_000;
const KEY = "bls/pr/pr.class";
const BYTES = bytesOf(102, 1);

/** The source's clock. */
let clock: Date;
let runs = 0;
let harness: Harness;
beforeEach(async () => {
  clock = new Date("2026-09-03T12:00:00Z");
  harness = await openHarness({ replica: { clock: () => clock } });
  await harness.publish("pr.class", BYTES);
});
afterEach(() => harness.close());

/** Runs once more. Returns the results, the requests to the source, and the operations requested from S3. */
async function run(input = {}) {
  harness.replica.requests.length = 0;
  harness.s3Requests.length = 0;
  const results = await harness.sync(input, `run ${++runs}`);
  return {
    actions: results.map(({ action }) => action),
    reasons: results.map(({ reason }) => reason),
    source: harness.replica.requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
    s3: harness.s3Requests.map(({ operation }) => operation),
    sent: harness.s3Requests
      .filter(({ operation }) => operation === "PutObject" || operation === "UploadPart")
      .reduce((sum, { bytesIn }) => sum + bytesIn, 0),
  };
}
const LISTING = "GET /pub/time.series/pr/ 200";
const FILE = "GET /pub/time.series/pr/pr.class";

describe("a run with nothing to do", () => {
  test("requests only the listing from BLS, and makes one S3 request for each file", async () => {
    await harness.publish("pr.data.txt", "a note");
    await harness.publish("pr.large.txt", bytesOf(9 * 1024 * 1024, 1));
    await run();
    const { source, s3, actions, sent } = await run();
    expect(source).toEqual([LISTING]);
    expect(s3.sort()).toEqual([
      ...Array(3).fill("GetObjectTagging"),
      "ListMultipartUploads",
      "ListObjectsV2",
    ]);
    expect(actions).toEqual(Array(3).fill("unchanged"));
    expect(sent).toBe(0);
  });

  test("reports the same size, hash, version, and time as the run that stored the file", async () => {
    const { action, reason, ...first } = (await harness.sync({}, "first"))[0] ?? {};
    const second = (await harness.sync({}, "second"))[0];
    expect(second).toEqual({
      ...first,
      action: "unchanged",
      reason: "the listing has the same time and size",
    });
    expect(first).toMatchObject({ bytes: 102, sourceModified: LONG_AGO.toISOString() });
    expect([action, reason]).toEqual(["created", "new at the source"]);
  });

  test("reports what an earlier attempt of the same execution did", async () => {
    await harness.sync({}, "first");
    harness.replica.requests.length = 0;
    expect(await harness.sync({}, "first")).toMatchObject([{ action: "created" }]);
    await harness.publish("pr.class", bytesOf(103, 1), LATER);
    await harness.sync({}, "second");
    harness.replica.requests.length = 0;
    expect(await harness.sync({}, "second")).toMatchObject([{ action: "updated" }]);
    expect(harness.replica.requests).toHaveLength(1);
  });
});

describe("a listing's stamp", () => {
  test("is trusted only if its minute had ended at least two minutes before the body was fetched", async () => {
    const published = new Date("2026-09-03T12:30:17Z");
    await harness.publish("pr.class", BYTES, published);
    // Its minute ended at 12:31.
    clock = new Date("2026-09-03T12:32:59Z");
    expect((await run()).source).toEqual([LISTING, `${FILE} 200`]);
    expect((await run()).source).toEqual([LISTING, `${FILE} 304`]);
    clock = new Date("2026-09-03T12:33:00Z");
    expect((await run()).source).toEqual([LISTING, `${FILE} 304`]);
    expect((await run()).source).toEqual([LISTING]);
  });

  test("does not hide a second version of the same size in the same minute", async () => {
    await harness.publish("pr.class", BYTES, new Date("2026-09-03T12:30:17Z"));
    clock = new Date("2026-09-03T12:32:00Z");
    await run();
    const second = bytesOf(102, 2);
    await harness.publish("pr.class", second, new Date("2026-09-03T12:30:48Z"));
    clock = new Date("2026-09-03T13:00:00Z");
    expect((await run()).actions).toEqual(["updated"]);
    expect(await harness.body(KEY)).toEqual(second);
  });

  test("does not hide another version of the same size and time if the first version was fetched within a minute", async () => {
    const moment = new Date("2026-09-03T12:30:17Z");
    await harness.publish("pr.class", BYTES, moment);
    clock = new Date("2026-09-03T12:31:10Z");
    await run();
    const second = bytesOf(102, 2);
    await harness.publish("pr.class", second, moment);
    clock = new Date("2026-09-03T13:00:00Z");
    expect((await run()).actions).toEqual(["updated"]);
    expect(await harness.body(KEY)).toEqual(second);
  });

  test.each([
    ["later", new Date(LONG_AGO.getTime() + MINUTE)],
    ["earlier", new Date(LONG_AGO.getTime() - MINUTE)],
    ["missing", null],
  ])("is not trusted if the file's own Last-Modified is %s", async (_, value) => {
    harness.replica.setFaults([{ match: "file", fault: { kind: "lastModified", value } }]);
    await run();
    expect((await run()).source).toHaveLength(2);
    expect((await run()).source).toHaveLength(2);
    expect(await harness.versions()).toHaveLength(1);
  });
});

describe("a file that was touched", () => {
  test("is downloaded again if its stamp was too recent to be trusted, but not requested the next day", async () => {
    await harness.publish("pr.class", BYTES, new Date("2026-09-03T11:59:30Z"));
    await run();
    clock = new Date("2026-09-03T13:00:00Z");
    // The stamp was too recent to be trusted, so the file is checked once more.
    const conditional = await run();
    expect(conditional.source).toEqual([LISTING, `${FILE} 200`]);
    expect(conditional.actions).toEqual(["unchanged"]);
    expect((await run()).source).toEqual([LISTING]);
  });

  test("creates no version if its bytes are the same, and is not downloaded the next day", async () => {
    await run();
    await harness.publish("pr.class", BYTES, LATER);
    const touched = await run();
    expect(touched).toMatchObject({ source: [LISTING, `${FILE} 200`], actions: ["unchanged"], sent: 0 });
    expect(touched.reasons).toEqual(["downloaded: the same bytes (SHA-256)"]);
    expect(await harness.versions()).toHaveLength(1);
    expect((await run()).source).toEqual([LISTING]);
  });

  test("is downloaded unconditionally if its time is earlier or its size differs", async () => {
    await harness.publish("pr.class", BYTES, LATER);
    await run();
    await harness.publish("pr.class", bytesOf(102, 2), LONG_AGO);
    expect(await run()).toMatchObject({ source: [LISTING, `${FILE} 200`], actions: ["updated"] });
    await harness.publish("pr.class", bytesOf(103, 2), LATER);
    await run();
    expect(harness.replica.requests.every(({ headers }) => headers["if-modified-since"] === undefined)).toBe(
      true,
    );
    expect(await harness.body(KEY)).toEqual(bytesOf(103, 2));
  });

  test("is downloaded if the listing's time is later but the file's own Last-Modified is not", async () => {
    await run();
    await harness.publish("pr.class", bytesOf(102, 2), LATER);
    harness.replica.setFaults([{ match: "file", fault: { kind: "lastModified", value: LONG_AGO } }]);
    expect(await run()).toMatchObject({ source: [LISTING, `${FILE} 200`], actions: ["updated"] });
    expect(await harness.body(KEY)).toEqual(bytesOf(102, 2));
  });

  test("is downloaded if a 304 has a different time than the stored version", async () => {
    await harness.publish("pr.class", BYTES, new Date("2026-09-03T12:30:17Z"));
    clock = new Date("2026-09-03T12:32:00Z");
    await run();
    // A second version in the same minute with an earlier Last-Modified: only the body reveals the change.
    await harness.publish("pr.class", bytesOf(102, 2), new Date("2026-09-03T12:30:17Z"));
    const value = new Date("2026-09-03T12:30:05Z");
    harness.replica.setFaults([{ match: "file", fault: { kind: "lastModified", value } }]);
    expect(await run()).toMatchObject({
      source: [LISTING, `${FILE} 304`, `${FILE} 200`],
      actions: ["updated"],
    });
    expect(await harness.body(KEY)).toEqual(bytesOf(102, 2));
  });
});

describe("a version without its tags", () => {
  test.each([102, 9 * 1024 * 1024])(
    "is checked again rather than trusted, and not sent again (%i bytes)",
    async (size) => {
      await harness.publish("pr.class", bytesOf(size, 3));
      await run();
      const { client, name: Bucket } = harness.dependencies.bronze;
      await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: KEY }));
      const checked = await run();
      expect(checked).toMatchObject({ source: [LISTING, `${FILE} 200`], actions: ["unchanged"], sent: 0 });
      expect(await harness.versions()).toHaveLength(1);
      expect((await run()).source).toEqual([LISTING]);
    },
  );
});

describe("verify", () => {
  test("downloads everything, and stores a file that differs even if its stamp is the same", async () => {
    await harness.publish("pr.txt", "the same");
    await run();
    await harness.publish("pr.class", bytesOf(102, 2), LONG_AGO);
    expect((await run()).source).toEqual([LISTING]);
    const verified = await run({ verify: true });
    expect(verified.source).toEqual([LISTING, `${FILE} 200`, "GET /pub/time.series/pr/pr.txt 200"]);
    expect(verified.actions).toEqual(["updated", "unchanged"]);
    expect(verified.reasons[0]).toBe("different bytes with the same time and size (verify)");
    expect(await harness.body(KEY)).toEqual(bytesOf(102, 2));
    expect((await run()).source).toEqual([LISTING]);
  });
});
