import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ListingNotBelievable } from "@data-quest/core/errors";
import { type Plan, planRun } from "@data-quest/core/mirror/plan";
import { fetchPopulation } from "@data-quest/core/population/fetch-population";
import { populationKey } from "@data-quest/core/population/population";
import type { ExecutionInput, SyncResult } from "@data-quest/core/workflow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

const LATER = new Date("2026-02-05T13:30:00Z");
/** The only S3 operations that a plan needs. */
const READS = ["GetObjectTagging", "HeadObject", "ListObjectVersions", "ListObjectsV2"];
const limits = { concurrency: 4, maxRemovedShare: 0.5 };

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness({ maxRemovedShare: 0.5 });
  for (const name of ["pr.changed", "pr.gone", "pr.held", "pr.same", "pr.touched"])
    await harness.publish(name, `${name}, first\r\n`);
});
afterEach(() => harness.close());

function plan(input: ExecutionInput = {}): Promise<Plan> {
  const { dependencies, replica } = harness;
  return planRun({ ...dependencies, population: replica.population }, { survey: "pr", ...input }, limits);
}

/** Runs an execution with this name over the files and the population. */
async function run(name: string): Promise<SyncResult[]> {
  const results = await harness.sync({}, name);
  const { settings } = await harness.discover();
  const dependencies = { ...harness.dependencies, population: harness.replica.population };
  const execution = { id: `arn:${name}`, name, startTime: "2026-09-03T12:30:00.000Z" };
  const population = await fetchPopulation(dependencies, settings, execution);
  return [...results, { ...population, sourceModified: null }];
}

/** After a first run, the source and an operator make changes. */
async function change(): Promise<void> {
  await run("first");
  await harness.publish("pr.changed", "pr.changed, second\r\n", LATER);
  await harness.publish("pr.new", "pr.new\r\n", LATER);
  await harness.publish("pr.touched", "pr.touched, first\r\n", LATER);
  await harness.unpublish("pr.gone");
  const { client, name: Bucket } = harness.dependencies.bronze;
  await client.send(new PutObjectCommand({ Bucket, Key: "bls/pr/pr.held", Body: "corrected" }));
  harness.s3Requests.length = 0;
  harness.replica.requests.length = 0;
}

const byKey = (files: Plan["files"]) => Object.fromEntries(files.map((file) => [file.key, file.action]));

