import type { Fault } from "@data-quest/bls-replica";
import { restoreVersion } from "@data-quest/core/bronze/versions";
import {
  FileMissing,
  LinkRefused,
  ListingNotBelievable,
  ListingTooLarge,
  SourceAnswerRefused,
  SourceForbidden,
  SourceNotFound,
} from "@data-quest/core/errors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

const NAMES = ["pr.class", "pr.contacts", "pr.duration", "pr.footnote", "pr.measure", "pr.txt"];
const GONE = "bls/pr/pr.txt";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
  for (const name of NAMES) await harness.publish(name, `this is ${name}\r\n`);
  await harness.sync({}, "first");
  harness.replica.requests.length = 0;
});
afterEach(() => harness.close());

/** Expects every current object to be unchanged, and no delete marker. */
async function expectAllKept(): Promise<void> {
  expect([...(await harness.objects()).keys()].sort()).toEqual(NAMES.map((name) => `bls/pr/${name}`));
  expect(await harness.versions()).toHaveLength(NAMES.length);
}

describe("a file that is no longer in the listing", () => {
  test.each([404, 410] as const)(
    "is removed if the source itself returns %i, and can be restored",
    async (status) => {
      await harness.unpublish("pr.txt");
      if (status === 410)
        harness.replica.setFaults([{ match: /pr\.txt$/, fault: { kind: "status", status } }]);
      const version = (await harness.versions()).find(({ key }) => key === GONE)?.versionId ?? "";
      const removed = (await harness.sync({}, "second")).find(({ key }) => key === GONE);
      expect(removed).toMatchObject({
        action: "removed",
        reason: `gone at the source (${status})`,
        bytes: 0,
      });
      const marker = (await harness.versions()).find((entry) => entry.marker);
      expect(marker).toMatchObject({ key: GONE, versionId: removed?.versionId, latest: true });
      expect((await harness.body(GONE, version)).toString()).toBe("this is pr.txt\r\n");
      await restoreVersion(harness.dependencies.bronze, GONE, version);
      expect((await harness.body(GONE)).toString()).toBe("this is pr.txt\r\n");
      expect(await harness.sync({}, "third")).toContainEqual(
        expect.objectContaining({ key: GONE, action: "held" }),
      );
    },
  );

  test("is no longer requested once it is removed, and is stored again when it is back", async () => {
    await harness.unpublish("pr.txt");
    await harness.sync({}, "second");
    harness.replica.requests.length = 0;
    expect(await harness.sync({}, "third")).toHaveLength(NAMES.length - 1);
    expect(harness.replica.requests).toHaveLength(1);
    await harness.publish("pr.txt", "back again");
    expect(await harness.sync({}, "fourth")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "created" }),
    );
  });

  test.each<[number | string, Fault, string]>([
    [200, { kind: "status", status: 200 }, "unchanged"],
    [403, { kind: "status", status: 403 }, "SourceForbidden"],
    [429, { kind: "status", status: 429 }, "SourceUnavailable"],
    [500, { kind: "status", status: 500 }, "SourceUnavailable"],
    [503, { kind: "status", status: 503 }, "SourceUnavailable"],
    ["a reset", { kind: "reset" }, "SourceUnavailable"],
    ["a redirect to a missing page", { kind: "redirect", location: "/nowhere" }, "SourceAnswerRefused"],
    [
      "a redirect to another host",
      { kind: "redirect", location: "http://127.0.0.1:1/" },
      "SourceAnswerRefused",
    ],
  ])("is kept if the source responds with %s", async (_, fault, outcome) => {
    await harness.unpublish("pr.txt");
    harness.replica.setFaults([{ match: /pr\.txt$/, fault }]);
    const result = (await harness.syncItems(await harness.discover(), "second")).get("pr.txt");
    expect(result instanceof Error ? result.name : result?.action).toBe(outcome);
    await expectAllKept();
  });

  test("is kept up to date if only the case of its name changes, because a Windows server serves it under both names", async () => {
    await harness.unpublish("pr.txt");
    await harness.publish("pr.TXT", "this is pr.txt\r\n");
    const both = (action: string, reason: string) =>
      expect.arrayContaining([
        expect.objectContaining({ key: "bls/pr/pr.TXT", action }),
        expect.objectContaining({ key: GONE, action: action === "created" ? "unchanged" : action, reason }),
      ]);
    const notListed = "not in the listing, but the source still has it";
    expect(await harness.sync({}, "second")).toEqual(both("created", notListed));
    await harness.publish("pr.TXT", "this is pr.txt, changed\r\n", new Date("2026-02-05T13:30:17Z"));
    expect(await harness.sync({}, "third")).toEqual(both("updated", `${notListed}; changed at the source`));
    expect((await harness.body(GONE)).toString()).toBe("this is pr.txt, changed\r\n");
    harness.replica.requests.length = 0;
    expect(await harness.sync({}, "fourth")).toEqual(both("unchanged", notListed));
    expect(harness.replica.requests.map(({ status }) => status)).toEqual([200, 206]);
    expect((await harness.versions()).filter(({ marker }) => marker)).toEqual([]);
  });
});

