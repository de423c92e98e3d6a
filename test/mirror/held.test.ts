import { createHash } from "node:crypto";
import { FileNameRefused, InvalidInput } from "@data-quest/core/errors";
import { fetchPopulation } from "@data-quest/core/population/fetch-population";
import { populationKey } from "@data-quest/core/population/population";
import { readCurrentTags, readTags, writeTags } from "@data-quest/core/storage/objects";
import type { ExecutionInput } from "@data-quest/core/workflow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

const LATER = new Date("2026-02-05T13:30:17Z");
const KEY = "bls/pr/pr.txt";

let harness: Harness;
let runs = 0;
beforeEach(async () => {
  harness = await openHarness();
  await harness.publish("pr.txt", "the source's first");
  await run();
});
afterEach(() => harness.close());

async function run(input: ExecutionInput = {}) {
  harness.replica.requests.length = 0;
  harness.s3Requests.length = 0;
  const [result] = await harness.sync(input, `run ${++runs}`);
  return result;
}
/** Adds tags to the file's current version, as an operator would. */
async function addTags(tags: Record<string, string>): Promise<void> {
  const { bronze } = harness.dependencies;
  const current = await readCurrentTags(bronze, KEY);
  await writeTags(bronze, KEY, current?.versionId ?? "", { ...current?.tags, ...tags });
}
const asked = () => harness.replica.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);