describe("planRun", () => {
  test("plans to create everything in an empty bucket, with one request to each source", async () => {
    const { files } = await plan();
    expect(files).toEqual([
      ...["pr.changed", "pr.gone", "pr.held", "pr.same", "pr.touched"].map((name) => ({
        key: `bls/pr/${name}`,
        action: "create",
        bytes: `${name}, first\r\n`.length,
        reason: "new at the source",
      })),
      { key: populationKey, action: "create", bytes: expect.any(Number), reason: "new at the source" },
    ]);
    expect(harness.replica.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /pub/time.series/pr/",
      "GET /population",
    ]);
  });

  test("says what a run would do with each file, and a run does it", async () => {
    await change();
    const { files } = await plan();
    expect(byKey(files)).toEqual({
      "bls/pr/pr.changed": "download",
      "bls/pr/pr.gone": "remove",
      "bls/pr/pr.held": "hold",
      "bls/pr/pr.new": "create",
      "bls/pr/pr.same": "keep",
      "bls/pr/pr.touched": "download",
      [populationKey]: "keep",
    });
    for (const { key, action, bytes } of files) expect(bytes, `${action} ${key}`).toBeGreaterThan(0);
    const outcome = {
      create: ["created"],
      download: ["updated", "unchanged"],
      update: ["updated"],
      remove: ["removed"],
      keep: ["unchanged"],
      hold: ["held"],
      fail: [],
    };
    const done = new Map((await run("second")).map(({ key, action }) => [key, action]));
    expect(done.size).toBe(files.length);
    for (const { key, action } of files) expect(outcome[action], key).toContain(done.get(key));
  });

  test("changes nothing and downloads no file", async () => {
    await change();
    const versions = await harness.versions();
    harness.s3Requests.length = 0;
    await plan();
    await plan({ verify: true });
    await plan({ acceptSource: ["bls/pr/pr.held"] });
    const operations = new Set(harness.s3Requests.map(({ operation }) => operation));
    expect([...operations].sort()).toEqual(READS);
    expect(await harness.versions()).toEqual(versions);
    const asked = harness.replica.requests.filter(({ path }) => path.startsWith("/pub/time.series/pr/pr."));
    const bodies = asked.filter(({ method, status }) => method === "GET" && status === 200);
    expect(bodies).toEqual([]);
  });

  test("asks the source about a file whose listed time was too recent to trust, and plans to download a newer file", async () => {
    // A fixed clock: the run lists the files at this time, however long it takes.
    const now = new Date();
    harness.dependencies.source.now = () => now;
    await harness.publish("pr.same", "pr.same, first\r\n", new Date(now.getTime() - 90_000));
    await harness.publish("pr.touched", "pr.touched, first\r\n", new Date(now.getTime() + 60_000));
    await run("first");
    const { files } = await plan();
    const of = (name: string) => files.find(({ key }) => key === `bls/pr/${name}`);
    expect(of("pr.same")).toEqual({
      key: "bls/pr/pr.same",
      action: "keep",
      bytes: "pr.same, first\r\n".length,
      reason: "the source says that the file is not modified (304)",
    });
    expect(of("pr.touched")).toMatchObject({
      action: "download",
      reason:
        "too little is recorded about the stored version: only the bytes can show whether the file changed",
    });
  });

  test("plans downloads for verify, and for a held file whose source is accepted", async () => {
    await change();
    expect(byKey((await plan({ verify: true })).files)).toMatchObject({
      "bls/pr/pr.same": "download",
      "bls/pr/pr.held": "hold",
    });
    const accepted = await plan({ acceptSource: ["bls/pr/pr.held"] });
    expect(accepted.files.find(({ key }) => key === "bls/pr/pr.held")).toMatchObject({
      action: "download",
      reason: "the source is accepted in place of the held version",
    });
  });

  test("reports a changed population", async () => {
    await run("first");
    const { client, name: Bucket } = harness.dependencies.bronze;
    const put = { Bucket, Key: populationKey, Body: "{}" };
    await client.send(new PutObjectCommand({ ...put, Metadata: { execution: "arn:earlier" } }));
    const last = async (input?: ExecutionInput) => (await plan(input)).files.at(-1);
    expect(await last()).toMatchObject({ action: "update", reason: "changed at the source" });
    await client.send(new PutObjectCommand(put));
    const reason = "an operator put this version here; the source differs (accept it with acceptSource)";
    expect(await last()).toMatchObject({ action: "hold", bytes: 2, reason });
    expect(await last({ acceptSource: [populationKey] })).toMatchObject({ action: "update" });
  });

  test("has nothing to do without refresh, and sends no requests", async () => {
    await change();
    expect((await plan({ refresh: false })).files).toEqual([]);
    expect(harness.replica.requests).toEqual([]);
  });

  test("refuses what a run would refuse", async () => {
    await run("first");
    for (const name of ["pr.changed", "pr.gone", "pr.same"]) await harness.unpublish(name);
    await expect(plan()).rejects.toThrow(ListingNotBelievable);
  });
});

test("a plan checks as many files at a time as a run does", async () => {
  let underway = 0;
  let most = 0;
  const full = Promise.withResolvers<void>();
  const busy = await openHarness({
    s3: {
      intercept: async () => {
        most = Math.max(most, ++underway);
        if (underway === limits.concurrency) full.resolve();
        // Requests that come alone, such as a listing, wait only for the timer.
        await Promise.race([full.promise, sleep(500)]);
        await sleep(5);
        underway--;
        return undefined;
      },
    },
  });
  try {
    for (let number = 0; number < 20; number++) await busy.publish(`pr.${number}`, "text\r\n");
    await planRun({ ...busy.dependencies, population: busy.replica.population }, {}, limits);
    expect(most).toBe(4);
  } finally {
    await busy.close();
  }
});
