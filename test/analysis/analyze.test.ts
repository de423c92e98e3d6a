import { analyze } from "@data-quest/core/analysis/analyze";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { Report } from "@data-quest/core/report/report";
import { FACTS_KEY, SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { surveyColumns } from "@data-quest/core/silver/survey-columns";
import { putObject } from "@data-quest/core/storage/objects";
import type { SyncResult } from "@data-quest/core/workflow";
import { parquetMetadata } from "hyparquet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { analysisInput, openWarehouse, type Warehouse } from "./warehouse.ts";

const NOW = new Date("2026-08-01T12:00:00Z");
const HEADER = "series_id \tyear\tperiod\tvalue\tfootnote_codes\r\n";
const DATA = `${HEADER}${[
  "XXA\t2019\tM01\t  1.0\t",
  "XXA\t2019\tM02\t 10.0\tR",
  "XXA\t2019\tM13\t500.0\t",
  "XXA\t2022\tM02\t    -\t",
  "XXB\t2020\tM01\t  0.1\t",
  "XXB\t2021\tM01\t  0.1\t",
  "XXC\t2020\tA01\t    7\t",
].join("\r\n")}\r\n`;
const SERIES = `series_id\tarea_code\tseasonal\tsort_code\tfootnote_codes\tseries_title\r\n${[
  'XXA\t01\tS\tz9\t\tAll, of "it"',
  "XXB\t02\tU\tz9\t\t=HYPERLINK(1)",
  "XXC\t99\tS\tz9\t\t",
].join("\r\n")}\r\n`;
const AREA = "area_code\tarea_name\tdisplay_level\n01\tNorth\t0\n02\tSouth\t0\n\n";
const SEASONAL = "Seasonal_code\tSeasonal_text\r\nS\tAdjusted\r\nU\tNot adjusted\r\n\r\n";
const POPULATION = JSON.stringify({
  source: [],
  data: [2019, 2020, 2021].map((year) => ({
    Nation: "United States",
    Year: `${year}`,
    Population: 100 + (year % 10),
  })),
});

let warehouse: Warehouse;
let files: SyncResult[];
let population: SyncResult;

beforeEach(async () => {
  warehouse = await openWarehouse();
  const { put } = warehouse;
  files = [
    await put("bls/xx/xx.data.0.Current", DATA),
    await put("bls/xx/xx.data.1.AllData", DATA),
    await put("bls/xx/xx.series", SERIES),
    await put("bls/xx/xx.area", AREA),
    await put("bls/xx/xx.seasonal", SEASONAL),
    { ...(await put("bls/xx/xx.sort", "gone")), action: "removed" },
  ];
  population = await put("usa-api-sync/population/nation_population.json", POPULATION, { synthetic: "true" });
});

afterEach(() => warehouse.close());

const run = (
  ...input: Parameters<typeof analysisInput> extends [unknown, unknown, ...infer Rest] ? Rest : never
) => analyze(analysisInput(files, population, ...input), warehouse.buckets, NOW);

describe("Analyze", () => {
  test("answers the three questions and names its inputs", async () => {
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

  test("writes the report under its own name and as the latest, report.json last", async () => {
    const { report } = await run();
    const names = [
      "best-years.csv",
      "population-by-year.csv",
      "revisions.csv",
      "index.html",
      "report.schema.json",
      "report.json",
    ];
    const keys = ["run-1", "latest"].flatMap((folder) => names.map((name) => `reports/xx/${folder}/${name}`));
    expect(report).toEqual({ bucket: "gold", keys, latest: true });
    const puts = warehouse.requests.filter(
      ({ operation, bucket }) => operation === "PutObject" && bucket === "gold",
    );
    expect(puts.map(({ key }) => key)).toEqual(keys);

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

  test("has the text of the series' footnotes, from the survey's footnote file, which is one of its inputs", async () => {
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

  test("writes CSV that is safe to open in a spreadsheet, with the series' names", async () => {
    await run();
    expect((await warehouse.read("gold", "reports/xx/latest/best-years.csv")).text).toBe(
      `\uFEFF${[
        "series_id,year,value,basis,ties,area,seasonal,sort,title",
        'XXA,2019,11,months,,North,Adjusted,z9,"All, of ""it"""',
        "XXB,2020,0.1,months,2021,South,Not adjusted,z9,'=HYPERLINK(1)",
        "XXC,2020,7,annual,,99,Adjusted,z9,",
      ].join("\r\n")}\r\n`,
    );
    expect((await warehouse.read("gold", "reports/xx/latest/population-by-year.csv")).text).toBe(
      "\uFEFFyear,population,value,series_id,period,footnotes,footnote_texts\r\n2019,109,10.0,XXA,M02,R,\r\n2022,,,XXA,M02,,\r\n",
    );
  });

  test("lists the first of many series and the largest of many changes, and has all of them as CSV", async () => {
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
  });

  test("includes averages on request, and says so", async () => {
    const { bestYears } = await run(1, { includeAverages: true });
    expect(bestYears.byBasis).toEqual({ months: 0, quarters: 0, halves: 0, annual: 0, all: 3, none: 0 });
    expect((await warehouse.read("gold", "reports/xx/run-1/best-years.csv")).text).toContain(
      "XXA,2019,511,all,,",
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
  ])("cannot be done with %j, and says why", async (analysis, message) => {
    const error = await run(1, analysis).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(`AnalysisImpossible: `);
    expect(String(error)).toContain(message);
    expect(await warehouse.keys("gold")).toEqual([]);
  });
});

describe("a run that changes nothing", () => {
  const SAME = { knownConflicts: [] };
  const stored = () =>
    warehouse.requests.filter(({ operation }) => /^(Put|Create|Upload|Copy)/.test(operation));

  test("returns the earlier report, says since when, and stores nothing", async () => {
    const first = await run(1, SAME);
    expect(first.unchangedSince).toBeNull();
    warehouse.requests.length = 0;
    const second = await run(2, SAME);
    expect(AnalysisResult.parse(second)).toEqual({
      ...first,
      unchangedSince: { execution: "run-1", startTime: "2026-08-01T01:00:00.000Z" },
      silver: first.silver.map(({ key }) => ({ key, action: "unchanged" })),
    });
    expect(stored()).toEqual([]);
    expect((await run(1, SAME)).unchangedSince).toBeNull();
  });

  test.each([
    [
      "a file has a new version",
      async () => {
        files[3] = await warehouse.put(
          "bls/xx/xx.area",
          `${AREA}
`,
        );
      },
    ],
    ["a file is gone", async () => void files.splice(3, 1)],
    [
      "Silver lost a file",
      async () => warehouse.remove("silver", "bls/xx/data_file=xx.data.1.AllData/data.parquet"),
    ],
    ["the report lost a file", async () => warehouse.remove("gold", "reports/xx/run-1/index.html")],
  ])("is distinguished from one where %s", async (_, change) => {
    await run(1, SAME);
    await change();
    expect((await run(2, SAME)).unchangedSince).toBeNull();
  });

  test("publishes the report again if a lifecycle rule expired the earlier one", async () => {
    const first = await run(1, SAME);
    for (const key of await warehouse.keys("gold"))
      if ((await warehouse.tags("gold", key)).report === "execution") await warehouse.remove("gold", key);
    const second = await run(2, SAME);
    expect(second).toMatchObject({ unchangedSince: null, bestYears: first.bestYears });
    const kept = await warehouse.keys("gold");
    expect(second.report.keys.filter((key) => !kept.includes(key))).toEqual([]);
    expect(kept.filter((key) => key.includes("/run-1/"))).toEqual([]);
    expect((await run(3, SAME)).unchangedSince).toMatchObject({ execution: "run-2" });
  });

  test("is distinguished from one with other settings, and never replaces one with a fault", async () => {
    await run(1, SAME);
    expect((await run(2, { ...SAME, includeAverages: true })).unchangedSince).toBeNull();
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXZ\t2000\tA01\tx\t\n`);
    await expect(run(3, SAME)).rejects.toThrow("line 9");
    await expect(run(4, SAME)).rejects.toThrow("line 9");
  });
});

describe("the latest report", () => {
  const latest = async () => {
    const keys = (await warehouse.keys("gold")).filter((key) => key.includes("/latest/"));
    const executions = await Promise.all(
      keys.map(async (key) => (await warehouse.read("gold", key)).metadata.execution),
    );
    return [...new Set(executions)];
  };

  test("does not have the expiration tag, but each file of an execution does", async () => {
    await run(3);
    await run(2);
    const tags = await Promise.all(
      (await warehouse.keys("gold")).map(async (key) => [key, await warehouse.tags("gold", key)] as const),
    );
    expect(tags.filter(([key]) => key.includes("/latest/")).map(([, each]) => each)).toEqual(
      Array(6).fill({}),
    );
    expect(tags.filter(([key]) => key.includes("/run-")).map(([, each]) => each)).toEqual(
      Array(12).fill({ report: "execution" }),
    );
  });

  test("names the previous one, even if an execution analyzes twice, and never one of a later execution", async () => {
    const earlier = async (folder: string) =>
      Report.parse(JSON.parse((await warehouse.read("gold", `reports/xx/${folder}/report.json`)).text))
        .earlier;
    await run(2);
    expect(await earlier("latest")).toBeNull();
    await run(3);
    expect(await earlier("latest")).toBe("run-2");
    await run(3);
    expect(await earlier("latest")).toBe("run-2");
    expect((await warehouse.read("gold", "reports/xx/run-3/index.html")).text).toContain(
      'href="../run-2/index.html"',
    );
    await run(1);
    expect(await earlier("run-1")).toBeNull();
  });

  test("is replaced by a later execution, and by the same one again, but never by an earlier one", async () => {
    expect((await run(2)).report.latest).toBe(true);
    expect((await run(3)).report.latest).toBe(true);
    const late = await run(1);
    expect(late.report.latest).toBe(false);
    expect(late.report.keys).toHaveLength(6);
    expect(await latest()).toEqual(["run-3"]);
    expect((await run(3)).report.latest).toBe(true);
  });

  test.each(["best-years.csv", "report.json"])(
    "is left to a later execution that writes between the check of %s and its write",
    async (name) => {
      await run(1);
      let rival: Promise<unknown> | undefined;
      warehouse.intercept.before = async ({ operation, key }) => {
        if (operation === "PutObject" && key === `reports/xx/latest/${name}` && rival === undefined) {
          rival = run(3);
          await rival;
        }
        return undefined;
      };
      expect((await run(2)).report.latest).toBe(false);
      expect(rival).toBeDefined();
      expect(await latest()).toEqual(["run-3"]);
    },
  );

  test("is unchanged if reading one of the execution's own files fails during the copy", async () => {
    await run(1);
    warehouse.intercept.before = async ({ operation, key }) =>
      operation === "GetObject" && key === "reports/xx/run-2/index.html"
        ? { kind: "reset", when: "body", bytes: 1000 }
        : undefined;
    await expect(run(2)).rejects.toThrow(/^Reading s3:\/\/gold\/reports\/xx\/run-2\/index\.html failed/);
    expect((await warehouse.read("gold", "reports/xx/latest/index.html")).metadata.execution).toBe("run-1");
    expect((await warehouse.read("gold", "reports/xx/latest/report.json")).metadata.execution).toBe("run-1");
  });

  test("is repaired if an earlier execution wrote a file with the same ETag", async () => {
    await run(1);
    let done = false;
    warehouse.intercept.before = async ({ operation, key }) => {
      if (operation === "PutObject" && key === "reports/xx/latest/report.json" && !done) {
        done = true;
        const metadata = { execution: "run-2", "execution-started": "2026-08-01T02:00:00.000Z" };
        await putObject(warehouse.buckets.gold, "reports/xx/latest/best-years.csv", "old", { metadata });
      }
      return undefined;
    };
    expect((await run(3)).report.latest).toBe(true);
    expect(await latest()).toEqual(["run-3"]);
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

  test("stay distinct in the report, CSV, and Parquet, even if two of them would be equal", async () => {
    const header = "series_id\ttitle_code\tvalue_code\tyear_code\tseries_title";
    const rows = ["XXA", "XXB", "XXC"].map((id) => `${id}\t07\t5\t9\tPaid leave`);
    files[seriesFile] = await warehouse.put("bls/xx/xx.series", `${[header, ...rows].join("\n")}\n`);
    files.push(await warehouse.put("bls/xx/xx.title", "title_code\ttitle_text\n07\tHolidays\n"));
    await run();
    const names = ["title", "value_code", "year_code", "series_title"];
    expect((await csv()).split("\r\n").slice(0, 2)).toEqual([
      `\uFEFFseries_id,year,value,basis,ties,${names.join(",")}`,
      "XXA,2019,11,months,,Holidays,5,9,Paid leave",
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

describe("Silver", () => {
  const key = "bls/xx/data_file=xx.data.0.Current/data.parquet";
  const other = "bls/xx/data_file=xx.data.1.AllData/data.parquet";
  const list = "bls/xx/series.parquet";
  const written = () =>
    warehouse.requests.filter(({ operation, bucket }) => operation === "PutObject" && bucket === "silver");

  test("has every data file, built once per version of it and of the files with the names", async () => {
    expect((await run(1)).silver).toEqual([
      { key, action: "created" },
      { key: other, action: "created" },
    ]);
    expect(await warehouse.keys("silver")).toEqual([key, other, list]);
    expect((await warehouse.read("silver", key)).metadata["source-version"]).toBe(files[0]?.versionId);

    warehouse.requests.length = 0;
    expect((await run(2)).silver.map(({ action }) => action)).toEqual(["unchanged", "unchanged"]);
    expect(written()).toEqual([]);
    expect(warehouse.requests.filter(({ key }) => key === "bls/xx/xx.data.1.AllData")).toEqual([]);

    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", DATA.replace("0.1", "0.2"));
    expect((await run(3)).silver.map(({ action }) => action)).toEqual(["unchanged", "updated"]);
    files[3] = await warehouse.put("bls/xx/xx.area", AREA.replace("North", "Far north"));
    expect((await run(4)).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
  });

  test("has a list of the analyzed series, built once, which is read before an earlier report is reused", async () => {
    files.push(await warehouse.put("bls/xx/xx.footnote", "footnote_code\tfootnote_text\nR\trevised\n"));
    await run(1);
    const listed = async () => {
      const { bytes } = await warehouse.read("silver", list);
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      const { key_value_metadata = [] } = parquetMetadata(file);
      const facts = key_value_metadata.find(({ key }) => key === FACTS_KEY)?.value ?? "";
      return SeriesListFacts.parse(JSON.parse(facts));
    };
    expect(await listed()).toMatchObject({
      survey: "xx",
      dataFile: "xx.data.0.Current",
      series: 3,
      footnotes: { R: "revised" },
      columns: [
        { name: "area", values: ["99", "North", "South"] },
        { name: "seasonal" },
        { name: "sort" },
        { name: "title" },
      ],
    });
    warehouse.requests.length = 0;
    await run(2);
    expect(written()).toEqual([]);
    await warehouse.remove("silver", list);
    await run(3);
    expect(written().map(({ key }) => key)).toEqual([list]);
    expect((await warehouse.read("silver", list)).metadata.execution).toBe("run-3");
  });

  test("has a file whose series are not sorted", async () => {
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXA\t2000\tA01\t1\t\n`);
    expect((await run()).silver.map(({ action }) => action)).toEqual(["created", "created"]);
  });

  test("gets nothing from an unreadable file; the step publishes its answers and then fails", async () => {
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXZ\t2000\tA01\t0.1.2\t\n`);
    await expect(run()).rejects.toThrow(
      /^bls\/xx\/xx\.data\.1\.AllData, line 9: the value is not a number.*Everything else was analyzed and published: reports\/xx\/run-1\/report\.json$/,
    );
    expect(await warehouse.keys("silver")).toEqual([key, list]);
    const { text } = await warehouse.read("gold", "reports/xx/latest/report.json");
    expect(Report.parse(JSON.parse(text))).toMatchObject({
      bestYears: { series: 3 },
      dataFiles: { faults: [expect.stringContaining("xx.data.1.AllData, line 9")] },
    });
    expect((await warehouse.read("gold", "reports/xx/latest/index.html")).text).toContain(
      "<strong>Some data could not be used.</strong>",
    );
    expect(await warehouse.openUploads()).toBe(0);
  });

  test("has one decimal type for all files of a survey, which fits all of its values", async () => {
    const types = async () =>
      Promise.all(
        [key, other].map(async (each) => (await warehouse.read("silver", each)).metadata["value-type"]),
      );
    await run(1);
    expect(await types()).toEqual(["decimal(18,6)", "decimal(18,6)"]);
    const before = files[1];
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXZ\t2000\tA01\t0.1234567\t\n`);
    expect((await run(2)).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
    expect(await types()).toEqual(["decimal(38,7)", "decimal(38,7)"]);

    warehouse.requests.length = 0;
    expect((await run(3)).silver.map(({ action }) => action)).toEqual(["unchanged", "unchanged"]);
    expect(written()).toEqual([]);
    if (before) files[1] = before;
    expect((await run(4)).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
    expect(await types()).toEqual(["decimal(18,6)", "decimal(18,6)"]);
  });

  test("describes the columns and types of all its files together", async () => {
    expect(await surveyColumns(warehouse.buckets.silver, "xx")).toEqual([]);
    files[1] = await warehouse.put(
      "bls/xx/xx.data.1.AllData",
      `${DATA}XXZ\t2000\tA01\t${"1".repeat(20)}\t\n`,
    );
    await run();
    const fixed = [
      { name: "series_id", type: "string" },
      { name: "year", type: "int" },
      { name: "period", type: "string" },
      { name: "value", type: "decimal(38,6)" },
      { name: "footnotes", type: "string" },
    ];
    const names = ["area", "seasonal", "sort", "title"].map((name) => ({ name, type: "string" }));
    expect(await surveyColumns(warehouse.buckets.silver, "xx")).toEqual([...fixed, ...names]);
    await putObject(warehouse.buckets.silver, "bls/xx/data_file=xx.data.2/data.parquet", "text", {});
    await expect(surveyColumns(warehouse.buckets.silver, "xx")).rejects.toThrow(
      "xx.data.2/data.parquet is not a Parquet file",
    );
  });

  test("cannot represent values that need more than 38 digits together, and names them", async () => {
    const rows = [`XXY\t2000\tA01\t${"9".repeat(30)}\t`, "XXZ\t2000\tA01\t0.123456789\t"];
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}${rows.join("\n")}\n`);
    await expect(run()).rejects.toThrow(
      "bls/xx/xx.data.1.AllData, line 10: with this value the survey needs more than the 38 digits of a decimal",
    );
  });

  test("is written by only one of two executions at a time", async () => {
    let rival: Promise<unknown> | undefined;
    warehouse.intercept.before = async ({ operation, key: writtenKey }) => {
      if (operation === "PutObject" && writtenKey === key && rival === undefined) {
        rival = run(3);
        await rival;
      }
      return undefined;
    };
    expect((await run(2)).silver).toEqual([
      { key, action: "left" },
      { key: other, action: "left" },
    ]);
    // The second write was refused.
    expect(written().map(({ key, status }) => [key, status])).toEqual([
      [key, 200],
      [list, 200],
      [key, 412],
    ]);
  });

  test("needs one fetch of a data file, together with the answers, and none of a file with the same bytes", async () => {
    const requests = (operation: string) =>
      warehouse.requests.filter((request) => request.operation === operation).map((request) => request.key);
    await run(1);
    const dataFiles = requests("GetObject").filter((each) => each?.startsWith("bls/xx/xx.data."));
    expect(dataFiles).toEqual(["bls/xx/xx.data.0.Current"]);
    expect(requests("CopyObject")).toEqual([other]);
    const [copied, original] = await Promise.all([other, key].map((each) => warehouse.read("silver", each)));
    expect(copied?.text).toBe(original?.text);
    expect(copied?.metadata).toMatchObject({
      "source-version": files[1]?.versionId,
      "value-type": "decimal(18,6)",
    });
  });

  test("is written if another execution has replaced the twin's Silver object", async () => {
    warehouse.intercept.before = async ({ operation, key: copiedKey }) => {
      if (operation !== "CopyObject" || copiedKey !== other) return undefined;
      warehouse.intercept.before = async () => undefined;
      await putObject(warehouse.buckets.silver, key, "another's", {});
      return undefined;
    };
    expect((await run(2)).silver.map(({ action }) => action)).toEqual(["created", "created"]);
    expect(written().at(-2)).toMatchObject({ key: other, status: 200 });
  });

  /** An execution that started at the given hour, with files different from the others'. */
  const runOn = (hour: number, its: SyncResult[]) =>
    analyze(analysisInput(its, population, hour), warehouse.buckets, NOW);
  const newer = async (path = "xx.data.1.AllData") =>
    warehouse.put(`bls/xx/${path}`, DATA.replace("0.1", "0.2"));

  test("is left to a later execution that has finished", async () => {
    const older = [...files];
    files[1] = await newer();
    await run(2);
    expect((await runOn(1, older)).silver).toEqual([
      { key, action: "left" },
      { key: other, action: "left" },
    ]);
    expect((await warehouse.read("silver", other)).metadata).toMatchObject({
      "source-version": files[1].versionId,
      execution: "run-2",
      "execution-started": "2026-08-01T02:00:00.000Z",
    });
    expect((await runOn(3, older)).silver.map(({ action }) => action)).toEqual(["unchanged", "updated"]);
  });

  test("is left to a later execution that is still running, file by file", async () => {
    const older = [...files];
    files[1] = await newer();
    warehouse.intercept.before = async ({ operation, bucket }) =>
      operation === "PutObject" && bucket === "gold" ? { kind: "error", code: "AccessDenied" } : undefined;
    await expect(run(2)).rejects.toThrow();
    const gone = older.filter((file) => file !== older[1]);
    await expect(runOn(1, gone)).rejects.toThrow();
    warehouse.intercept.before = async () => undefined;
    expect((await runOn(1, gone)).silver).toEqual([
      { key, action: "left" },
      { key: other, action: "left" },
    ]);
    expect((await runOn(1, older)).silver.map(({ action }) => action)).toEqual(["left", "left"]);
    expect((await warehouse.read("silver", other)).metadata.execution).toBe("run-2");
  });

  test("loses a data file that the source no longer has, whatever its name", async () => {
    await run(1);
    const leftover = "bls/xx/data_file=xx.data.9.Older/data.parquet";
    await putObject(warehouse.buckets.silver, leftover, "older", {});
    const others = ["bls/xx/notes.txt", "bls/xxx/data_file=xxx.data.1/data.parquet"];
    for (const each of others) await putObject(warehouse.buckets.silver, each, "another's", {});
    const renamed = await newer("more/xx.data.1.All");
    const after = files.map((file, index) => (index === 1 ? renamed : file));
    const renamedKey = "bls/xx/data_file=more/xx.data.1.All/data.parquet";
    expect((await runOn(2, after)).silver).toEqual([
      { key: renamedKey, action: "created" },
      { key, action: "unchanged" },
      { key: other, action: "removed" },
      { key: leftover, action: "removed" },
    ]);
    expect(await warehouse.keys("silver")).toEqual([
      renamedKey,
      key,
      ...others.slice(0, 1),
      list,
      ...others.slice(1),
    ]);

    // The earlier execution, redriven, does not bring it back.
    expect((await run(1)).silver.map(({ action }) => action)).toEqual(["left", "left"]);
    expect(await warehouse.keys("silver")).toHaveLength(5);
  });

  test("keeps a file that another execution wrote since this one checked", async () => {
    await run(1);
    const after = files.filter((file) => file !== files[1]);
    let rival: Promise<unknown> | undefined;
    warehouse.intercept.before = async ({ operation, bucket }) => {
      if (operation === "DeleteObject" && bucket === "silver" && rival === undefined) {
        files[1] = await newer();
        rival = run(3);
        await rival;
      }
      return undefined;
    };
    expect((await runOn(2, after)).silver).toEqual([
      { key, action: "unchanged" },
      { key: other, action: "left" },
    ]);
    expect(rival).toBeDefined();
    expect((await warehouse.read("silver", other)).metadata.execution).toBe("run-3");
  });
});