describe("a file that the source still has but no longer lists", () => {
  test("is kept if the source returns a web page with status 200, and the reason says what is unknown", async () => {
    await harness.unpublish("pr.txt");
    harness.replica.setFaults([{ match: /pr\.txt$/, fault: { kind: "page" } }]);
    const results = await harness.syncItems(await harness.discover(), "second");
    const reason = expect.stringMatching(/web page: whether it still has the file is unknown/);
    expect(results.get("pr.txt")).toMatchObject({ action: "unchanged", reason });
    await expectAllKept();
  });

  test("is kept if GET finds it, whatever HEAD says", async () => {
    await harness.unpublish("pr.txt");
    await harness.publish("PR.TXT", "this is pr.txt\r\n");
    const fault: Fault = { kind: "status", status: 404 };
    harness.replica.setFaults([{ match: /pr\.txt$/, method: "HEAD", fault }]);
    expect(await harness.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "unchanged" }),
    );
    expect((await harness.versions()).filter(({ marker }) => marker)).toEqual([]);
  });

  test("is updated if it becomes empty, and is not downloaded again after that", async () => {
    await harness.unpublish("pr.txt");
    await harness.publish("PR.TXT", "");
    expect(await harness.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "updated", bytes: 0 }),
    );
    harness.replica.requests.length = 0;
    expect(await harness.sync({}, "third")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "unchanged" }),
    );
    expect(harness.replica.requests.map(({ status }) => status)).toEqual([200, 416]);
  });

  test("is downloaded and compared by verify", async () => {
    await harness.unpublish("pr.txt");
    await harness.publish("PR.TXT", "THIS IS PR.TXT\r\n");
    expect(await harness.sync({}, "second")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "unchanged" }),
    );
    expect(await harness.sync({ verify: true }, "third")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "updated" }),
    );
    expect((await harness.body(GONE)).toString()).toBe("THIS IS PR.TXT\r\n");
  });
});

describe("a file that disappears from the source after the listing was read", () => {
  test("stays stored, and the next run removes it", async () => {
    await harness.publish("pr.txt", "changed", new Date("2026-02-05T13:30:17Z"));
    await harness.publish("pr.new", "new");
    const discovery = await harness.discover();
    await harness.unpublish("pr.txt");
    await harness.unpublish("pr.new");
    const results = await harness.syncItems(discovery, "second");
    const reason = "left the listing during this run; the next run checks again";
    expect(results.get("pr.txt")).toMatchObject({ action: "unchanged", reason, bytes: 16 });
    expect(results.get("pr.new")).toMatchObject({ action: "removed", reason, versionId: null });
    await expectAllKept();
    expect(await harness.sync({}, "third")).toContainEqual(
      expect.objectContaining({ key: GONE, action: "removed" }),
    );
  });

  test("is an error as long as the listing still has the file", async () => {
    await harness.publish("pr.txt", "changed", new Date("2026-02-05T13:30:17Z"));
    harness.replica.setFaults([{ match: /pr\.txt$/, fault: { kind: "status", status: 404 } }]);
    const results = await harness.syncItems(await harness.discover(), "second");
    expect(results.get("pr.txt")).toBeInstanceOf(FileMissing);
  });

  test("is an error if the listing no longer exists", async () => {
    await harness.publish("pr.txt", "changed", new Date("2026-02-05T13:30:17Z"));
    const discovery = await harness.discover();
    harness.replica.setFaults([{ match: /./, fault: { kind: "status", status: 404 } }]);
    expect((await harness.syncItems(discovery, "second")).get("pr.txt")).toBeInstanceOf(SourceNotFound);
    await expectAllKept();
  });
});

