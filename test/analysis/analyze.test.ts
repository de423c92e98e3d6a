import { gunzipSync } from "node:zlib";
import { analyze } from "@data-quest/core/analysis/analyze";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { Report } from "@data-quest/core/report/report";
import { surveyColumns } from "@data-quest/core/silver/survey-columns";
import type { SyncResult } from "@data-quest/core/workflow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HEADER, openSmallSurvey, SERIES } from "./small-survey.ts";
import { analysisInput, type Warehouse } from "./warehouse.ts";

const NOW = new Date("2026-08-01T12:00:00Z");

let warehouse: Warehouse;
let files: SyncResult[];
let population: SyncResult;
beforeEach(async () => {
  ({ warehouse, files, population } = await openSmallSurvey());
});
afterEach(() => warehouse.close());

const run = (
  ...input: Parameters<typeof analysisInput> extends [unknown, unknown, ...infer Rest] ? Rest : never
) => analyze(analysisInput(files, population, ...input), warehouse.buckets, NOW);

describe("Analyze", () => {
  test("answers the three questions and lists its inputs", async () => {
    const result = await run();
    expect(AnalysisResult.parse(result)).toMatchObject({
      population: { years: [2019, 2020], mean: 104.5, standardDeviation: Math.sqrt(40.5) },
      bestYears: {
        series: 3,
        observations: 7,
        tied: 1,
        byBasis: { months: 2, quarters: 0, halves: 0, annual: 1 },
      },
      seriesWithPopulation: { observations: 2, rows: [{ year: 2019, value: "10.0", population: 109 }] },
      synthetic: true,
    });
    const read = [
      population,
      ...["data.0.Current", "series", "area", "seasonal"].map((name) =>
        files.find(({ key }) => key === `bls/xx/xx.${name}`),
      ),
    ];
    expect(result.lineage.map(({ key, versionId }) => [key, versionId])).toEqual(
      read.map((file) => [file?.key, file?.versionId]),
    );
  });

  test("writes the report to the execution's folder, then to latest, each time with report.json last", async () => {
    const { report } = await run();
    const names = [
      "best-years.csv",
      "best-years.csv.gz",
      "population-by-year.csv",
      "revisions.csv",
      "releases.csv",
      "index.html",
      "report.schema.json",
      "report.json",
    ];
    const keys = ["run-1", "latest"].flatMap((folder) => names.map((name) => `reports/xx/${folder}/${name}`));
    expect(report).toEqual({ bucket: "gold", keys, latest: true });
    const written = warehouse.requests.flatMap(({ operation, bucket, key }) =>
      bucket === "gold" && (operation === "PutObject" || operation === "CopyObject") ? [key ?? ""] : [],
    );
    // All files are in the execution's folder before the first file in latest is replaced.
    for (const files of [keys.slice(0, names.length), keys.slice(names.length)]) {
      const inTurn = written.splice(0, names.length);
      expect(inTurn.toSorted()).toEqual(files.toSorted());
      expect(inTurn.at(-1)).toBe(files.at(-1));
    }
    expect(written).toEqual([]);

    const { text, metadata } = await warehouse.read("gold", "reports/xx/latest/report.json");
    expect(metadata.execution).toBe("run-1");
    const parsed = Report.parse(JSON.parse(text));
    expect(parsed.generatedAt).toBe(NOW.toISOString());
    expect(parsed.seriesWithPopulation?.rows).toEqual([
      { year: 2019, value: "10.0", population: 109, footnotes: "R" },
      { year: 2022, value: null, population: null, footnotes: "" },
    ]);
    expect((await warehouse.read("gold", "reports/xx/run-1/report.json")).text).toBe(text);
  });

  test("reads the texts of the series' footnotes from the footnote file, and lists it as an input", async () => {
    const footnotes = "footnote_code\tfootnote_text\r\nP\tpreliminary\r\nR\trevised\r\n";
    files.push(await warehouse.put("bls/xx/xx.footnote", footnotes));
    await run();
    const report = Report.parse(
      JSON.parse((await warehouse.read("gold", "reports/xx/latest/report.json")).text),
    );
    expect(report.seriesWithPopulation).toMatchObject({
      footnoteTexts: { R: "revised" },
      rows: [{ footnotes: "R" }, { footnotes: "" }],
    });
    expect(report.lineage.map(({ key }) => key)).toContain("bls/xx/xx.footnote");
    expect((await warehouse.read("gold", "reports/xx/latest/index.html")).text).toContain("R: revised");
    expect((await warehouse.read("gold", "reports/xx/latest/population-by-year.csv")).text).toContain(
      "2019,109,10.0,XXA,M02,R,revised\r\n",
    );
  });

  test("writes CSV that includes the series' names and is safe to open in a spreadsheet", async () => {
    await run();
    expect((await warehouse.read("gold", "reports/xx/latest/best-years.csv")).text).toBe(
      `\uFEFF${[
        "series_id,year,value,basis,ties,area,seasonal,sort,title",
        'XXA,2019,11.0,months,,North,Adjusted,z9,"All, of ""it"""',
        "XXB,2020,0.1,months,2021,South,Not adjusted,z9,'=HYPERLINK(1)",
        "XXC,2020,7,annual,,99,Adjusted,z9,",
      ].join("\r\n")}\r\n`,
    );
    expect((await warehouse.read("gold", "reports/xx/latest/population-by-year.csv")).text).toBe(
      "\uFEFFyear,population,value,series_id,period,footnotes,footnote_texts\r\n2019,109,10.0,XXA,M02,R,\r\n2022,,,XXA,M02,,\r\n",
    );
  });

  test("reports the first 10,000 series and the 1,000 largest changes, but writes all of them to CSV", async () => {
    const ids = Array.from({ length: 10_001 }, (_, index) => `XXA${100_000 + index}`);
    const file = (value: number) => HEADER + ids.map((id) => `${id}\t2020\tM01\t${value}\t\r\n`).join("");
    await warehouse.put("bls/xx/xx.data.0.Current", file(1));
    files[0] = await warehouse.put("bls/xx/xx.data.0.Current", file(2));
    await run(1, { series: null });
    const read = async (name: string) => (await warehouse.read("gold", `reports/xx/run-1/${name}`)).text;
    const { bestYears, revisions } = Report.parse(JSON.parse(await read("report.json")));
    expect(bestYears).toMatchObject({ series: 10_001, complete: false });
    expect(bestYears.rows).toHaveLength(10_000);
    if (revisions.outcome !== "compared") throw new Error("the versions were not compared");
    expect(revisions).toMatchObject({ changed: 10_001, changedSeries: 10_001, complete: false });
    expect(revisions.rows).toHaveLength(1000);
    for (const name of ["best-years.csv", "revisions.csv"]) {
      const text = await read(name);
      expect(text.startsWith("\uFEFFseries_id,")).toBe(true);
      expect(text.split("\r\n")).toHaveLength(10_001 + 2);
    }
    expect(await read("revisions.csv")).toContain("\r\nXXA110000,2020,M01,1,2,1,,\r\n");
    const { bytes } = await warehouse.read("gold", "reports/xx/run-1/best-years.csv.gz");
    expect(gunzipSync(bytes).toString()).toBe(await read("best-years.csv"));
  });

  test("writes the compressed CSV again if writing it together with the plain CSV fails", async () => {
    let failed = 0;
    warehouse.intercept.before = async ({ operation, key }) => {
      if (operation !== "PutObject" || key !== "reports/xx/run-1/best-years.csv.gz" || failed > 0)
        return undefined;
      failed++;
      return { kind: "error", code: "AccessDenied" };
    };
    await run();
    expect(failed).toBe(1);
    const { bytes } = await warehouse.read("gold", "reports/xx/latest/best-years.csv.gz");
    expect(gunzipSync(bytes).toString()).toBe(
      (await warehouse.read("gold", "reports/xx/latest/best-years.csv")).text,
    );
  });

  test("includes averages on request, and says so", async () => {
    const { bestYears } = await run(1, { includeAverages: true });
    expect(bestYears.byBasis).toEqual({ months: 0, quarters: 0, halves: 0, annual: 0, all: 3, none: 0 });
    expect((await warehouse.read("gold", "reports/xx/run-1/best-years.csv")).text).toContain(
      "XXA,2019,511.0,all,,",
    );
  });

  test("reads the given versions, not the newest ones", async () => {
    const before = await run();
    for (const { key } of files) await warehouse.put(key, "something else");
    await warehouse.put(population.key, "something else");
    expect(await run()).toEqual({
      ...before,
      silver: before.silver.map(({ key }) => ({ key, action: "unchanged" })),
    });
  });

  test("answers two questions if no series is chosen", async () => {
    expect((await run(1, { series: null })).seriesWithPopulation).toBeNull();
    expect((await warehouse.read("gold", "reports/xx/latest/population-by-year.csv")).text).toBe(
      "\uFEFFyear,population,value,series_id,period,footnotes,footnote_texts\r\n2019,109,,,,,\r\n2020,100,,,,,\r\n2021,101,,,,,\r\n",
    );
  });

  test.each([
    [{ dataFile: ["xx.data.9.None"] }, "The survey xx has no file xx.data.9.None in the mirror"],
    [
      { years: [2018, 2020] as [number, number] },
      "The population of 2018 is missing; the source has 2019, 2020, 2021",
    ],
    [{ series: "NONE" }, "bls/xx/xx.data.0.Current has no row of series NONE in period M02"],
    [{ period: "M03" }, "bls/xx/xx.data.0.Current has no row of series XXA in period M03"],
  ])("fails with %j, and says why", async (analysis, message) => {
    const error = await run(1, analysis).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(`AnalysisImpossible: `);
    expect(String(error)).toContain(message);
    expect(await warehouse.keys("gold")).toEqual([]);
  });
});

