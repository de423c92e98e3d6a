import { createHash } from "node:crypto";
import { CopyObjectCommand, DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { InputObject } from "@data-quest/core/analysis/inputs";
import { findReleases } from "@data-quest/core/analysis/releases";
import { acceptedTag } from "@data-quest/core/bronze/stored-file";
import { restoreVersion } from "@data-quest/core/bronze/versions";
import { Revisions } from "@data-quest/core/report/report";
import { revisionsCsv } from "@data-quest/core/report/revisions-csv";
import { putObject, writeTags } from "@data-quest/core/storage/objects";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWarehouse, type Warehouse } from "./warehouse.ts";

const KEY = "bls/xx/xx.data.0.Current";
const NAMES = { find: async () => new Map([["XXA", { title: "All items" }]]) };
const sha256 = (body: string) => createHash("sha256").update(body).digest("hex");

/** A data file with one series. `value` is the series' value in January 2020. */
const dataFile = (value: string) => fileOf(`XXA 2020 M01 ${value}`);
const fileOf = (...rows: string[]) =>
  ["series_id year period value footnote_codes", ...rows.map((row) => `${row} `)]
    .map((line) => `${line.replaceAll(" ", "\t")}\n`)
    .join("");

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
});
afterEach(() => warehouse.close());

let executions = 0;

/**
 * Writes a version as sync does. Without `tagged`, the version has no tag with its hash. With `operator`, it has
 * neither this tag nor an execution in its metadata.
 */
async function put(
  body: string,
  { synthetic = false, tagged = true, operator = false, key = KEY } = {},
): Promise<InputObject> {
  const { versionId } = await putObject(warehouse.buckets.bronze, key, body, {
    metadata: {
      "last-modified": "Thu, 29 Jan 2026 13:30:00 GMT",
      ...(synthetic && { synthetic: "true" }),
      ...(!operator && { execution: `execution-${++executions}` }),
    },
    ...(tagged && !operator && { tags: { sha256: sha256(body) } }),
  });
  return { key, versionId, sha256: sha256(body), bytes: body.length, sourceModified: null };
}

/** The records of revisions.csv. */
let csv: string[];

async function revisionsOf(version: InputObject) {
  const take = async (differences: Parameters<typeof revisionsCsv>[0]) => {
    csv = await Array.fromAsync(revisionsCsv(differences));
  };
  const execution = { id: "arn:run", name: "run", startTime: "2026-08-01T01:00:00.000Z" };
  const path = version.key.slice("bls/xx/".length);
  const { revisions } = await findReleases(
    { survey: "xx", execution, dataSet: { path, parts: [version] }, knownConflicts: [], names: NAMES },
    warehouse.buckets,
    take,
  );
  return Revisions.parse(revisions);
}

/** The ID of the version with which `version` was compared. */
async function previousOf(version: InputObject): Promise<string | undefined> {
  const revisions = await revisionsOf(version);
  return revisions.outcome === "first" ? undefined : revisions.previous[0]?.versionId;
}