describe("a version that an operator uploaded", () => {
  test("is kept across runs, and the source's file is downloaded only once after each change", async () => {
    const versionId = await harness.putByOperator(KEY, "corrected");
    const held = { action: "held", versionId, reason: expect.stringContaining("the source differs") };
    expect(await run()).toMatchObject(held);
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
    expect(await run()).toMatchObject(held);
    expect(asked()).toEqual(["GET "]);
    expect(harness.s3Requests.map(({ operation }) => operation)).not.toContain("PutObjectTagging");
    await harness.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject(held);
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
    await run();
    expect(asked()).toEqual(["GET "]);
    expect((await harness.body(KEY)).toString()).toBe("corrected");
    expect(await harness.versions()).toHaveLength(2);
  });

  test("is no longer held once the source is accepted in its place, and its tags record the acceptance", async () => {
    const versionId = await harness.putByOperator(KEY, "the source's second");
    await harness.publish("pr.txt", "the source's second", LATER);
    await run();
    expect(await run({ acceptSource: [KEY] })).toMatchObject({ action: "unchanged", versionId });
    const tags = await readTags(harness.dependencies.bronze, KEY, versionId);
    expect(tags).toMatchObject({ accepted: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(tags).not.toHaveProperty("held");
    expect(await run()).toMatchObject({ action: "unchanged", versionId });
  });

  test("is not held if the tag that earlier software wrote has the hash of the version ID, but is held if the hash differs", async () => {
    const versionId = await harness.putByOperator(KEY, "the source's first");
    const hash = createHash("sha256").update(versionId).digest("hex").slice(0, 16);
    await addTags({ held: "no 0123456789abcdef" });
    expect(await run()).toMatchObject({ action: "held", versionId });
    await addTags({ held: `no ${hash}` });
    expect(await run()).toMatchObject({ action: "unchanged", versionId });
  });

  test("is reported as equal if the source has the same bytes", async () => {
    await harness.putByOperator(KEY, "the source's second");
    await harness.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject({
      action: "held",
      reason: expect.stringContaining("has the same bytes"),
    });
  });

  test("is kept if the source's file is gone, and is removed once the source is accepted", async () => {
    await harness.putByOperator(KEY, "corrected");
    await harness.unpublish("pr.txt");
    await harness.publish("pr.class", "another");
    expect(await harness.sync({}, "gone")).toContainEqual(
      expect.objectContaining({ key: KEY, action: "held" }),
    );
    expect(await harness.sync({ acceptSource: [KEY] }, "accepted")).toContainEqual(
      expect.objectContaining({ key: KEY, action: "removed" }),
    );
  });

  test("is permanently replaced once the source is accepted", async () => {
    await harness.putByOperator(KEY, "corrected");
    expect(await run({ acceptSource: [KEY] })).toMatchObject({
      action: "updated",
      reason: "the source is accepted in place of the held version",
    });
    expect((await harness.body(KEY)).toString()).toBe("the source's first");
    expect(await run()).toMatchObject({ action: "unchanged" });
    expect(asked()).toEqual(["GET "]);
    await harness.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("becomes the workflow's own, without a new version, if it has the accepted bytes", async () => {
    const versionId = await harness.putByOperator(KEY, "the source's first");
    expect(await run({ acceptSource: [KEY] })).toMatchObject({ action: "unchanged", versionId });
    expect(await harness.versions()).toHaveLength(2);
    expect(await run()).toMatchObject({ action: "unchanged" });
    expect(asked()).toEqual(["GET "]);
    await harness.publish("pr.txt", "the source's second", LATER);
    expect(await run()).toMatchObject({ action: "updated" });
  });

  test("keeps an operator's own tags", async () => {
    const versionId = await harness.putByOperator(KEY, "corrected");
    await addTags({ ticket: "DATA-17" });
    await run();
    expect(await readTags(harness.dependencies.bronze, KEY, versionId)).toMatchObject({
      ticket: "DATA-17",
      held: "put",
    });
  });

  test("is held without tags if the operator's own tags leave no room", async () => {
    const versionId = await harness.putByOperator(KEY, "corrected");
    const own = { a: "1", b: "2", c: "3", d: "4", e: "5", f: "6" };
    await addTags(own);
    for (let n = 0; n < 2; n++)
      expect(await run()).toMatchObject({
        action: "held",
        versionId,
        reason: expect.stringContaining("the source differs"),
      });
    expect(await readTags(harness.dependencies.bronze, KEY, versionId)).toEqual(own);
  });

  test("is not requested from the source if its name points outside the survey's folder", async () => {
    const key = "bls/pr/../cu/x";
    await harness.putByOperator(key, "mine");
    expect(await harness.sync({}, "odd")).toContainEqual(expect.objectContaining({ key, action: "held" }));
    harness.replica.requests.length = 0;
    const results = await harness.syncItems(await harness.discover({ acceptSource: [key] }), "accepted");
    expect(results.get("../cu/x")).toBeInstanceOf(FileNameRefused);
    expect(String(results.get("../cu/x"))).toContain(`s3://bronze/${key} has a name that points outside`);
    expect(asked()).toEqual(["GET "]);
  });

  test("is compared again by verify", async () => {
    await harness.putByOperator(KEY, "corrected");
    await run();
    await run({ verify: true });
    expect(asked()).toEqual(["GET ", "GET pr.txt"]);
  });
});

describe("a version that an operator holds with a tag during a run", () => {
  /** Makes the operator act when the file is requested from the source. */
  function meanwhile(): void {
    const before = () => addTags({ held: "by Anna", ticket: "DATA-17" });
    harness.replica.setFaults([{ match: /pr\.txt$/, times: 1, fault: { kind: "meanwhile", before } }]);
  }
  const tags = async (versionId: string) => readTags(harness.dependencies.bronze, KEY, versionId);

  test("keeps the tag if the source's bytes are the same", async () => {
    await harness.publish("pr.txt", "the source's first", LATER);
    meanwhile();
    const result = await run();
    expect(await tags(result?.versionId ?? "")).toMatchObject({ held: "by Anna", ticket: "DATA-17" });
    expect(await run()).toMatchObject({ action: "held", versionId: result?.versionId });
  });

  test("is kept if the source's bytes differ", async () => {
    await harness.publish("pr.txt", "the source's second", LATER);
    meanwhile();
    expect(await run()).toMatchObject({ action: "held" });
    expect((await harness.body(KEY)).toString()).toBe("the source's first");
  });

  test("keeps the tag if the version was already an operator's", async () => {
    const versionId = await harness.putByOperator(KEY, "corrected");
    meanwhile();
    expect(await run()).toMatchObject({ action: "held" });
    expect(await tags(versionId)).toMatchObject({ held: "by Anna", ticket: "DATA-17" });
  });
});

describe("accepting a source", () => {
  test("requires contact with the source, so refresh: false is refused", async () => {
    const discovery = harness.discover({ refresh: false, acceptSource: [KEY] });
    await expect(discovery).rejects.toThrow(InvalidInput);
    await expect(discovery).rejects.toThrow(
      `acceptSource: ${KEY}: with refresh: false, the source is not contacted`,
    );
  });
});

describe("a corrected population", () => {
  async function fetch(input: ExecutionInput = {}) {
    const { settings } = await harness.discover(input);
    const dependencies = { ...harness.dependencies, population: harness.replica.population };
    const execution = { id: `arn:${++runs}`, name: `${runs}`, startTime: "2026-09-03T12:30:00.000Z" };
    return fetchPopulation(dependencies, settings, execution);
  }

  test("is kept until the source is accepted", async () => {
    expect(await fetch()).toMatchObject({ action: "created" });
    expect(await fetch()).toMatchObject({ action: "unchanged" });
    const published = (await harness.body(populationKey)).toString();
    await harness.putByOperator(populationKey, published.replace("311536594", "311536595"));
    expect(await fetch()).toMatchObject({
      action: "held",
      reason: expect.stringContaining("the source differs"),
    });
    expect(await fetch({ acceptSource: [populationKey] })).toMatchObject({ action: "updated" });
    expect((await harness.body(populationKey)).toString()).toBe(published);
  });
});
