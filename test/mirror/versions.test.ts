import { createHash } from "node:crypto";
import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { listVersions, restoreVersion } from "@data-quest/core/bronze/versions";
import { StorageRefused, VersionLost, WriteConflict } from "@data-quest/core/errors";
import { fetchPopulation } from "@data-quest/core/population/fetch-population";
import { populationKey } from "@data-quest/core/population/population";
import { remedyFor } from "@data-quest/core/remedies";
import { type Bucket, readObject } from "@data-quest/core/storage/objects";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, LONG_AGO, openHarness } from "./harness.ts";

const key = "bls/pr/pr.class";
const LATER = new Date("2026-02-05T13:30:00Z");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let harness: Harness;
let bronze: Bucket;
let first: string;
let second: string;

/** Two published versions. The second is current. */
beforeEach(async () => {
  harness = await openHarness({ maxRemovedShare: 1 });
  bronze = harness.dependencies.bronze;
  await harness.publish("pr.txt", "stays\r\n");
  await harness.publish("pr.class", "first\r\n");
  await harness.sync({}, "one");
  await harness.publish("pr.class", "second\r\n", LATER);
  await harness.sync({}, "two");
  [second = "", first = ""] = (await listVersions(bronze, key)).map(({ versionId }) => versionId);
});
afterEach(() => harness.close());

let runs = 0;
async function syncClass(input = {}) {
  const results = await harness.sync(input, `next-${++runs}`);
  return results.find((result) => result.key === key);
}

test("a missing or damaged version causes VersionLost without a retry, and no redrive is suggested", async () => {
  const body = readdirSync(harness.bodies)
    .map((name) => join(harness.bodies, name))
    .find((path) => readFileSync(path, "utf8") === "second\r\n");
  truncateSync(body ?? "", 3);
  harness.s3Requests.length = 0;
  for (const [versionId, message] of [
    [
      second,
      `s3://bronze/${key}: The version ${second} of ${key} is damaged: ${body} has 3 bytes instead of 8`,
    ],
    ["0".repeat(32), `s3://bronze/${key} has no version ${"0".repeat(32)}`],
  ] as const) {
    const error: unknown = await readObject(bronze, key, versionId).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(VersionLost);
    expect(String(error)).toContain(message);
  }
  expect(harness.s3Requests).toHaveLength(2);
  expect(remedyFor("VersionLost").redrive).toBe(false);
});

describe("listVersions", () => {
  test("returns each version's time, size, SHA-256, source time, and execution, newest first", async () => {
    const storedAt = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/);
    const shared = { storedAt, removed: false, held: null };
    expect(await listVersions(bronze, key)).toEqual([
      {
        ...shared,
        versionId: second,
        current: true,
        bytes: 8,
        sha256: sha256("second\r\n"),
        execution: "arn:two",
        sourceModified: LATER.toISOString(),
      },
      {
        ...shared,
        versionId: first,
        current: false,
        bytes: 7,
        sha256: sha256("first\r\n"),
        execution: "arn:one",
        sourceModified: LONG_AGO.toISOString(),
      },
    ]);
  });

  test("returns a removal as a version without bytes, and nothing for a key that never existed", async () => {
    await harness.unpublish("pr.class");
    await harness.sync();
    const versions = await listVersions(bronze, key);
    expect(versions.map(({ removed, current, bytes }) => ({ removed, current, bytes }))).toEqual([
      { removed: true, current: true, bytes: 0 },
      { removed: false, current: false, bytes: 8 },
      { removed: false, current: false, bytes: 7 },
    ]);
    expect(await listVersions(bronze, "bls/pr/pr.clas")).toEqual([]);
  });
});

