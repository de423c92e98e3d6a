import { createHash } from "node:crypto";
import { ListingNotBelievable, ListingTooLarge } from "@data-quest/core/errors.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LONG_AGO, openWorld, type World } from "./world.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("files that a person put into the mirror", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
    for (const name of ["pr.class", "pr.txt", "pr.sector"]) await world.publish(name, `${name}\n`);
    await world.sync();
  });
  afterEach(() => world.close());

  it("are there for an analysis that refreshes nothing, with their hashes", async () => {
    await world.personPuts("bls/pr/pr.class", "mine\n");
    const { present } = await world.discover({ refresh: false });
    expect(present.map(({ key, sha256: hash }) => [key, hash])).toEqual([
      ["bls/pr/pr.class", sha256("mine\n")],
      ["bls/pr/pr.sector", sha256("pr.sector\n")],
      ["bls/pr/pr.txt", sha256("pr.txt\n")],
    ]);
  });

  it("stay where the source lists no such file, with their hashes", async () => {
    await world.personPuts("bls/pr/pr.mine", "mine\n");
    const result = (await world.syncItems(await world.discover())).get("pr.mine");
    expect(result).toMatchObject({ action: "held", sha256: sha256("mine\n") });
  });

  it("do not count as gone, however many", async () => {
    for (const name of ["a", "b", "c", "d"]) await world.personPuts(`bls/pr/${name}`, "mine\n");
    expect((await world.sync({}, "again")).map(({ action }) => action)).toEqual([
      ...Array(3).fill("unchanged"),
      ...Array(4).fill("held"),
    ]);
    await world.unpublish("pr.class");
    await world.unpublish("pr.txt");
    await expect(world.discover()).rejects.toThrow(ListingNotBelievable);
  });
});

it("refuses a listing of more files than the results of one execution can hold, and says how many can", async () => {
  const virtual = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      path: `pr/pr.file.${String(index).padStart(4, "0")}`,
      size: 10,
      modified: LONG_AGO,
    }));
  for (const [count, refused] of [
    [600, false],
    [900, true],
  ] as const) {
    const world = await openWorld({ replica: { virtual: virtual(count) } });
    const discovery = world.discover();
    if (refused) await expect(discovery).rejects.toThrow(ListingTooLarge);
    else expect((await discovery).items).toHaveLength(count);
    await world.close();
  }
});
