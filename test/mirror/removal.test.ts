import {
  LinkRefused,
  ListingNotBelievable,
  ListingTooLarge,
  SourceAnswerRefused,
  SourceForbidden,
  SourceNotFound,
} from "@data-quest/core/errors.ts";
import { restoreVersion } from "@data-quest/core/mirror/versions.ts";
import type { Fault } from "@data-quest/local/replica/faults.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openWorld, type World } from "./world.ts";

const NAMES = ["pr.class", "pr.contacts", "pr.duration", "pr.footnote", "pr.measure", "pr.txt"];
const GONE = "bls/pr/pr.txt";

let world: World;
beforeEach(async () => {
  world = await openWorld();
  for (const name of NAMES) await world.publish(name, `this is ${name}\r\n`);
  await world.sync({}, "first");
  world.replica.requests.length = 0;
});
afterEach(() => world.close());

/** Every current object as before, and no delete marker. */
async function expectAllKept(): Promise<void> {
  expect([...(await world.objects()).keys()].sort()).toEqual(NAMES.map((name) => `bls/pr/${name}`));
  expect(await world.versions()).toHaveLength(NAMES.length);
}

describe("a file that is not in the listing any more", () => {
  it.each([404, 410] as const)(
    "is removed where the source itself says %i, and can be brought back",
    async (status) => {
      await world.unpublish("pr.txt");
      if (status === 410) world.replica.setFaults([{ match: /pr\.txt$/, fault: { kind: "status", status } }]);
      const version = (await world.versions()).find(({ key }) => key === GONE)?.versionId ?? "";
      const removed = (await world.sync({}, "second")).find(({ key }) => key === GONE);
      expect(removed).toMatchObject({
        action: "removed",
        reason: `gone at the source (${status})`,
        bytes: 0,
      });
      const marker = (await world.versions()).find((entry) => entry.marker);
      expect(marker).toMatchObject({ key: GONE, versionId: removed?.versionId, latest: true });
      expect((await world.body(GONE, version)).toString()).toBe("this is pr.txt\r\n");
      await restoreVersion(world.dependencies.bronze, GONE, version);
      expect((await world.body(GONE)).toString()).toBe("this is pr.txt\r\n");
      expect(await world.sync({}, "third")).toContainEqual(
        expect.objectContaining({ key: GONE, action: "held" }),
      );
    },
  );

  it("is looked for no more once it is removed, and stored again when it is back", async () => {
    await world.unpublish("pr.txt");
    await world.sync({}, "second");
    world.replica.requests.length = 0;
    expect(await world.sync({}, "third")).toHaveLength(NAMES.length - 1);
    expect(world.replica.requests).toHaveLength(1);
    await world.publish("pr.txt", "back again");
    expect(await world.sync({}, "fourth")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "created" }),
    );
  });

  it.each<[number | string, Fault, string]>([
    [200, { kind: "status", status: 200 }, "unchanged"],
    [403, { kind: "status", status: 403 }, "SourceForbidden"],
    [429, { kind: "status", status: 429 }, "SourceUnavailable"],
    [500, { kind: "status", status: 500 }, "SourceUnavailable"],
    [503, { kind: "status", status: 503 }, "SourceUnavailable"],
    ["a reset", { kind: "reset" }, "SourceUnavailable"],
    [
      "a redirect to a page that is not there",
      { kind: "redirect", location: "/nowhere" },
      "SourceAnswerRefused",
    ],
    [
      "a redirect to another host",
      { kind: "redirect", location: "http://127.0.0.1:1/" },
      "SourceAnswerRefused",
    ],
  ])("stays where the source answers %s", async (_, fault, outcome) => {
    await world.unpublish("pr.txt");
    world.replica.setFaults([{ match: /pr\.txt$/, fault }]);
    const result = (await world.syncItems(await world.discover(), "second")).get("pr.txt");
    expect(result instanceof Error ? result.name : result?.action).toBe(outcome);
    await expectAllKept();
  });

  it("stays, and is kept as it is at the source, where it is renamed only by case: a Windows server answers for both", async () => {
    await world.unpublish("pr.txt");
    await world.publish("pr.TXT", "this is pr.txt\r\n");
    const both = (action: string, reason: string) =>
      expect.arrayContaining([
        expect.objectContaining({ key: "bls/pr/pr.TXT", action }),
        expect.objectContaining({ key: GONE, action: action === "created" ? "unchanged" : action, reason }),
      ]);
    const notListed = "not in the listing, but the source still has it";
    expect(await world.sync({}, "second")).toEqual(both("created", notListed));
    await world.publish("pr.TXT", "this is pr.txt, changed\r\n", new Date("2026-02-05T13:30:17Z"));
    expect(await world.sync({}, "third")).toEqual(both("updated", `${notListed}; changed at the source`));
    expect((await world.body(GONE)).toString()).toBe("this is pr.txt, changed\r\n");
    world.replica.requests.length = 0;
    expect(await world.sync({}, "fourth")).toEqual(both("unchanged", notListed));
    expect(world.replica.requests.map(({ status }) => status)).toEqual([200, 206]);
    expect((await world.versions()).filter(({ marker }) => marker)).toEqual([]);
  });
});