describe("the names of the series", () => {
  const seriesFile = 2;
  const csv = async () => (await warehouse.read("gold", "reports/xx/run-1/best-years.csv")).text;

  test("are the same if the rows of the series file are not sorted", async () => {
    await run();
    const inOrder = await csv();
    const [header = "", ...rows] = SERIES.slice(0, -2).split("\r\n");
    const unsorted = [header, ...rows.toReversed()].map((row) => `${row}\r\n`).join("");
    files[seriesFile] = await warehouse.put("bls/xx/xx.series", unsorted);
    expect((await run()).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
    expect(await csv()).toBe(inOrder);
    const columns = await surveyColumns(warehouse.buckets.silver, "xx");
    expect(columns.map(({ name }) => name).slice(5)).toEqual(["area", "seasonal", "sort", "title"]);
  });

  test("are refused if a row lacks cells, even the row of a series without observations", async () => {
    files[seriesFile] = await warehouse.put("bls/xx/xx.series", `${SERIES}XXZ\t01\tS\r\n`);
    await expect(run()).rejects.toThrow("bls/xx/xx.series, line 5: 3 columns, but the header has 6");
  });

  test("have distinct columns in the report, CSV, and Parquet, even if two would have the same name", async () => {
    const header = "series_id\ttitle_code\tvalue_code\tyear_code\tseries_title";
    const rows = ["XXA", "XXB", "XXC"].map((id) => `${id}\t07\t5\t9\tPaid leave`);
    files[seriesFile] = await warehouse.put("bls/xx/xx.series", `${[header, ...rows].join("\n")}\n`);
    files.push(await warehouse.put("bls/xx/xx.title", "title_code\ttitle_text\n07\tHolidays\n"));
    await run();
    const names = ["title", "value_code", "year_code", "series_title"];
    expect((await csv()).split("\r\n").slice(0, 2)).toEqual([
      `\uFEFFseries_id,year,value,basis,ties,${names.join(",")}`,
      "XXA,2019,11.0,months,,Holidays,5,9,Paid leave",
    ]);
    const report = Report.parse(
      JSON.parse((await warehouse.read("gold", "reports/xx/run-1/report.json")).text),
    );
    expect(report.bestYears.rows[0]?.names).toEqual({
      title: "Holidays",
      value_code: "5",
      year_code: "9",
      series_title: "Paid leave",
    });
    const columns = await surveyColumns(warehouse.buckets.silver, "xx");
    expect(columns.map(({ name }) => name).slice(5)).toEqual(names);
  });
});
