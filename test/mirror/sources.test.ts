import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { SyntheticDataRefused } from "@data-quest/core/errors";
import { planRun } from "@data-quest/core/mirror/plan";
import { afterEach, describe, expect, test } from "vitest";
import { type Harness, type HarnessOptions, openHarness } from "./harness.ts";

const KEY = "bls/pr/pr.class";
const REAL = "the real bytes";
const MADE_UP = "made up, quite";

const worlds: Harness[] = [];
afterEach(async () => {
  for (const harness of worlds.splice(0)) await harness.close();
});

async function open(options: HarnessOptions, body: string, modified?: Date): Promise<Harness> {
  const harness = await openHarness(options);
  worlds.push(harness);
  await harness.publish("pr.class", body, modified);
  await harness.publish("pr.txt", "in all of them");
  return harness;
}
const made = (options: Partial<HarnessOptions["replica"]> = {}): HarnessOptions => ({
  replica: { synthetic: true, ...options },
});

/** From now on, the harness's bucket is fed by the other harness's source. */
function feedBy(harness: Harness, other: Harness): void {
  harness.dependencies.timeSeries = other.dependencies.timeSeries;
  other.replica.requests.length = 0;
}
async function classAfter(harness: Harness, execution: string, input = {}) {
  return (await harness.sync(input, execution)).find(({ key }) => key === KEY);
}
const asked = (harness: Harness) => harness.replica.requests.map(({ path }) => path.split("/").at(-1));

describe("a different source for the same bucket", () => {
  test("is not mistaken for the first source, although its file has the same name, size, and time", async () => {
    const harness = await open({}, REAL);
    const other = await open({}, "as many bytes!");
    await harness.sync({}, "first");
    feedBy(harness, other);
    expect(await classAfter(harness, "second")).toMatchObject({
      action: "updated",
      reason: "the source is not the one that the stored version came from",
    });
    expect((await harness.body(KEY)).toString()).toBe("as many bytes!");
    // A file with the same bytes is downloaded once and creates no version.
    expect(await harness.versions()).toHaveLength(3);
    other.replica.requests.length = 0;
    expect(await classAfter(harness, "third")).toMatchObject({ action: "unchanged" });
    expect(asked(other)).toEqual([""]);
  });

  test("is not asked whether its file has changed since the first source's file was modified", async () => {
    const modified = new Date("2026-09-03T12:30:17Z");
    const clock = () => new Date("2026-09-03T12:32:00Z");
    const harness = await open({ replica: { clock } }, REAL, modified);
    const other = await open({ replica: { clock } }, "as many bytes!", modified);
    await harness.sync({}, "first");
    feedBy(harness, other);
    expect(await classAfter(harness, "second")).toMatchObject({ action: "updated" });
    expect((await harness.body(KEY)).toString()).toBe("as many bytes!");
  });
});

describe("synthetic data", () => {
  test("counts as the same source, wherever it is served from", async () => {
    const harness = await open(made(), MADE_UP);
    const other = await open(made(), MADE_UP);
    await harness.sync({}, "first");
    feedBy(harness, other);
    expect(await classAfter(harness, "second")).toMatchObject({ action: "unchanged" });
    expect(asked(other)).toEqual([""]);
  });

  test("neither replaces nor removes what a source published, unless acceptSource allows it", async () => {
    const harness = await open({}, REAL);
    const sample = await open(made(), MADE_UP);
    await harness.publish("pr.data.txt", "not in the sample");
    await harness.sync({}, "first");
    feedBy(harness, sample);
    const before = await harness.versions();
    const results = await harness.syncItems(await harness.discover(), "second");
    for (const name of ["pr.class", "pr.txt", "pr.data.txt"])
      expect(results.get(name), name).toBeInstanceOf(SyntheticDataRefused);
    expect(String(results.get("pr.class"))).toMatch(
      /s3:\/\/bronze\/bls\/pr\/pr\.class came from http:.*synthetic data.*--source.*--accept-source bls\/pr\/pr\.class/,
    );
    const population = sample.replica.population;
    const limits = { concurrency: 4, maxRemovedShare: 1 };
    await expect(planRun({ ...harness.dependencies, population }, {}, limits)).rejects.toThrow(
      SyntheticDataRefused,
    );
    expect(asked(sample).filter(Boolean)).toEqual([]);
    expect(await harness.versions()).toEqual(before);

    const discovery = await harness.discover({ acceptSource: [KEY] });
    expect((await harness.syncItems(discovery, "third")).get("pr.class")).toMatchObject({
      action: "updated",
    });
    expect((await harness.body(KEY)).toString()).toBe(MADE_UP);
  });

  test("is replaced by a source's own data, even if that data has the same bytes", async () => {
    const harness = await open(made(), MADE_UP);
    const real = await open({}, REAL);
    await harness.sync({}, "first");
    feedBy(harness, real);
    const reason = "the source's own data replaces synthetic data";
    expect(await harness.sync({}, "second")).toMatchObject([
      { key: KEY, action: "updated", reason },
      { key: "bls/pr/pr.txt", action: "updated", reason },
    ]);
    const { client, name: Bucket } = harness.dependencies.bronze;
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key: "bls/pr/pr.txt" }));
    expect(Metadata).not.toHaveProperty("synthetic");
    real.replica.requests.length = 0;
    expect(await classAfter(harness, "third")).toMatchObject({ action: "unchanged" });
    expect(asked(real)).toEqual([""]);
  });
});
