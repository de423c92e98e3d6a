import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { InputObject } from "@data-quest/core/analysis/inputs";
import { readReleaseList, writeReleaseList } from "@data-quest/core/analysis/release-list";
import { findReleases } from "@data-quest/core/analysis/releases";
import { restoreVersion } from "@data-quest/core/bronze/versions";
import { releasesCsv, releasesInCsv } from "@data-quest/core/report/releases-csv";
import { Release } from "@data-quest/core/report/report";
import { openParquet, rowsOf } from "@data-quest/core/silver/read-parquet";
import { putObject } from "@data-quest/core/storage/objects";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWarehouse, type Warehouse } from "./warehouse.ts";

const PATH = "xx.data.0.Current";
const KEY = `bls/xx/${PATH}`;
const LIST = `bls/xx/releases/data_file=${PATH}/releases.parquet`;
const NAMES = { find: async () => new Map() };
const sha256 = (body: string) => createHash("sha256").update(body).digest("hex");

const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";
const fileOf = (...rows: string[]) => HEADER + rows.map((row) => `${row.replaceAll(" ", "\t")}\n`).join("");
/** A data file with one series. `value` is the series' value in January 2020. */
const dataFile = (value: string) => fileOf(`XXA 2020 M01 ${value} `);

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
  current.clear();
});
afterEach(() => warehouse.close());

let written = 0;
/** The current version of each key, which the next version replaces. */
const current = new Map<string, string>();
async function put(
  body: string,
  { key = KEY, synthetic = false, execution = `writer-${++written}` } = {},
): Promise<InputObject> {
  const replaces = current.get(key);
  const { versionId } = await putObject(warehouse.buckets.bronze, key, body, {
    metadata: {
      execution,
      ...(replaces !== undefined && { replaces }),
      "last-modified": `Thu, ${String((written % 28) + 1).padStart(2, "0")} Jan 2026 13:30:00 GMT`,
      ...(synthetic && { synthetic: "true" }),
    },
    tags: { sha256: sha256(body) },
  });
  current.set(key, versionId);
  return { key, versionId, sha256: sha256(body), bytes: body.length, sourceModified: null };
}

/** Permanently deletes a version, as a lifecycle rule or `quest prune` does. */
async function expire({ key, versionId }: InputObject): Promise<void> {
  const { client, name } = warehouse.buckets.bronze;
  await client.send(new DeleteObjectCommand({ Bucket: name, Key: key, VersionId: versionId }));
}

let runs = 0;
type RunOptions = { mostBytes?: number; path?: string; hour?: number };
/** Finds and records the releases as Analyze does. Returns the releases, newest first. */
async function run(
  parts: InputObject[],
  { mostBytes, path = PATH, hour = ++runs }: RunOptions = {},
): Promise<Release[]> {
  const { bronze, silver } = warehouse.buckets;
  const startTime = new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
  const execution = { id: `arn:run-${hour}`, name: `run-${hour}`, startTime };
  const { releases } = await findReleases(
    { survey: "xx", execution, dataSet: { path, parts }, knownConflicts: [], names: NAMES },
    { bronze, silver },
    async (differences) => {
      for await (const _ of differences);
    },
    mostBytes,
  );
  await writeReleaseList(silver, "xx", path, releases, execution);
  return releases.map((release) => Release.parse(release));
}

const outcomes = (releases: readonly Release[]) => releases.map(({ comparison }) => comparison.outcome);
/** The changed values of all compared releases, as `before -> after`. */
async function changes(releases: readonly Release[]): Promise<string[]> {
  const records = (await Array.fromAsync(releasesCsv(warehouse.buckets.silver, releases))).slice(1);
  return records.map((record) => record.split(",").slice(6, 8).join(" -> "));
}
const reads = () =>
  warehouse.requests.filter(({ operation, bucket }) => operation === "GetObject" && bucket === "bronze");
const writes = () =>
  warehouse.requests.filter(({ operation, bucket }) => operation === "PutObject" && bucket === "silver");

