import { analyze } from "@data-quest/core/analysis/analyze";
import { Report } from "@data-quest/core/report/report";
import type { SyncResult } from "@data-quest/core/workflow";
import { afterEach, beforeEach, expect, test } from "vitest";
import { analysisInput, openWarehouse, type Warehouse } from "./warehouse.ts";

const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";
const PATHS = ["xx.data.1.Old", "xx.data.2.New"];
const MERGED = {
  dataFile: PATHS,
  chosenBy: "merge" as const,
  series: "XXA",
  period: "M01",
  knownConflicts: [],
};

let warehouse: Warehouse;
let population: SyncResult;
beforeEach(async () => {
  warehouse = await openWarehouse();
  const years = ["2019", "2020", "2021"].map((Year) => ({ Nation: "United States", Year, Population: 100 }));
  population = await warehouse.put(
    "usa-api-sync/population/nation_population.json",
    JSON.stringify({ source: [], data: years }),
  );
});
afterEach(() => warehouse.close());

let wrote = 0;
const put = (path: string, ...rows: string[]) =>
  warehouse.put(`bls/xx/${path}`, HEADER + rows.map((row) => `${row}\n`).join(""), {
    execution: `writer-${wrote++}`,
  });
const run = (files: SyncResult[], hour: number, more: object = {}) =>
  analyze(
    analysisInput(files, population, hour, { ...MERGED, ...more }),
    warehouse.buckets,
    new Date("2026-08-01T12:00:00Z"),
  );
const report = async (run: string) =>
  Report.parse(JSON.parse((await warehouse.read("gold", `reports/xx/${run}/report.json`)).text));
const mergedFrom = async () => {
  const { metadata } = await warehouse.read("silver", "bls/xx/data_file=xx.data.merged/data.parquet");
  return metadata["source-version"];
};

test("files merged by series are one data set in the answers, Silver, and the revisions", async () => {
  const old = await put(
    "xx.data.1.Old",
    "XXA\t2019\tM01\t1\t",
    "XXA\t2020\tM01\t2\tR",
    "XXB\t2020\tM01\t7\t",
  );
  const files = [old, await put("xx.data.2.New", "XXA\t2020\tM01\t2.0\t", "XXA\t2021\tM01\t3\t")];
  const result = await run(files, 1);
  expect(result).toMatchObject({
    bestYears: { dataFile: "bls/xx/xx.data.merged", observations: 4, series: 2 },
    seriesWithPopulation: { observations: 3 },
    dataFiles: { seriesLeftOut: 0 },
    revisions: null,
  });
  expect(result.lineage.map(({ key }) => key)).toEqual(
    expect.arrayContaining(PATHS.map((path) => `bls/xx/${path}`)),
  );
  // Each file is read once for the merged data set and its Silver file, and once for the file's own Silver file.
  const fetched = (path: string) =>
    warehouse.requests.filter(({ operation, key }) => operation === "GetObject" && key === `bls/xx/${path}`)
      .length;
  expect(PATHS.map(fetched)).toEqual([2, 2]);
  const made = await mergedFrom();
  expect(result.silver.map(({ key }) => key)).toContain("bls/xx/data_file=xx.data.merged/data.parquet");
  expect((await run(files, 2)).silver.map(({ action }) => action)).toEqual(Array(3).fill("unchanged"));

  const newer = [
    old,
    await put("xx.data.2.New", "XXA\t2020\tM01\t2\t", "XXA\t2021\tM01\t3.5\t", "XXC\t2021\tM01\t1\t"),
  ];
  expect(await run(newer, 3)).toMatchObject({ revisions: { changed: 1, added: 1, dropped: 0 } });
  expect(await mergedFrom()).not.toBe(made);
  expect((await report("run-3")).revisions).toMatchObject({
    previous: [{ versionId: old.versionId }, { versionId: files[1]?.versionId }],
    rows: [{ seriesId: "XXA", largest: { before: "3", after: "3.5" } }],
  });
});

test("a conflict affects only its series: the rest is published, then the step fails, unless the conflict is known", async () => {
  const files = [
    await put("xx.data.1.Old", "XXA\t2020\tM01\t2\t", "XXB\t2020\tM01\t7\t"),
    await put("xx.data.2.New", "XXA\t2021\tM01\t3\t", "XXB\t2020\tM01\t8\t"),
  ];
  await expect(run(files, 1)).rejects.toThrow(
    "series XXB, 2020 M01: 7 in bls/xx/xx.data.1.Old, line 3, but 8 in bls/xx/xx.data.2.New, line 3",
  );
  expect(await report("run-1")).toMatchObject({
    bestYears: { series: 1 },
    dataFiles: { seriesLeftOut: 1, faults: [expect.stringContaining("series XXB")] },
  });
  expect(await run(files, 2, { knownConflicts: ["XXB"] })).toMatchObject({ dataFiles: { seriesLeftOut: 1 } });
  expect((await report("run-2")).dataFiles.faults).toEqual([]);
});
