import { InvalidInput, LinkRefused } from "@data-quest/core/errors.ts";
import { fetchPopulation } from "@data-quest/core/population/fetch-population.ts";
import { populationKey } from "@data-quest/core/population/population.ts";
import { readCurrentTags, readTags, writeTags } from "@data-quest/core/storage/objects.ts";
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
/** Adds tags to the file's current version, as a person does. */
async function addTags(tags: Record<string, string>): Promise<void> {
  const { bronze } = world.dependencies;
  const current = await readCurrentTags(bronze, KEY);
  await writeTags(bronze, KEY, current?.versionId ?? "", { ...current?.tags, ...tags });
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
    const versionId = await world.personPuts(KEY, "corrected");
    await addTags({ ticket: "DATA-17" });
    await run();
    expect(await readTags(world.dependencies.bronze, KEY, versionId)).toMatchObject({
      ticket: "DATA-17",
      held: "put",
    });
  });

  it("is held without a word where a person's own tags leave no room", async () => {
    const versionId = await world.personPuts(KEY, "corrected");
    const own = { a: "1", b: "2", c: "3", d: "4", e: "5", f: "6" };
    await addTags(own);
    for (let n = 0; n < 2; n++)
      expect(await run()).toMatchObject({
        action: "held",
        versionId,
        reason: expect.stringContaining("the source differs"),
      });
    expect(await readTags(world.dependencies.bronze, KEY, versionId)).toEqual(own);
  });

  it("may have a name that leads out of the survey's folder, which no source is asked for", async () => {
    const key = "bls/pr/../cu/x";
    await world.personPuts(key, "mine");
    expect(await world.sync({}, "odd")).toContainEqual(expect.objectContaining({ key, action: "held" }));
    world.replica.requests.length = 0;
    const results = await world.syncItems(await world.discover({ acceptSource: [key] }), "accepted");
    expect(results.get("../cu/x")).toBeInstanceOf(LinkRefused);
    expect(String(results.get("../cu/x"))).toContain(`s3://bronze/${key} has a name that leads out of`);
    expect(asked()).toEqual(["GET "]);
  });

  it("is compared again by verify", async () => {
    await world.personPuts(KEY, "corrected");
    await run();
    await run({ verify: true });
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
  });
});

describe("a version that a person holds by its tag while a run is under way", () => {
  /** Has the person act when the source is asked for the file. */
  function meanwhile(): void {
    const before = () => addTags({ held: "by Anna", ticket: "DATA-17" });
    world.replica.setFaults([{ match: /pr\.txt$/, times: 1, fault: { kind: "meanwhile", before } }]);
  }
  const tags = async (versionId: string) => readTags(world.dependencies.bronze, KEY, versionId);

  it("keeps the tag where the source's bytes are the same", async () => {
    await world.publish("pr.txt", "the source's first", LATER);
    meanwhile();
    const result = await run();
    expect(await tags(result?.versionId ?? "")).toMatchObject({ held: "by Anna", ticket: "DATA-17" });
    expect(await run()).toMatchObject({ action: "held", versionId: result?.versionId });
  });

  it("stays where the source's bytes are others", async () => {
    await world.publish("pr.txt", "the source's second", LATER);
    meanwhile();
    expect(await run()).toMatchObject({ action: "held" });
    expect((await world.body(KEY)).toString()).toBe("the source's first");
  });

  it("keeps the tag where it was a person's anyway", async () => {
    const versionId = await world.personPuts(KEY, "corrected");
    meanwhile();
    expect(await run()).toMatchObject({ action: "held" });
    expect(await tags(versionId)).toMatchObject({ held: "by Anna", ticket: "DATA-17" });
  });
});

describe("what is accepted", () => {
  it("must be asked for: not beside refresh false", async () => {
    const discovery = world.discover({ refresh: false, acceptSource: [KEY] });
    await expect(discovery).rejects.toThrow(InvalidInput);
    await expect(discovery).rejects.toThrow(
      `acceptSource: ${KEY}: with refresh false the source is not asked`,
    );
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
