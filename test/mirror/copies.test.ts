import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { listVersions } from "@data-quest/core/bronze/versions";
import { planRun } from "@data-quest/core/mirror/plan";
import { holdCorrection } from "@data-quest/core/population/correction";
import { fetchPopulation } from "@data-quest/core/population/fetch-population";
import { populationKey } from "@data-quest/core/population/population";
import type { ExecutionInput } from "@data-quest/core/workflow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

const KEY = "bls/pr/pr.txt";
const POPULATION = '{"data":[{"Nation":"United States","Year":"2013","Population":1}],"source":[]}';
const day = (count: number) => new Date(Date.UTC(2026, 1, count, 13, 30, 17));

let harness: Harness;
let runs = 0;
beforeEach(async () => {
  harness = await openHarness();
  await harness.publish("pr.class", "stays");
});
afterEach(() => harness.close());

async function run(input: ExecutionInput = {}) {
  return (await harness.sync(input, `run ${++runs}`)).find(({ key }) => key === KEY);
}
/** Publishes and stores this many versions of the file. */
async function runThrough(count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await harness.publish("pr.txt", `version ${n}`, day(n));
    await run();
  }
}
/** The ID of the version at this position. 0 is the current version. */
async function idOf(place: number, key = KEY): Promise<string> {
  const { versionId = "" } = (await listVersions(harness.dependencies.bronze, key))[place] ?? {};
  return versionId;
}
/**
 * Copies an old version over its key as an operator would, with all its metadata and tags. Returns the new
 * version.
 */
async function copyBack(place: number, key = KEY): Promise<string> {
  const { client, name: Bucket } = harness.dependencies.bronze;
  const CopySource = `${Bucket}/${key}?versionId=${await idOf(place, key)}`;
  return (await client.send(new CopyObjectCommand({ Bucket, Key: key, CopySource }))).VersionId ?? "";
}
async function deleteForGood(VersionId: string): Promise<void> {
  const { client, name: Bucket } = harness.dependencies.bronze;
  await client.send(new DeleteObjectCommand({ Bucket, Key: KEY, VersionId }));
}
const body = async (key = KEY) => (await harness.body(key)).toString();

describe("an old version that an operator copied back inside S3", () => {
  test("is kept until the source is accepted, and counts as the operator's", async () => {
    await runThrough(2);
    const versionId = await copyBack(1);
    const population = harness.replica.population;
    const limits = { concurrency: 4, maxRemovedShare: 1 };
    const { files } = await planRun({ ...harness.dependencies, population }, {}, limits);
    expect(files.find(({ key }) => key === KEY)).toMatchObject({ action: "hold" });
    const reason = expect.stringContaining("the source differs");
    expect(await run()).toMatchObject({ action: "held", versionId, reason });
    await harness.publish("pr.txt", "version 3", day(3));
    expect(await run()).toMatchObject({ action: "held", versionId });
    expect(await body()).toBe("version 1");
    expect(await listVersions(harness.dependencies.bronze, KEY)).toMatchObject([
      { versionId, execution: null, held: "put" },
      { execution: expect.stringMatching(/^arn:/), held: null },
      { execution: expect.stringMatching(/^arn:/), held: null },
    ]);
    expect(await run({ acceptSource: [KEY] })).toMatchObject({ action: "updated" });
    expect(await body()).toBe("version 3");
    await harness.publish("pr.txt", "version 4", day(4));
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("is no longer held once a source with the same bytes is accepted", async () => {
    await runThrough(2);
    const versionId = await copyBack(1);
    await harness.publish("pr.txt", "version 1", day(3));
    expect(await run({ acceptSource: [KEY] })).toMatchObject({ action: "unchanged", versionId });
    await harness.publish("pr.txt", "version 4", day(4));
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("is kept if the source no longer has the file", async () => {
    await runThrough(1);
    await harness.unpublish("pr.txt");
    expect(await run()).toMatchObject({ action: "removed" });
    const versionId = await copyBack(1);
    expect(await run()).toMatchObject({ action: "held", versionId });
    expect(await body()).toBe("version 1");
  });

  test("is kept even though the version that it copies was once accepted", async () => {
    await runThrough(1);
    await harness.putByOperator(KEY, "version 2");
    await harness.publish("pr.txt", "version 2", day(2));
    expect(await run({ acceptSource: [KEY] })).toMatchObject({ action: "unchanged" });
    await harness.publish("pr.txt", "version 3", day(3));
    expect(await run()).toMatchObject({ action: "updated" });
    const versionId = await copyBack(1);
    await harness.publish("pr.txt", "version 4", day(4));
    expect(await run()).toMatchObject({ action: "held", versionId });
  });

  test("is also kept if it is the population file, and counts as a correction to analyze", async () => {
    const { bronze } = harness.dependencies;
    const dependencies = { ...harness.dependencies, population: harness.replica.population };
    const { settings } = await harness.discover();
    const fetch = (name: string) =>
      fetchPopulation(dependencies, settings, { id: `arn:${name}`, name, startTime: day(1).toISOString() });
    const first = { Metadata: { execution: "arn:first" }, Body: POPULATION };
    await bronze.client.send(new PutObjectCommand({ Bucket: bronze.name, Key: populationKey, ...first }));
    const second = await fetch("second");
    expect(second).toMatchObject({ action: "updated" });
    expect(await holdCorrection(bronze, second.versionId)).toBe(false);
    const versionId = await copyBack(1, populationKey);
    expect(await fetch("third")).toMatchObject({ action: "held", versionId });
    expect(await holdCorrection(bronze, versionId)).toBe(true);
    expect(await fetch("fourth")).toMatchObject({ action: "held", versionId });
    expect(await body(populationKey)).toBe(POPULATION);
  });
});

describe("a version that the workflow wrote", () => {
  test("is updated if the versions before it have expired", async () => {
    await runThrough(3);
    await deleteForGood(await idOf(2));
    await deleteForGood(await idOf(1));
    await harness.publish("pr.txt", "version 4", day(4));
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("is updated if only the previous version was permanently deleted", async () => {
    await runThrough(3);
    await deleteForGood(await idOf(1));
    await harness.publish("pr.txt", "version 4", day(4));
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("is updated if it came back after a removal", async () => {
    await runThrough(1);
    await harness.unpublish("pr.txt");
    await run();
    await runThrough(1);
    await harness.publish("pr.txt", "version 2", day(2));
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("is updated with one listing of the file's versions, and without a request for each version", async () => {
    await runThrough(3);
    await harness.publish("pr.txt", "version 4", day(4));
    harness.s3Requests.length = 0;
    await run();
    const looks = harness.s3Requests.filter(({ key }) => key === KEY).map(({ operation }) => operation);
    expect(looks).toEqual(["GetObjectTagging", "HeadObject", "GetObjectTagging", "PutObject"]);
    expect(harness.s3Requests.filter(({ operation }) => operation === "ListObjectVersions")).toHaveLength(1);
  });
});
