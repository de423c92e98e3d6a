/** Surveys that differ from `pr` in content and format, each analyzed in one run of the workflow. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Report } from "@data-quest/core/report/report";
import { bestYearsQuery, tableName } from "@data-quest/core/silver/queries";
import { surveyColumns } from "@data-quest/core/silver/survey-columns";
import { surveyTable } from "@data-quest/core/silver/survey-table";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GOLD, type Laptop, type Outcome, openLaptop } from "../e2e/laptop.ts";

const SILVER = "data-quest-silver";
const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const LATER = new Date("2026-02-05T13:30:00Z");

const data = (...rows: string[]) => HEADER + rows.map((row) => `${row}\r\n`).join("");
/** Monthly rows for 2014 and 2015. The values of 2014 add up to 78, and those of 2015 to 90. */
const months = (id: string, footnotes = "") =>
  [2014, 2015].flatMap((year) =>
    Array.from(
      { length: 12 },
      (_, month) =>
        `${id.padEnd(17)}\t${year}\tM${String(month + 1).padStart(2, "0")}\t${String(month + 1 + year - 2014).padStart(12)}\t${footnotes}`,
    ),
  );
const lines = (...rows: string[]) => rows.map((row) => `${row}\r\n`).join("");

const FILES: Record<string, string> = {
  // A value that needs more digits than usual.
  "zb/zb.data.0.Current": data(...months("ZBU01"), "ZBU02\t2015\tA01\t1234567890123\t"),
  // A tab after the footnote.
  "zc/zc.data.0.Current": data(...months("ZCU01", "R\t")),
  "zc/zc.footnote": lines("footnote_code\tfootnote_text", "R\trevised"),
  // Column names that would collide with each other, or with a column that every file has.
  "zd/zd.data.0.Current": data(...months("ZDU01")),
  "zd/zd.series": lines(
    "series_id\ttitle_code\tvalue_code\tyear_code\tseries_title\tfootnote_codes",
    "ZDU01   \t07\t5\t9\tPaid leave, all workers\t",
  ),
  "zd/zd.title": lines("title_code\ttitle_text", "07\tHolidays"),
  // A data file that has a bad row and that no question needs.
  "zg/zg.data.0.Current": data(...months("ZGU01")),
  "zg/zg.data.1.AllData": data(...months("ZGU01"), "ZGU02\t2015\tM01\tN.A.\t"),
  // Mapping files that are found by their key column, and a row with an empty cell in the middle.
  "zj/zj.data.0.Current": data(...months("ZJU01")),
  "zj/zj.series": lines("series_id\tdata_type_code\tsrd_code", "ZJU01\t01\t01"),
  "zj/zj.datatype": lines("data_type_code\tdata_type_text", "01\tALL EMPLOYEES, THOUSANDS\t"),
  "zj/zj.state_region_division": lines("srd_code\tsrd_text", "01\t\tAlabama"),
  // No file of current data.
  "zk/zk.data.1.AllData": data(...months("ZKU01")),
  // A mapping file that is named like a data file, as in BLS's own `sh`.
  "sh/sh.data.1.AllData": data("SHU0000001\t1990\tA01\t8.8\t", "SHU0000001\t1991\tA01\t8.4\t"),
  "sh/sh.data.type": lines("data_type_code\tdata_type_text", "1\tRate of cases per 100 workers"),
  "sh/sh.series": lines("series_id\tdata_type_code\tbegin_year", "SHU0000001\t1\t1990"),
  // A series without values, and a series with half-years.
  "zn/zn.data.0.Current": data(
    "ZNU01\t2014\tM01\t-\t",
    "ZNU01\t2014\tM02\t\t",
    "ZNU02\t2014\tS01\t1.5\t",
    "ZNU02\t2014\tS02\t1.25\t",
    "ZNU02\t2014\tS03\t1.375\t",
  ),
  // Two data files that overlap. Neither file is complete.
  "zo/zo.data.1.Old": data("ZOU01\t2013\tQ01\t1\t", "ZOU01\t2014\tQ01\t2\t"),
  "zo/zo.data.2.New": data("ZOU01\t2014\tQ01\t2.0\tR", "ZOU01\t2015\tQ01\t3\t"),
  // A series file with an incomplete row, an invalid mapping file, and an invalid footnote file.
  "zs/zs.data.0.Current": data(...months("ZSU01")),
  "zs/zs.series": lines("series_id\titem_code\tseries_title", "ZSU01\t01\tFood", "ZSU02\t01"),
  "zm/zm.data.0.Current": data(...months("ZMU01")),
  "zm/zm.series": lines("series_id\titem_code", "ZMU01\t01"),
  "zm/zm.item": "item_code\titem_text\r01\tFood\r",
  "zf/zf.data.0.Current": data(...months("ZFU01", "R")),
  "zf/zf.footnote": `footnote_code\tfootnote_text\r\nR\t${"x".repeat(1 << 20)}\r\n`,
};