describe("restoreVersion", () => {
  test("stores the old bytes as a new version that is held and has no execution", async () => {
    const restored = await restoreVersion(bronze, key, first);
    const [current, ...older] = await listVersions(bronze, key);
    expect(current).toEqual(restored);
    expect(restored).toMatchObject({
      held: "restored",
      execution: null,
      sha256: sha256("first\r\n"),
      bytes: 7,
    });
    expect(restored.versionId).not.toBe(first);
    expect(older.map(({ versionId }) => versionId)).toEqual([second, first]);
    expect((await harness.body(key)).toString()).toBe("first\r\n");
    const of = (VersionId: string) =>
      bronze.client.send(new HeadObjectCommand({ Bucket: bronze.name, Key: key, VersionId }));
    const [original, copy] = await Promise.all([of(first), of(restored.versionId)]);
    expect(copy.Metadata).toEqual({
      "restored-from": first,
      source: original.Metadata?.source,
      "last-modified": original.Metadata?.["last-modified"],
    });
    expect(copy.ContentType).toBe(original.ContentType);
  });

  test("creates a version that is held, and reported as different, until the source is accepted", async () => {
    const { versionId } = await restoreVersion(bronze, key, first);
    for (let run = 0; run < 2; run++) {
      expect(await syncClass()).toMatchObject({
        action: "held",
        versionId,
        reason: expect.stringContaining("the source differs (accept it with acceptSource)"),
      });
    }
    expect(await syncClass({ acceptSource: [key] })).toMatchObject({
      action: "updated",
      reason: "the source is accepted in place of the held version",
    });
    expect((await harness.body(key)).toString()).toBe("second\r\n");
    expect(await syncClass()).toMatchObject({ action: "unchanged" });
  });

  test("is undone by another restore, and accepting the same bytes creates no new version", async () => {
    await restoreVersion(bronze, key, first);
    const back = await restoreVersion(bronze, key, second);
    expect(await syncClass()).toMatchObject({
      action: "held",
      reason: expect.stringContaining("the source has the same bytes"),
    });
    expect(await syncClass({ acceptSource: [key] })).toMatchObject({
      action: "unchanged",
      versionId: back.versionId,
    });
    await harness.publish("pr.class", "third\r\n", new Date("2026-02-12T13:30:00Z"));
    expect(await syncClass()).toMatchObject({ action: "updated" });
  });

  test("restores a file that was removed, and no run removes it again", async () => {
    await harness.unpublish("pr.class");
    await harness.sync();
    await restoreVersion(bronze, key, second);
    expect((await harness.body(key)).toString()).toBe("second\r\n");
    expect(await syncClass()).toMatchObject({ action: "held" });
  });

  test("refuses a version that is missing, is current, or is a removal", async () => {
    await expect(restoreVersion(bronze, key, "none")).rejects.toThrow(/there is no version none with bytes/);
    await expect(restoreVersion(bronze, key, second)).rejects.toThrow(/is already the current version/);
    await harness.unpublish("pr.class");
    await harness.sync();
    const [marker] = await listVersions(bronze, key);
    await expect(restoreVersion(bronze, key, marker?.versionId ?? "")).rejects.toThrow(StorageRefused);
  });

  test("also restores an old version of the population, which later runs keep", async () => {
    const dependencies = { ...harness.dependencies, population: harness.replica.population };
    const { settings } = await harness.discover();
    const execution = { id: "arn:one", name: "one", startTime: "2026-09-03T12:30:00.000Z" };
    await bronze.client.send(
      new PutObjectCommand({
        Bucket: bronze.name,
        Key: populationKey,
        Body: '{"data":[{"Nation":"United States","Year":"2013","Population":1}],"source":[]}',
        Metadata: { execution: "arn:earlier" },
      }),
    );
    const [old] = await listVersions(bronze, populationKey);
    expect(await fetchPopulation(dependencies, settings, execution)).toMatchObject({ action: "updated" });
    const { versionId } = await restoreVersion(bronze, populationKey, old?.versionId ?? "");
    expect(await fetchPopulation(dependencies, settings, execution)).toMatchObject({
      action: "held",
      versionId,
      reason: expect.stringContaining("the source differs"),
    });
  });
});

test("a restore does not overwrite what was written in the meantime", async () => {
  const rival = { ready: false };
  const contested = await openHarness({
    s3: {
      intercept: async ({ operation }) => {
        if (operation !== "CopyObject" || !rival.ready) return undefined;
        rival.ready = false;
        const { client, name } = contested.dependencies.bronze;
        await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: "a rival's" }));
        return undefined;
      },
    },
  });
  try {
    await contested.publish("pr.class", "first\r\n");
    await contested.sync();
    await contested.publish("pr.class", "second\r\n", LATER);
    await contested.sync();
    const [, old] = await listVersions(contested.dependencies.bronze, key);
    rival.ready = true;
    await expect(restoreVersion(contested.dependencies.bronze, key, old?.versionId ?? "")).rejects.toThrow(
      WriteConflict,
    );
    expect((await contested.body(key)).toString()).toBe("a rival's");
  } finally {
    await contested.close();
  }
});
