import { createHash } from "node:crypto";
import { InvalidInput, ListingNotBelievable, ListingTooLarge } from "@data-quest/core/errors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, LONG_AGO, openHarness } from "./harness.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("an analysis without refresh is refused as long as the mirror is empty", async () => {
  const harness = await openHarness();
  const refused = harness.discover({ refresh: false });
  await expect(refused).rejects.toThrow(InvalidInput);
  await expect(refused).rejects.toThrow("bls/pr/ has no files: run with refresh first");
  await harness.close();
});

describe("files that an operator uploaded to the mirror", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await openHarness();
    for (const name of ["pr.class", "pr.txt", "pr.sector"]) await harness.publish(name, `${name}\n`);
    await harness.sync();
  });
  afterEach(() => harness.close());

  test("are available, with their hashes, to an analysis without refresh", async () => {
    await harness.putByOperator("bls/pr/pr.class", "mine\n");
    const { present } = await harness.discover({ refresh: false });
    expect(present.map(({ key, sha256: hash }) => [key, hash])).toEqual([
      ["bls/pr/pr.class", sha256("mine\n")],
      ["bls/pr/pr.sector", sha256("pr.sector\n")],
      ["bls/pr/pr.txt", sha256("pr.txt\n")],
    ]);
  });

  test("are kept, with their hashes, if the source does not list them", async () => {
    await harness.putByOperator("bls/pr/pr.mine", "mine\n");
    const result = (await harness.syncItems(await harness.discover())).get("pr.mine");
    expect(result).toMatchObject({ action: "held", sha256: sha256("mine\n") });
  });

  test("do not count as gone, however many there are", async () => {
    for (const name of ["a", "b", "c", "d"]) await harness.putByOperator(`bls/pr/${name}`, "mine\n");
    expect((await harness.sync({}, "again")).map(({ action }) => action)).toEqual([
      ...Array(3).fill("unchanged"),
      ...Array(4).fill("held"),
    ]);
    await harness.unpublish("pr.class");
    await harness.unpublish("pr.txt");
    await expect(harness.discover()).rejects.toThrow(ListingNotBelievable);
  });
});

test("a listing of more files than the results of one execution can contain is refused", async () => {
  const virtual = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      path: `pr/pr.file.${String(index).padStart(4, "0")}`,
      size: 10,
      modified: LONG_AGO,
    }));
  for (const [count, refused] of [
    [500, false],
    [900, true],
  ] as const) {
    const harness = await openHarness({ replica: { virtual: virtual(count) } });
    const discovery = harness.discover();
    if (refused) await expect(discovery).rejects.toThrow(ListingTooLarge);
    else expect((await discovery).items).toHaveLength(count);
    await harness.close();
  }
});