const surveys = [...new Set(Object.keys(FILES).map((path) => path.slice(0, 2)))];
const inputs: Record<string, object> = {
  zc: { analysis: { series: "ZCU01", period: "M01" } },
  zf: { analysis: { series: "ZFU01", period: "M01" } },
};

let laptop: Laptop;
const folder = mkdtempSync(join(tmpdir(), "data-quest-odd-surveys-"));
const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  laptop = await openLaptop();
  for (const [path, body] of Object.entries(FILES)) await laptop.publish(path, body);
  const run = async (survey: string) => outcomes.set(survey, await laptop.run({ survey, ...inputs[survey] }));
  await Promise.all(surveys.map(run));
  for (const key of await laptop.keys(SILVER)) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), await laptop.read(SILVER, key));
  }
});
afterAll(async () => {
  await laptop.close();
  rmSync(folder, { recursive: true });
});

const reportOf = async (survey: string) =>
  Report.parse(JSON.parse((await laptop.read(GOLD, `reports/${survey}/latest/report.json`)).toString()));
const csvOf = async (survey: string) =>
  (await laptop.read(GOLD, `reports/${survey}/latest/best-years.csv`)).toString().split("\r\n");

async function query(sql: string, view = ""): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  if (view !== "") await connection.run(view);
  const rows = await connection.runAndReadAll(sql);
  connection.closeSync();
  return rows.getRowObjects();
}
const filesOf = (survey: string) => `'${join(folder, "bls", survey)}/data_file=*/data.parquet'`;

describe("a survey is analyzed completely if it", () => {
  test.each(["zb", "zc", "zd", "zj", "zk", "sh", "zn", "zo"])("is %s", async (survey) => {
    expect(outcomes.get(survey)).toMatchObject({ status: "SUCCEEDED", error: null });
    expect((await reportOf(survey)).dataFiles.faults).toEqual([]);
  });

  test("has a value with more digits than usual", async () => {
    expect(await csvOf("zb")).toContain("ZBU02,2015,1234567890123,annual,");
    expect(await query(`SELECT max(value)::VARCHAR AS largest FROM read_parquet(${filesOf("zb")})`)).toEqual([
      { largest: "1234567890123.000000" },
    ]);
  });

  test("has tabs after its footnotes", async () => {
    expect((await reportOf("zc")).seriesWithPopulation).toMatchObject({
      footnoteTexts: { R: "revised" },
      rows: [{ footnotes: "R" }, { footnotes: "R" }],
    });
    expect(await query(`SELECT DISTINCT footnotes FROM read_parquet(${filesOf("zc")})`)).toEqual([
      { footnotes: "R" },
    ]);
  });

  test.each([
    ["zd", "title,value_code,year_code,series_title", 'Holidays,5,9,"Paid leave, all workers"'],
    ["zj", "data_type,srd", '"ALL EMPLOYEES, THOUSANDS",Alabama'],
  ])("has column names like those of %s", async (survey, columns, values) => {
    const [header, row] = await csvOf(survey);
    expect(header).toBe(`\uFEFFseries_id,year,value,basis,ties,${columns}`);
    expect(row).toBe(`${survey.toUpperCase()}U01,2015,90,months,,${values}`);
    const rows = await query(`SELECT DISTINCT ${columns} FROM read_parquet(${filesOf(survey)})`);
    expect(rows).toHaveLength(1);
    expect(Object.values(rows[0] ?? {})).toEqual(
      Object.values((await reportOf(survey)).bestYears.rows[0]?.names ?? {}),
    );
  });

  test("has no file of current data, or has a mapping file that is named like a data file", async () => {
    expect((await reportOf("zk")).dataFiles.files).toEqual(["bls/zk/zk.data.1.AllData"]);
    const report = await reportOf("sh");
    expect(report.dataFiles.files).toEqual(["bls/sh/sh.data.1.AllData"]);
    expect(report.bestYears.rows[0]?.names).toEqual({ data_type: "Rate of cases per 100 workers" });
    expect((await laptop.keys(SILVER)).filter((key) => key.includes("sh.data.type"))).toEqual([]);
  });

  test("has a series without values and a series with half-years", async () => {
    expect((await csvOf("zn")).slice(1, 3)).toEqual(["ZNU01,,,none,", "ZNU02,2014,2.750,halves,"]);
    expect((await reportOf("zn")).bestYears.byBasis).toMatchObject({ none: 1, halves: 1 });
  });

  test("has two data files that overlap", async () => {
    expect((await reportOf("zo")).bestYears).toMatchObject({
      dataFile: "bls/zo/zo.data.merged",
      observations: 3,
    });
  });
});

