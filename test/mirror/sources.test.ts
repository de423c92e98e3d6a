import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { FileRefused } from "@data-quest/core/errors.ts";
import { planRun } from "@data-quest/core/mirror/plan.ts";
import { afterEach, describe, expect, it } from "vitest";
import { openWorld, type World, type WorldOptions } from "./world.ts";

const KEY = "bls/pr/pr.class";
const REAL = "the real bytes";
const MADE_UP = "made up, quite";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function open(options: WorldOptions, body: string, modified?: Date): Promise<World> {
  const world = await openWorld(options);
  worlds.push(world);
  await world.publish("pr.class", body, modified);
  await world.publish("pr.txt", "in all of them");
  return world;
}
const made = (options: Partial<WorldOptions["replica"]> = {}): WorldOptions => ({
  replica: { synthetic: true, ...options },
});

/** From now on the world's bucket is fed by the other world's source. */
function feedBy(world: World, other: World): void {
  world.dependencies.timeSeries = other.dependencies.timeSeries;
  other.replica.requests.length = 0;
}
async function classAfter(world: World, execution: string, input = {}) {
  return (await world.sync(input, execution)).find(({ key }) => key === KEY);
}
const asked = (world: World) => world.replica.requests.map(({ path }) => path.split("/").at(-1));

describe("another source into the same bucket", () => {
  it("is not taken for the first one, though its file has the same name, size and time", async () => {
    const world = await open({}, REAL);
    const other = await open({}, "as many bytes!");
    await world.sync({}, "first");
    feedBy(world, other);
    expect(await classAfter(world, "second")).toMatchObject({
      action: "updated",
      reason: "the source is another one than before",
    });
    expect((await world.body(KEY)).toString()).toBe("as many bytes!");
    // What has the same bytes there is downloaded once, and makes no version.
    expect(await world.versions()).toHaveLength(3);
    other.replica.requests.length = 0;
    expect(await classAfter(world, "third")).toMatchObject({ action: "unchanged" });
    expect(asked(other)).toEqual([""]);
  });

  it("is not asked whether it changed since the first one's time", async () => {
    const modified = new Date("2026-09-03T12:30:17Z");
    const clock = () => new Date("2026-09-03T12:32:00Z");
    const world = await open({ replica: { clock } }, REAL, modified);
    const other = await open({ replica: { clock } }, "as many bytes!", modified);
    await world.sync({}, "first");
    feedBy(world, other);
    expect(await classAfter(world, "second")).toMatchObject({ action: "updated" });
    expect((await world.body(KEY)).toString()).toBe("as many bytes!");
  });
});

describe("made-up data", () => {
  it("is one source, wherever it is served", async () => {
    const world = await open(made(), MADE_UP);
    const other = await open(made(), MADE_UP);
    await world.sync({}, "first");
    feedBy(world, other);
    expect(await classAfter(world, "second")).toMatchObject({ action: "unchanged" });
    expect(asked(other)).toEqual([""]);
  });

  it("does not replace what a source published, nor remove it, until that is accepted", async () => {
    const world = await open({}, REAL);
    const sample = await open(made(), MADE_UP);
    await world.publish("pr.data.txt", "not in the sample");
    await world.sync({}, "first");
    feedBy(world, sample);
    const before = await world.versions();
    const results = await world.syncItems(await world.discover(), "second");
    for (const name of ["pr.class", "pr.txt", "pr.data.txt"])
      expect(results.get(name), name).toBeInstanceOf(FileRefused);
    expect(String(results.get("pr.class"))).toMatch(
      /s3:\/\/bronze\/bls\/pr\/pr\.class came from http:.*made-up data.*--source.*--accept-source bls\/pr\/pr\.class/,
    );
    const population = sample.replica.population;
    const limits = { concurrency: 4, maxRemovedShare: 1 };
    await expect(planRun({ ...world.dependencies, population }, {}, limits)).rejects.toThrow(FileRefused);
    expect(asked(sample).filter(Boolean)).toEqual([]);
    expect(await world.versions()).toEqual(before);

    const discovery = await world.discover({ acceptSource: [KEY] });
    expect((await world.syncItems(discovery, "third")).get("pr.class")).toMatchObject({ action: "updated" });
    expect((await world.body(KEY)).toString()).toBe(MADE_UP);
  });

  it("gives way to a source's own, where that has the same bytes too", async () => {
    const world = await open(made(), MADE_UP);
    const real = await open({}, REAL);
    await world.sync({}, "first");
    feedBy(world, real);
    const reason = "the source's own in place of made-up data";
    expect(await world.sync({}, "second")).toMatchObject([
      { key: KEY, action: "updated", reason },
      { key: "bls/pr/pr.txt", action: "updated", reason },
    ]);
    const { client, name: Bucket } = world.dependencies.bronze;
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key: "bls/pr/pr.txt" }));
    expect(Metadata).not.toHaveProperty("synthetic");
    real.replica.requests.length = 0;
    expect(await classAfter(world, "third")).toMatchObject({ action: "unchanged" });
    expect(asked(real)).toEqual([""]);
  });
});