describe("what the source still has though it lists it no more", () => {
  it("stays where GET has it, whatever HEAD says", async () => {
    await world.unpublish("pr.txt");
    await world.publish("PR.TXT", "this is pr.txt\r\n");
    const fault: Fault = { kind: "status", status: 404 };
    world.replica.setFaults([{ match: /pr\.txt$/, method: "HEAD", fault }]);
    expect(await world.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "unchanged" }),
    );
    expect((await world.versions()).filter(({ marker }) => marker)).toEqual([]);
  });

  it("stays as it is, empty or not, and is not downloaded", async () => {
    await world.unpublish("pr.txt");
    await world.publish("PR.TXT", "");
    expect(await world.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "updated", bytes: 0 }),
    );
    world.replica.requests.length = 0;
    expect(await world.sync({}, "third")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "unchanged" }),
    );
    expect(world.replica.requests.map(({ status }) => status)).toEqual([200, 416]);
  });

  it("is downloaded and compared by verify", async () => {
    await world.unpublish("pr.txt");
    await world.publish("PR.TXT", "THIS IS PR.TXT\r\n");
    expect(await world.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "unchanged" }),
    );
    expect(await world.sync({ verify: true }, "third")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "updated" }),
    );
    expect((await world.body(GONE)).toString()).toBe("THIS IS PR.TXT\r\n");
  });
});

describe("a file that leaves the listing after it was read", () => {
  it("stays as it is stored, and the next run removes it", async () => {
    await world.publish("pr.txt", "changed", new Date("2026-02-05T13:30:17Z"));
    await world.publish("pr.new", "new");
    const discovery = await world.discover();
    await world.unpublish("pr.txt");
    await world.unpublish("pr.new");
    const results = await world.syncItems(discovery, "second");
    const reason = "left the listing while this run was under way; the next run looks again";
    expect(results.get("pr.txt")).toMatchObject({ action: "unchanged", reason, bytes: 16 });
    expect(results.get("pr.new")).toMatchObject({ action: "removed", reason, versionId: null });
    await expectAllKept();
    expect(await world.sync({}, "third")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "removed" }),
    );
  });

  it("is an error as long as it is listed", async () => {
    await world.publish("pr.txt", "changed", new Date("2026-02-05T13:30:17Z"));
    world.replica.setFaults([{ match: /pr\.txt$/, fault: { kind: "status", status: 404 } }]);
    const results = await world.syncItems(await world.discover(), "second");
    expect(results.get("pr.txt")).toBeInstanceOf(SourceNotFound);
  });

  it("is an error where there is no listing any more", async () => {
    await world.publish("pr.txt", "changed", new Date("2026-02-05T13:30:17Z"));
    const discovery = await world.discover();
    world.replica.setFaults([{ match: /./, fault: { kind: "status", status: 404 } }]);
    expect((await world.syncItems(discovery, "second")).get("pr.txt")).toBeInstanceOf(SourceNotFound);
    await expectAllKept();
  });
});