describe("correct data is published, then the run fails, if", () => {
  const failed = async (survey: string) => {
    const { status, error, cause } = outcomes.get(survey) ?? {};
    expect({ status, error }).toEqual({ status: "FAILED", error: "DataFileMalformed" });
    expect(cause).toContain(`Everything else was analyzed and published: reports/${survey}/`);
    expect(await csvOf(survey)).toContain(`${survey.toUpperCase()}U01,2015,90,months,`);
    return cause;
  };

  test("another data file has a bad row", async () => {
    expect(await failed("zg")).toContain("bls/zg/zg.data.1.AllData, line 26: ");
  });

  test("a row of the series file has too few cells (names are left out until the file is fixed)", async () => {
    expect(await failed("zs")).toContain("bls/zs/zs.series, line 3: 2 columns, but the header has 3");
    expect((await reportOf("zs")).bestYears).toMatchObject({ nameColumns: [], rows: [{ names: {} }] });
    await laptop.publish("zs/zs.series", lines("series_id\titem_code", "ZSU01\t01"), LATER);
    expect(await laptop.run({ survey: "zs" })).toMatchObject({ status: "SUCCEEDED" });
    expect((await reportOf("zs")).bestYears.rows[0]?.names).toEqual({ item: "01" });
    const columns = await surveyColumns({ client: laptop.s3, name: SILVER }, "zs");
    expect(columns.map(({ name }) => name)).toContain("item");
  });

  test("a mapping file cannot be read (names are left out)", async () => {
    expect(await failed("zm")).toContain("bls/zm/zm.item, line 1: lines must end with LF or CR LF");
    expect((await reportOf("zm")).bestYears.rows[0]?.names).toEqual({});
  });

  test("the footnote file cannot be read (footnotes have only their codes)", async () => {
    expect(await failed("zf")).toContain("bls/zf/zf.footnote, line 2: the line is longer than 1 MiB");
    expect((await reportOf("zf")).seriesWithPopulation).toMatchObject({
      footnoteTexts: {},
      rows: [{ footnotes: "R" }, { footnotes: "R" }],
    });
  });
});

describe.each(surveys.filter((survey) => survey !== "zs"))("the table of %s", (survey) => {
  test("has the columns and types of its Parquet files", async () => {
    const columns = await surveyColumns({ client: laptop.s3, name: SILVER }, survey);
    const execution = { id: "arn:run", name: "run", startTime: "2026-02-05T13:30:00.000Z" };
    const table = surveyTable(SILVER, survey, columns, execution);
    const described = await query(
      `DESCRIBE SELECT * FROM read_parquet(${filesOf(survey)}, hive_partitioning = false)`,
    );
    const types: Record<string, string> = { VARCHAR: "string", INTEGER: "int" };
    expect(table.StorageDescriptor.Columns).toEqual(
      described.map(({ column_name: Name, column_type: type }) => ({
        Name,
        Type: types[String(type)] ?? String(type).toLowerCase(),
      })),
    );
  });

  test("returns the same answer to question 2 as the report", async () => {
    const { bestYears } = await reportOf(survey);
    const dataFile = bestYears.dataFile.split("/").at(-1) ?? "";
    const rows = await query(
      bestYearsQuery(tableName(survey), dataFile).sql,
      `CREATE VIEW "${survey}" AS FROM read_parquet(${filesOf(survey)}, hive_partitioning = true)`,
    );
    expect(rows.map(({ series_id, year, value }) => [series_id, year, Number(value)])).toEqual(
      bestYears.rows.flatMap(({ seriesId, year, value }) =>
        year === null ? [] : [[seriesId, year, Number(value)]],
      ),
    );
  });
});
