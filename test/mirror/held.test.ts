import { PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import { fetchPopulation } from "@data-quest/core/population/fetch-population.ts";
import { populationKey } from "@data-quest/core/population/population.ts";
import type { ExecutionInput } from "@data-quest/core/workflow.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openWorld, type World } from "./world.ts";

const LATER = new Date("2026-02-05T13:30:17Z");
const KEY = "bls/pr/pr.txt";

let world: World;
let runs = 0;
beforeEach(async () => {
  world = await openWorld();
  await world.publish("pr.txt", "the source's first");
  await run();
});
afterEach(() => world.close());

async function run(input: ExecutionInput = {}) {
  world.replica.requests.length = 0;
  world.s3Requests.length = 0;
  const [result] = await world.sync(input, `run ${++runs}`);
  return result;
}
const asked = () => world.replica.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);

describe("a version that a person put there", () => {
  it("stays through runs, and the source's file is downloaded only once for each change of it", async () => {
    const versionId = await world.personPuts(KEY, "corrected");
    const held = { action: "held", versionId, reason: expect.stringContaining("the source differs") };
    expect(await run()).toMatchObject(held);
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
    expect(await run()).toMatchObject(held);
    expect(asked()).toEqual(["GET "]);
    expect(world.s3Requests.map(({ operation }) => operation)).not.toContain("PutObjectTagging");
    await world.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject(held);
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
    await run();
    expect(asked()).toEqual(["GET "]);
    expect((await world.body(KEY)).toString()).toBe("corrected");
    expect(await world.versions()).toHaveLength(2);
  });

  it("is said to be the same where the source has the same bytes", async () => {
    await world.personPuts(KEY, "the source's second");
    await world.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject({
      action: "held",
      reason: expect.stringContaining("has the same bytes"),
    });
  });

  it("stays where the source's file is gone, and goes when that is accepted", async () => {
    await world.personPuts(KEY, "corrected");
    await world.unpublish("pr.txt");
    await world.publish("pr.class", "another");
    expect(await world.sync({}, "gone")).toContainEqual(
      expect.objectContaining({ key: KEY, action: "held" }),
    );
    expect(await world.sync({ acceptSource: [KEY] }, "accepted")).toContainEqual(
      expect.objectContaining({ key: KEY, action: "removed" }),
    );
  });

  it("gives way to the source when it is accepted, for good", async () => {
    await world.personPuts(KEY, "corrected");
    expect(await run({ acceptSource: [KEY] })).toMatchObject({
      action: "updated",
      reason: "the source was accepted over the held version",
    });
    expect((await world.body(KEY)).toString()).toBe("the source's first");
    expect(await run()).toMatchObject({ action: "unchanged" });
    expect(asked()).toEqual(["GET "]);
    await world.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject({ action: "updated" });
  });

  it("is the workflow's own from then on, without a new version, where it has the accepted bytes", async () => {
    const versionId = await world.personPuts(KEY, "the source's first");
    expect(await run({ acceptSource: [KEY] })).toMatchObject({ action: "unchanged", versionId });
    expect(await world.versions()).toHaveLength(2);
    expect(await run()).toMatchObject({ action: "unchanged" });
    expect(asked()).toEqual(["GET "]);
    await world.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject({ action: "updated" });
  });

  it("keeps a person's own tags", async () => {
    const VersionId = await world.personPuts(KEY, "corrected");
    const { client, name: Bucket } = world.dependencies.bronze;
    const Tagging = { TagSet: [{ Key: "ticket", Value: "DATA-17" }] };
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: KEY, VersionId, Tagging }));
    await run();
    const { readTags } = await import("@data-quest/core/storage/objects.ts");
    expect(await readTags(world.dependencies.bronze, KEY, VersionId)).toMatchObject({
      ticket: "DATA-17",
      held: "put",
    });
  });

  it("is compared again by verify", async () => {
    await world.personPuts(KEY, "corrected");
    await run();
    await run({ verify: true });
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
  });
});

describe("a corrected population", () => {
  async function fetch(input: ExecutionInput = {}) {
    const { settings } = await world.discover(input);
    const dependencies = { ...world.dependencies, population: world.replica.population };
    const execution = { id: `arn:${++runs}`, name: `${runs}`, startTime: "2026-09-03T12:30:00.000Z" };
    return fetchPopulation(dependencies, settings, execution);
  }

  it("stays until the source is accepted", async () => {
    expect(await fetch()).toMatchObject({ action: "created" });
    expect(await fetch()).toMatchObject({ action: "unchanged" });
    const published = (await world.body(populationKey)).toString();
    await world.personPuts(populationKey, published.replace("311536594", "311536595"));
    expect(await fetch()).toMatchObject({
      action: "held",
      reason: expect.stringContaining("the source differs"),
    });
    expect(await fetch({ acceptSource: [populationKey] })).toMatchObject({ action: "updated" });
    expect((await world.body(populationKey)).toString()).toBe(published);
  });
});