describe("an implausible listing", () => {
  const cut = (html: string): Fault => ({ kind: "page", html });
  test.each<[string, Fault, unknown]>([
    ["an empty listing", { kind: "emptyListing" }, ListingNotBelievable],
    ["no bytes at all", cut(""), ListingNotBelievable],
    ["an error page with status 200", { kind: "page" }, ListingNotBelievable],
    ["Apache's listing", { kind: "listingStyle", style: "apache" }, ListingNotBelievable],
    ["nginx's listing", { kind: "listingStyle", style: "nginx" }, ListingNotBelievable],
    ["unknown columns", { kind: "listingStyle", style: "columns" }, ListingNotBelievable],
    [
      "a truncated listing with a matching Content-Length",
      { kind: "short", bytes: "half" },
      ListingNotBelievable,
    ],
    ["404", { kind: "status", status: 404 }, SourceNotFound],
    ["403", { kind: "status", status: 403 }, SourceForbidden],
    ["a redirect elsewhere", { kind: "redirect", location: "http://127.0.0.1:1/" }, SourceAnswerRefused],
  ])("fails the run and removes nothing: %s", async (_, fault, error) => {
    harness.replica.setFaults([{ match: "listing", fault }]);
    await expect(harness.sync({}, "second")).rejects.toThrow(error as typeof Error);
    await expectAllKept();
    harness.replica.setFaults([]);
    expect((await harness.sync({}, "third")).map(({ action }) => action)).toEqual(
      NAMES.map(() => "unchanged"),
    );
  });

  test("can be a listing without a Date header", async () => {
    await harness.close();
    harness = await openHarness({ replica: { clock: () => new Date(Number.NaN) } });
    await expect(harness.sync()).rejects.toThrow("Date");
  });

  test("can be a listing that lacks more files than the settings allow, and the message says so", async () => {
    for (const name of NAMES.slice(0, 2)) await harness.unpublish(name);
    await expect(harness.sync({}, "second")).rejects.toThrow(
      /2 of the 6 stored files are not in the listing .*at most 25%.*maxRemovedShare/,
    );
    await expectAllKept();
  });

  test("is not a listing that lacks only one file, however few files there are", async () => {
    for (const name of NAMES.slice(0, 3)) {
      await harness.unpublish(name);
      await harness.sync({}, `without ${name}`);
    }
    expect(await harness.objects()).toHaveProperty("size", 3);
    await harness.unpublish(NAMES[3] ?? "");
    expect(await harness.sync({}, "a third gone")).toContainEqual(
      expect.objectContaining({ action: "removed" }),
    );
  });

  test("can be a listing that is too large for an execution's state", async () => {
    const lines = Array.from(
      { length: 4_000 },
      (_, n) => `9/3/2026  8:30 AM ${n} <A HREF="/pub/time.series/pr/pr.${n}">pr.${n}</A><br>`,
    );
    const html = `<html><body><pre><A HREF="/pub/">[To Parent Directory]</A><br><br>${lines.join("")}</pre></body></html>`;
    for (const name of NAMES) await harness.unpublish(name);
    harness.replica.setFaults([{ match: "listing", fault: cut(html) }]);
    await expect(harness.sync({}, "second")).rejects.toThrow(ListingNotBelievable);
    await harness.close();
    harness = await openHarness();
    harness.replica.setFaults([{ match: "listing", fault: cut(html) }]);
    await expect(harness.sync()).rejects.toThrow(ListingTooLarge);
  });
});

describe("a place outside the survey's folder", () => {
  test.each([
    "http://other.example/pub/time.series/pr/pr.x",
    "//other.example/pr.x",
    "/pub/time.series/cu/cu.x",
    "/pub/time.series/pr/../cu/cu.x",
    "/pub/time.series/pr/%2e%2e/cu/cu.x",
    "/pub/time.series/pr/a%2fb",
    "/pub/time.series/pr/%252e%252e%252fcu",
    "file:///etc/passwd",
  ])("is never requested, and a link to it fails the run: %s", async (href) => {
    harness.replica.setFaults([{ match: "listing", fault: { kind: "links", hrefs: [href] } }]);
    await expect(harness.sync({}, "second")).rejects.toThrow(LinkRefused);
    expect(harness.replica.requests).toHaveLength(1);
    await expectAllKept();
  });

  test("keeps its objects during a run", async () => {
    for (const key of ["bls/prx/x", "bls/p", "bls/cu/cu.x", "usa-api-sync/population/x"])
      await harness.putByOperator(key, "mine");
    await harness.sync({}, "second");
    expect([...(await harness.objects()).keys()]).toHaveLength(NAMES.length + 4);
  });
});

describe("folders and unusual names", () => {
  const ODD = [
    "a b.txt",
    "é漢字.txt",
    "100%.txt",
    "a+b&c=d.txt",
    "it's (new), @home!.txt",
    "#1.txt",
    `${"x".repeat(200)}.txt`,
  ];

  test("are mirrored under the same paths", async () => {
    for (const name of ODD) await harness.publish(`old data/${name}`, `this is ${name}`);
    await harness.sync({}, "second");
    const objects = await harness.objects();
    for (const name of ODD)
      expect(Buffer.from(objects.get(`bls/pr/old data/${name}`) ?? "", "latin1").toString()).toBe(
        `this is ${name}`,
      );
    harness.replica.requests.length = 0;
    expect((await harness.sync({}, "third")).every(({ action }) => action === "unchanged")).toBe(true);
    expect(harness.replica.requests.map(({ path }) => path)).toEqual([
      "/pub/time.series/pr/",
      "/pub/time.series/pr/old%20data/",
    ]);
    await harness.unpublish(`old data/${ODD[1]}`);
    expect(await harness.sync({}, "fourth")).toContainEqual(
      expect.objectContaining({ key: `bls/pr/old data/${ODD[1]}`, action: "removed" }),
    );
  });

  test("that are too long for an S3 key are refused", async () => {
    const href = `/pub/time.series/pr/${"x".repeat(1100)}`;
    harness.replica.setFaults([{ match: "listing", fault: { kind: "links", hrefs: [href] } }]);
    await expect(harness.sync({}, "second")).rejects.toThrow("too long for a key");
  });
});