describe("the releases of a data file", () => {
  test("are all its versions with different bytes, newest first, each with its changes", async () => {
    const first = await put(dataFile("1"));
    const second = await put(dataFile("2.50"));
    await put(dataFile("2.50"));
    const third = await put(fileOf("XXA 2020 M01 2.5 ", "XXA 2020 M02 -7 P"));
    const releases = await run([third]);
    expect(releases).toMatchObject([
      {
        sha256: third.sha256,
        synthetic: false,
        sourceModified: expect.any(String),
        files: [{ key: KEY, versionId: third.versionId }],
        comparison: { outcome: "compared", changed: 0, added: 1, changedSeries: 0 },
      },
      {
        sha256: second.sha256,
        sourceModified: expect.stringMatching(/^2026-01-\d\dT13:30:00.000Z$/),
        files: [{ key: KEY, versionId: second.versionId, previousVersionId: first.versionId }],
        comparison: {
          outcome: "compared",
          causes: [{ cause: "published" }],
          changed: 1,
          added: 0,
          changedSeries: 1,
        },
      },
      { sha256: first.sha256, comparison: { outcome: "first" } },
    ]);
    expect(await Array.fromAsync(releasesCsv(warehouse.buckets.silver, releases))).toEqual(
      [
        "stored_at,published_at,series_id,year,period,kind,before,after,change,footnotes_before,footnotes_after",
        `${releases[0]?.storedAt},${releases[0]?.sourceModified},XXA,2020,M02,added,,-7,,,P`,
        `${releases[1]?.storedAt},${releases[1]?.sourceModified},XXA,2020,M01,changed,1,2.50,1.50,,`,
      ].map((record) => `${record}\r\n`),
    );
  });

  test("are compared only once: the next run reads only the newest two versions", async () => {
    const first = await put(dataFile("1"));
    for (const value of ["2", "3"]) await put(dataFile(value));
    const fourth = await put(dataFile("4"));
    expect(outcomes(await run([fourth]))).toEqual(["compared", "compared", "compared", "first"]);
    warehouse.requests.length = 0;
    await run([fourth]);
    expect(reads()).toHaveLength(2);
    expect(warehouse.requests.filter(({ versionId }) => versionId === first.versionId)).toEqual([]);
    expect(writes()).toEqual([]);
    const fifth = await put(dataFile("5"));
    warehouse.requests.length = 0;
    const releases = await run([fifth]);
    expect(reads()).toHaveLength(2);
    expect(writes()).toHaveLength(2);
    expect(await changes(releases)).toEqual(["4 -> 5", "3 -> 4", "2 -> 3", "1 -> 2"]);
  });

  test("are compared newest first in several runs if there are many, and stay pending until then", async () => {
    for (const value of ["1", "2", "3", "4"]) await put(dataFile(value));
    const current = await put(dataFile("5"));
    const mostBytes = 2 * dataFile("1").length;
    const steps = [];
    for (let step = 0; step < 4; step++) steps.push(outcomes(await run([current], { mostBytes })));
    expect(steps).toEqual([
      ["compared", "compared", "pending", "pending", "first"],
      ["compared", "compared", "compared", "pending", "first"],
      ["compared", "compared", "compared", "compared", "first"],
      ["compared", "compared", "compared", "compared", "first"],
    ]);
  });

  test("say if two earlier versions are too large to be compared, and do not block older releases", async () => {
    await put(dataFile("1"));
    await put(dataFile("2"));
    await put(fileOf(...Array.from({ length: 20 }, (_, year) => `XXA ${2000 + year} M01 3 `)));
    await put(dataFile("4"));
    const current = await put(dataFile("5"));
    const releases = await run([current], { mostBytes: 2 * dataFile("1").length });
    expect(outcomes(releases)).toEqual(["compared", "not compared", "not compared", "compared", "first"]);
    expect(releases[1]?.comparison).toMatchObject({
      reason: expect.stringMatching(/^The two versions have \d+ bytes in total/),
      causes: [{ cause: "published" }],
    });
  });

  test("include a version that cannot be read, with the reason", async () => {
    await put(dataFile("1"));
    await put(dataFile("1.x"));
    const current = await put(dataFile("2"));
    const releases = await run([current]);
    expect(outcomes(releases)).toEqual(["not compared", "not compared", "first"]);
    expect(releases[0]?.comparison).toMatchObject({ reason: expect.stringContaining("not a number") });
    expect(outcomes(await run([current]))).toEqual(outcomes(releases));
    expect(await warehouse.keys("silver")).toEqual([LIST]);
  });

  test("have an operator's action as their cause", async () => {
    const first = await put(dataFile("1"));
    await put(dataFile("2"));
    const { versionId } = await restoreVersion(warehouse.buckets.bronze, KEY, first.versionId);
    const next = await put(dataFile("3"));
    const releases = await run([next]);
    const causes = releases.map(({ comparison }) =>
      comparison.outcome === "compared" ? comparison.causes.map(({ cause }) => cause) : [],
    );
    expect(causes).toEqual([["accepted"], ["restored"], ["published"], []]);
    expect(releases[1]?.files).toMatchObject([{ versionId }]);
    expect(await changes(releases)).toEqual(["1 -> 3", "2 -> 1", "1 -> 2"]);
  });

  test("never compare generated data with real data", async () => {
    await put(dataFile("1"), { synthetic: true });
    await put(dataFile("2"));
    await put(dataFile("3"), { synthetic: true });
    const real = await put(dataFile("4"));
    expect(await changes(await run([real]))).toEqual(["2 -> 4"]);
    const synthetic = await put(dataFile("5"), { synthetic: true });
    expect(await changes(await run([synthetic]))).toEqual(["3 -> 5", "1 -> 3"]);
  });

  test("belong to the merged data set if files are merged: files from one execution are one release", async () => {
    const [one, two] = ["bls/xx/xx.data.1.A", "bls/xx/xx.data.2.B"];
    const path = "xx.data.merged";
    await put(fileOf("XXA 2020 M01 1 "), { key: one, execution: "a" });
    await put(fileOf("XXB 2020 M01 1 "), { key: two, execution: "a" });
    // S3 records the time of an object in whole seconds.
    await setTimeout(1_000);
    const second = await put(fileOf("XXB 2020 M01 2 "), { key: two, execution: "b" });
    const third = await put(fileOf("XXA 2020 M01 3 "), { key: one, execution: "c" });
    const fourth = await put(fileOf("XXB 2020 M01 3 "), { key: two, execution: "c" });
    const releases = await run([third, fourth], { path });
    expect(await changes(releases)).toEqual(["1 -> 3", "2 -> 3", "1 -> 2"]);
    expect(releases.map(({ files }) => files.length)).toEqual([2, 1, 2]);
    expect(releases[1]?.files).toMatchObject([{ key: two, versionId: second.versionId }]);
    expect(outcomes(releases)).toEqual(["compared", "compared", "first"]);
    expect(await run([third, fourth], { path })).toEqual(releases);
  });
});