describe("a listing that is not believable", () => {
  const cut = (html: string): Fault => ({ kind: "page", html });
  it.each<[string, Fault, unknown]>([
    ["an empty listing", { kind: "emptyListing" }, ListingNotBelievable],
    ["no bytes at all", cut(""), ListingNotBelievable],
    ["an error page with status 200", { kind: "page" }, ListingNotBelievable],
    ["Apache's listing", { kind: "listingStyle", style: "apache" }, ListingNotBelievable],
    ["nginx's listing", { kind: "listingStyle", style: "nginx" }, ListingNotBelievable],
    ["columns that are not known", { kind: "listingStyle", style: "columns" }, ListingNotBelievable],
    ["a listing cut off within its honest length", { kind: "short", bytes: "half" }, ListingNotBelievable],
    ["404", { kind: "status", status: 404 }, SourceNotFound],
    ["403", { kind: "status", status: 403 }, SourceForbidden],
    ["a redirect elsewhere", { kind: "redirect", location: "http://127.0.0.1:1/" }, SourceAnswerRefused],
  ])("fails the run and removes nothing: %s", async (_, fault, error) => {
    world.replica.setFaults([{ match: "listing", fault }]);
    await expect(world.sync({}, "second")).rejects.toThrow(error as typeof Error);
    await expectAllKept();
    world.replica.setFaults([]);
    expect((await world.sync({}, "third")).map(({ action }) => action)).toEqual(NAMES.map(() => "unchanged"));
  });

  it("is one that comes without the source's clock", async () => {
    await world.close();
    world = await openWorld({ replica: { clock: () => new Date(Number.NaN) } });
    await expect(world.sync()).rejects.toThrow("Date");
  });

  it("is one in which more are missing than the settings allow, and the message says so", async () => {
    for (const name of NAMES.slice(0, 2)) await world.unpublish(name);
    await expect(world.sync({}, "second")).rejects.toThrow(
      /2 of the 6 stored ones are not among them .*More than 25 %.*maxRemovedShare/,
    );
    await expectAllKept();
  });

  it("is none for one file that is missing, however few there are", async () => {
    for (const name of NAMES.slice(0, 3)) {
      await world.unpublish(name);
      await world.sync({}, `without ${name}`);
    }
    expect(await world.objects()).toHaveProperty("size", 3);
    await world.unpublish(NAMES[3] ?? "");
    expect(await world.sync({}, "a third gone")).toContainEqual(
      expect.objectContaining({ action: "removed" }),
    );
  });

  it("is one that is longer than an execution's state", async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, n) => `9/3/2026  8:30 AM ${n} <A HREF="/pub/time.series/pr/pr.${n}">pr.${n}</A><br>`,
    );
    const html = `<html><body><pre><A HREF="/pub/">[To Parent Directory]</A><br><br>${lines.join("")}</pre></body></html>`;
    for (const name of NAMES) await world.unpublish(name);
    world.replica.setFaults([{ match: "listing", fault: cut(html) }]);
    await expect(world.sync({}, "second")).rejects.toThrow(ListingNotBelievable);
    await world.close();
    world = await openWorld();
    world.replica.setFaults([{ match: "listing", fault: cut(html) }]);
    await expect(world.sync()).rejects.toThrow(ListingTooLarge);
  });
});

describe("what lies elsewhere", () => {
  it.each([
    "http://other.example/pub/time.series/pr/pr.x",
    "//other.example/pr.x",
    "/pub/time.series/cu/cu.x",
    "/pub/time.series/pr/../cu/cu.x",
    "/pub/time.series/pr/%2e%2e/cu/cu.x",
    "/pub/time.series/pr/a%2fb",
    "/pub/time.series/pr/%252e%252e%252fcu",
    "file:///etc/passwd",
  ])("fails the run before anything is asked there: %s", async (href) => {
    world.replica.setFaults([{ match: "listing", fault: { kind: "links", hrefs: [href] } }]);
    await expect(world.sync({}, "second")).rejects.toThrow(LinkRefused);
    expect(world.replica.requests).toHaveLength(1);
    await expectAllKept();
  });

  it("is never removed: other surveys, and what stands beside the mirror", async () => {
    for (const key of ["bls/prx/x", "bls/p", "bls/cu/cu.x", "usa-api-sync/population/x"])
      await world.personPuts(key, "mine");
    await world.sync({}, "second");
    expect([...(await world.objects()).keys()]).toHaveLength(NAMES.length + 4);
  });
});

describe("folders and odd names", () => {
  const ODD = [
    "a b.txt",
    "é漢字.txt",
    "100%.txt",
    "a+b&c=d.txt",
    "it's (new), @home!.txt",
    "#1.txt",
    `${"x".repeat(200)}.txt`,
  ];

  it("are followed and stored under the very same paths", async () => {
    for (const name of ODD) await world.publish(`old data/${name}`, `this is ${name}`);
    await world.sync({}, "second");
    const objects = await world.objects();
    for (const name of ODD)
      expect(Buffer.from(objects.get(`bls/pr/old data/${name}`) ?? "", "latin1").toString()).toBe(
        `this is ${name}`,
      );
    world.replica.requests.length = 0;
    expect((await world.sync({}, "third")).every(({ action }) => action === "unchanged")).toBe(true);
    expect(world.replica.requests.map(({ path }) => path)).toEqual([
      "/pub/time.series/pr/",
      "/pub/time.series/pr/old%20data/",
    ]);
    await world.unpublish(`old data/${ODD[1]}`);
    expect(await world.sync({}, "fourth")).toContainEqual(
      expect.objectContaining({ key: `bls/pr/old data/${ODD[1]}`, action: "removed" }),
    );
  });

  it("that are too long for a key of S3 are refused", async () => {
    const href = `/pub/time.series/pr/${"x".repeat(1100)}`;
    world.replica.setFaults([{ match: "listing", fault: { kind: "links", hrefs: [href] } }]);
    await expect(world.sync({}, "second")).rejects.toThrow("too long for a key");
  });
});