describe("the revisions of a data file", () => {
  test("are the differences from the previous version, with their cause", async () => {
    const before = await put(dataFile("1.5"));
    const revisions = await revisionsOf(await put(dataFile("1.25")));
    expect(revisions).toEqual({
      outcome: "compared",
      previous: [
        {
          key: KEY,
          versionId: before.versionId,
          sha256: before.sha256,
          bytes: before.bytes,
          sourceModified: "2026-01-29T13:30:00.000Z",
          storedAt: expect.any(String),
          synthetic: false,
        },
      ],
      causes: [{ key: KEY, cause: "published", restoredFrom: null }],
      changed: 1,
      added: 0,
      dropped: 0,
      footnotes: 0,
      byYear: [{ year: 2020, changed: 1, added: 0, dropped: 0, footnotes: 0 }],
      changedSeries: 1,
      complete: true,
      rows: [
        {
          seriesId: "XXA",
          names: { title: "All items" },
          changed: 1,
          added: 0,
          dropped: 0,
          footnotes: 0,
          largest: { year: 2020, period: "M01", before: "1.5", after: "1.25", change: "-0.25" },
        },
      ],
    });
  });

  test("are all in revisions.csv, with one record for each observation", async () => {
    await put(fileOf("XXA 2020 M01 1.50", "XXA 2020 M02 2", "XXB 2020 M01 7", "XXB 2020 M02 8"));
    await revisionsOf(
      await put(fileOf("XXA 2020 M01 1.5", "XXA 2021 M01 -3", "XXB 2020 M01 6.9", "XXB 2020 M02 18")),
    );
    expect(csv.join("")).toBe(
      `${[
        "series_id,year,period,before,after,change,footnotes_before,footnotes_after",
        "XXA,2020,M02,2,,,,",
        "XXA,2021,M01,,-3,,,",
        "XXB,2020,M01,7,6.9,-0.1,,",
        "XXB,2020,M02,8,18,10,,",
      ].join("\r\n")}\r\n`,
    );
  });

  test("have a separate count of footnote-only changes, and include the earlier and the later code", async () => {
    const preliminary = dataFile("1").replace(/\t\n$/, "\tP\n");
    await put(preliminary);
    expect(await revisionsOf(await put(dataFile("1")))).toMatchObject({
      changed: 0,
      footnotes: 1,
      changedSeries: 0,
      rows: [],
    });
    expect(csv[1]).toBe("XXA,2020,M01,1,1,0,P,\r\n");
  });

  test("are empty for the first version, regardless of later versions and similar keys", async () => {
    await put(dataFile("7"), { key: `${KEY}.old` });
    const first = await put(dataFile("1"));
    await put(dataFile("2"));
    await put(dataFile("7"), { key: `${KEY}.new` });
    expect(await revisionsOf(first)).toEqual({ outcome: "first" });
    expect(csv).toHaveLength(1);
  });

  test("skip removals and versions with the same bytes, with or without a recorded hash", async () => {
    const other = await put(dataFile("1"), { tagged: false });
    await put(dataFile("2"), { tagged: false });
    await put(dataFile("2"));
    await warehouse.buckets.bronze.client.send(new DeleteObjectCommand({ Bucket: "bronze", Key: KEY }));
    const current = await put(dataFile("2"));
    expect(await previousOf(current)).toBe(other.versionId);
    expect(await revisionsOf(current)).toMatchObject({ previous: [{ sha256: other.sha256 }] });
  });

  test("never come from comparing synthetic data with real data", async () => {
    const made = await put(dataFile("1"), { synthetic: true });
    const real = await put(dataFile("2"));
    expect(await previousOf(real)).toBeUndefined();
    expect(await previousOf(await put(dataFile("3"), { synthetic: true }))).toBe(made.versionId);
    expect(await previousOf(await put(dataFile("4")))).toBe(real.versionId);
  });

  test("give the reason if the earlier version cannot be read", async () => {
    const before = await put(fileOf("XXA 2019 M01 1", "XXB 2020 M01 1.2x"));
    const revisions = await revisionsOf(await put(fileOf("XXA 2019 M01 2", "XXB 2020 M01 1.2")));
    expect(revisions).toMatchObject({
      outcome: "not compared",
      previous: [{ versionId: before.versionId }],
      reason: expect.stringMatching(
        /^bls\/xx\/xx\.data\.0\.Current of .*, line 3: the value is not a number/,
      ),
    });
    expect(csv).toHaveLength(1);
  });

  test("say so if two unsorted files are too large to be sorted", async () => {
    const before = await put(fileOf("XXB 2020 M01 1", "XXA 2020 M01 1"));
    const after = await put(fileOf("XXB 2020 M01 1", "XXA 2020 M01 2"));
    expect(await revisionsOf(after)).toMatchObject({ outcome: "compared", changed: 1 });
    expect(csv).toHaveLength(2);
    expect(await revisionsOf({ ...after, bytes: 2 ** 30 })).toEqual({
      outcome: "not compared",
      previous: [expect.objectContaining({ versionId: before.versionId })],
      causes: [{ key: KEY, cause: "published", restoredFrom: null }],
      reason: expect.stringContaining("too large to sort here"),
    });
    expect(csv).toHaveLength(1);
  });
});

describe("the cause of a revision", () => {
  const causeOf = async (version: InputObject) => {
    const revisions = await revisionsOf(version);
    return revisions.outcome === "first" ? undefined : revisions.causes;
  };
  const of = (cause: string, restoredFrom: string | null = null) => [{ key: KEY, cause, restoredFrom }];
  /** The version that `quest restore` creates from an older one. */
  async function restore(old: InputObject): Promise<InputObject> {
    const { versionId } = await restoreVersion(warehouse.buckets.bronze, KEY, old.versionId);
    return { ...old, versionId };
  }

  test("is an operator's restore, then the operator's acceptance, then BLS again", async () => {
    const first = await put(dataFile("1"));
    await put(dataFile("2"));
    expect(await causeOf(await restore(first))).toEqual(of("restored", first.versionId));
    expect(await causeOf(await put(dataFile("2")))).toEqual(of("accepted"));
    expect(await causeOf(await put(dataFile("3")))).toEqual(of("published"));
  });

  test("is an upload, or a copy of an older version with all its metadata", async () => {
    const { bronze } = warehouse.buckets;
    const first = await put(dataFile("1"));
    expect(await causeOf(await put(dataFile("2"), { operator: true }))).toEqual(of("put"));
    const { VersionId: versionId = "" } = await bronze.client.send(
      new CopyObjectCommand({
        Bucket: bronze.name,
        Key: KEY,
        CopySource: `${bronze.name}/${KEY}?versionId=${first.versionId}`,
      }),
    );
    expect(await causeOf({ ...first, versionId })).toEqual(of("copied"));
    await writeTags(bronze, KEY, versionId, { held: "put" });
    expect(await causeOf({ ...first, versionId })).toEqual(of("copied"));
  });

  test("is the acceptance if the source has the bytes that an operator uploaded", async () => {
    await put(dataFile("1"));
    const version = await put(dataFile("2"), { operator: true });
    await writeTags(warehouse.buckets.bronze, KEY, version.versionId, {
      accepted: acceptedTag(version.versionId),
    });
    expect(await causeOf(version)).toEqual(of("accepted"));
    expect(await causeOf(await put(dataFile("3")))).toEqual(of("published"));
  });

  test("is BLS even if an operator holds BLS's version with a tag, or uploads the same bytes", async () => {
    await put(dataFile("1"));
    const version = await put(dataFile("2"));
    const { bronze } = warehouse.buckets;
    const tags = { held: "by Anna", sha256: version.sha256 };
    await writeTags(bronze, KEY, version.versionId, tags);
    expect(await causeOf(version)).toEqual(of("published"));
    expect(await causeOf(await put(dataFile("3")))).toEqual(of("published"));
    expect(await causeOf(await put(dataFile("3"), { operator: true }))).toEqual(of("published"));
  });
});
