/** Objects written while versioning was off, or was not in effect yet. Their versions have the ID `null`. */
import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { StorageUnavailable } from "@data-quest/core/errors";
import { fetchPopulation } from "@data-quest/core/population/fetch-population";
import { populationKey } from "@data-quest/core/population/population";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesOf, type Harness, type HarnessOptions, openHarness } from "./harness.ts";

const KEY = "bls/pr/pr.txt";
const LARGE = "bls/pr/pr.large.txt";
const large = bytesOf(9 * 1024 * 1024, 1);

let harness: Harness;
async function open(options: HarnessOptions = {}): Promise<void> {
  harness = await openHarness(options);
  await harness.publish("pr.txt", "the source's");
  await harness.publish("pr.large.txt", large);
}
afterEach(() => harness.close());

async function versioning(Status: "Enabled" | "Suspended"): Promise<void> {
  const { client, name: Bucket } = harness.dependencies.bronze;
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
}
async function run(name: string) {
  return Object.fromEntries(await harness.syncItems(await harness.discover(), name));
}
const current = async () => (await harness.versions()).filter(({ latest }) => latest);

// S3 responds with the version ID null if versioning is suspended, and without a version ID if versioning was
// never enabled.
describe.each([
  ["suspended", true],
  ["never on", false],
])("a version that was written while versioning was %s", (_what, wasOn) => {
  beforeEach(async () => {
    await open({ versioning: wasOn });
    if (wasOn) await versioning("Suspended");
    const first = await run("first");
    expect(first["pr.txt"]).toBeInstanceOf(StorageUnavailable);
    expect(String(first["pr.txt"])).toMatch(
      /versioning.*less than 15 minutes ago.*wait 15 minutes, then redrive/,
    );
    expect(first["pr.large.txt"]).toBeInstanceOf(StorageUnavailable);
    await versioning("Enabled");
  });

  test("becomes a real version with the same bytes, and nothing is left to do the next day", async () => {
    expect(await run("second")).toMatchObject({
      "pr.txt": { action: "unchanged" },
      "pr.large.txt": { action: "unchanged" },
    });
    const versions = await current();
    expect(versions.map(({ key }) => key).sort()).toEqual([LARGE, KEY]);
    for (const { versionId } of versions) expect(versionId).not.toBe("null");
    expect((await harness.body(KEY)).toString()).toBe("the source's");
    expect((await harness.body(LARGE)).equals(large)).toBe(true);
    harness.replica.requests.length = 0;
    const third = await run("third");
    expect(third).toMatchObject({
      "pr.txt": { action: "unchanged" },
      "pr.large.txt": { action: "unchanged" },
    });
    expect(await current()).toEqual(versions);
    expect(harness.replica.requests.map(({ path }) => path)).toEqual(["/pub/time.series/pr/"]);
  });

  test("belongs to the run if a redrive finds it", async () => {
    expect(await run("first")).toMatchObject({ "pr.txt": { action: "updated" } });
  });

  test("remains an operator's", async () => {
    await versioning("Suspended");
    await harness.putByOperator(KEY, "corrected");
    await versioning("Enabled");
    const held = (await run("second"))["pr.txt"];
    expect(held).toMatchObject({ action: "held", versionId: expect.not.stringMatching(/^null$/) });
    expect((await harness.body(KEY)).toString()).toBe("corrected");
  });
});

test("a file that an operator put into Bronze before versioning was enabled is held with a real version ID", async () => {
  await open({ versioning: false });
  await harness.putByOperator(KEY, "corrected");
  await versioning("Enabled");
  const results = await run("first");
  expect(results["pr.txt"]).toMatchObject({
    action: "held",
    versionId: expect.not.stringMatching(/^null$/),
  });
  expect(results["pr.large.txt"]).toMatchObject({ action: "created" });
  expect((await harness.body(KEY)).toString()).toBe("corrected");
});

test("a population file with the version ID null becomes a real version", async () => {
  await open();
  const dependencies = { ...harness.dependencies, population: harness.replica.population };
  const { settings } = await harness.discover();
  const execution = { id: "arn:run", name: "run", startTime: "2026-09-03T12:30:00.000Z" };
  await versioning("Suspended");
  await expect(fetchPopulation(dependencies, settings, execution)).rejects.toThrow(StorageUnavailable);
  await versioning("Enabled");
  const { versionId } = await fetchPopulation(dependencies, settings, execution);
  expect(versionId).not.toBe("null");
  expect((await current()).map(({ key }) => key)).toEqual([populationKey]);
});