describe("a release whose version has expired", () => {
  test("keeps its comparison, and no comparison skips over it", async () => {
    const versions = [];
    for (const value of ["1", "2", "3", "4"]) versions.push(await put(dataFile(value)));
    const [first, second, third, fourth] = versions;
    if (!first || !second || !third || !fourth) throw new Error("four versions");
    const releases = await run([fourth]);
    await expire(first);
    await expire(second);
    expect(await run([fourth])).toEqual(releases);
    const fifth = await put(dataFile("5"));
    expect((await run([fifth])).slice(1)).toEqual(releases);
    await expire(third);
    await expire(fourth);
    const last = await run([fifth]);
    expect(outcomes(last)).toEqual(["compared", "compared", "compared", "compared", "first"]);
    expect(await changes(last)).toEqual(["4 -> 5", "3 -> 4", "2 -> 3", "1 -> 2"]);
  });

  test("cannot be compared with the next release, which is not mistaken for the first release", async () => {
    const versions = [];
    for (const value of ["1", "2", "3", "4"]) versions.push(await put(dataFile(value)));
    const [first, second, , fourth] = versions;
    if (!first || !second || !fourth) throw new Error("four versions");
    const pending = await run([fourth], { mostBytes: 2 * dataFile("1").length });
    expect(outcomes(pending)).toEqual(["compared", "compared", "pending", "first"]);
    await expire(first);
    const releases = await run([fourth]);
    expect(outcomes(releases)).toEqual(["compared", "compared", "not compared", "first"]);
    expect(releases[2]?.comparison).toMatchObject({
      reason: "The previous version was no longer in the mirror",
    });
  });
});

describe("the releases in Silver", () => {
  test("are compared again if their differences are lost, as long as their versions exist", async () => {
    const first = await put(dataFile("1"));
    await put(dataFile("2"));
    const current = await put(dataFile("3"));
    const releases = await run([current]);
    const lose = async () => {
      for (const key of await warehouse.keys("silver"))
        if (key !== LIST) await warehouse.remove("silver", key);
    };
    await lose();
    expect(await run([current])).toEqual(releases);
    expect(await changes(releases)).toEqual(["2 -> 3", "1 -> 2"]);
    await lose();
    await expire(first);
    const counts = await run([current]);
    expect(counts[1]?.comparison).toMatchObject({ outcome: "compared", changed: 1, differences: null });
    expect(await changes(counts)).toEqual(["2 -> 3"]);
  });

  test("are found again if their list is lost", async () => {
    await put(dataFile("1"));
    const current = await put(dataFile("2"));
    const releases = await run([current]);
    await warehouse.remove("silver", LIST);
    expect(await run([current])).toEqual(releases);
  });

  test("are not recorded if their differences cannot be written, and leave no files behind", async () => {
    await put(dataFile("1"));
    const current = await put(dataFile("2"));
    warehouse.intercept.before = async ({ operation, bucket }) =>
      operation === "PutObject" && bucket === "silver" ? { kind: "error", code: "AccessDenied" } : undefined;
    await expect(run([current])).rejects.toMatchObject({ name: "StorageRefused" });
    delete warehouse.intercept.before;
    expect(await warehouse.keys("silver")).toEqual([]);
    expect(outcomes(await run([current]))).toEqual(["compared", "first"]);
  });

  test("are written only once if two executions compare the same versions at the same time", async () => {
    await put(dataFile("1"));
    const current = await put(dataFile("2"));
    const [one, other] = await Promise.all([run([current]), run([current])]);
    expect(one).toEqual(other);
    expect(await changes(one)).toEqual(["1 -> 2"]);
    expect(await warehouse.keys("silver")).toHaveLength(2);
  });

  test("are not overwritten if a later execution has written them", async () => {
    const first = await put(dataFile("1"));
    const second = await put(dataFile("2"));
    const late = await run([second], { hour: 900 });
    expect(outcomes(await run([first], { hour: 800 }))).toEqual(["first"]);
    expect(await readReleaseList(warehouse.buckets.silver, "xx", PATH)).toEqual(late);
  });

  test("can have values of any size, non-ASCII text, and many row groups, and keep their order", async () => {
    const years = Array.from({ length: 4 }, (_, index) => 2000 + index);
    const series = Array.from({ length: 12_000 }, (_, index) => `XX${100_000 + index}`);
    const rows = (value: (index: number) => string) =>
      fileOf(...series.flatMap((id, index) => years.map((year) => `${id} ${year} M01 ${value(index)} é`)));
    await put(rows(() => "1"));
    const large = "123456789012345678901234567890.000000000001";
    const current = await put(rows((index) => (index === 7 ? large : `${index + 2}.5`)));
    const [release] = await run([current]);
    if (release?.comparison.outcome !== "compared") throw new Error("not compared");
    const file = await openParquet(warehouse.buckets.silver, release.comparison.differences ?? "");
    if (file === undefined) throw new Error("no differences");
    expect(file.metadata.row_groups.length).toBeGreaterThan(1);
    const found = await Array.fromAsync(rowsOf(file));
    expect(found).toHaveLength(48_000);
    expect(found[7 * 4]).toEqual({
      series_id: "XX100007",
      year: 2000,
      period: "M01",
      kind: "changed",
      before: "1",
      after: large,
      footnotes_before: "é",
      footnotes_after: "é",
    });
    const { silver } = warehouse.buckets;
    expect(await releasesInCsv(silver, [release], file.file.byteLength)).toBe(1);
    expect(await releasesInCsv(silver, [release], file.file.byteLength - 1)).toBe(0);
  });
});
