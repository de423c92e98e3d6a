import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { bestYears } from "../bls-file/best-years.ts";
import { SeriesOutOfOrder, sortedInPasses } from "../bls-file/block-order.ts";
import { namesOf } from "../bls-file/names.test-support.ts";
import { NO_NAMES, type SeriesNames } from "../bls-file/names.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { type DecimalType, USUAL_TYPE } from "./decimal-type.ts";
import { ValueDoesNotFit } from "./observation-reader.ts";
import { parquetOfBlocks, parquetOfFile } from "./parquet.ts";
import { bestYearsQuery, tableName } from "./queries.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const names = await namesOf('series_id\tsector_code\tperiod_code\nB\tBusiness, "all"\tnot the period\n');

function fileOf(text: string | Buffer): ReadableFile {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
  }
  return { file: "xx.data.1.Test", bytes: bytes.length, open: async () => chunks() };
}

type Written = { names?: SeriesNames; type?: DecimalType; mostBytes?: number };

/** All rows of the Parquet file in file order, read by DuckDB as text. */
async function written(
  file: ReadableFile,
  { names = NO_NAMES, type = USUAL_TYPE, mostBytes }: Written = {},
): Promise<unknown[][]> {
  const path = join(folder, "data.parquet");
  const chunks =
    mostBytes === undefined
      ? parquetOfFile(file, type, names)
      : parquetOfBlocks(file.file, sortedInPasses(file, mostBytes), type, names);
  writeFileSync(path, Buffer.concat(await Array.fromAsync(chunks)));
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  const rows = await connection.runAndReadAll(
    `SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${path}', file_row_number = false)`,
  );
  const types = await connection.runAndReadAll(
    `SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`,
  );
  const groups = await connection.runAndReadAll(
    `SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('${path}') ORDER BY 1`,
  );
  connection.closeSync();
  columnTypes = types.getRows();
  rowGroups = groups.getRows().map(([, size]) => Number(size));
  return rows.getRows();
}
let columnTypes: unknown[][] = [];
let rowGroups: number[] = [];

describe("a data file as Parquet", () => {
  test("has every row, typed, with nulls, footnotes, and names", async () => {
    const text = [
      "A\t2020\tM01\t          -\t\r\n",
      "A\t2020\tM02\t   -1.5\tR,C\r\n",
      "A\t2020\tM13\t999999999999.999999\t\r\n",
      "B\t2019\tQ01\t0.0000010\t  é \r\n",
    ].join("");
    const rows = await written(fileOf(HEADER + text), { names });
    expect(rows).toEqual([
      ["A", "2020", "M01", null, null, null, null],
      ["A", "2020", "M02", "-1.500000", "R,C", null, null],
      ["A", "2020", "M13", "999999999999.999999", null, null, null],
      ["B", "2019", "Q01", "0.000001", "é", 'Business, "all"', "not the period"],
    ]);
    expect(columnTypes).toEqual([
      ["series_id", "VARCHAR"],
      ["year", "INTEGER"],
      ["period", "VARCHAR"],
      ["value", "DECIMAL(18,6)"],
      ["footnotes", "VARCHAR"],
      ["sector", "VARCHAR"],
      ["period_code", "VARCHAR"],
    ]);
  });

  test("can be read if it has no rows", async () => {
    expect(await written(fileOf(HEADER))).toEqual([]);
  });

  test("refuses a value with too many digits before or after the decimal point", async () => {
    for (const value of ["0.0000001", "1000000000000", "-1000000000000.0"]) {
      const file = fileOf(`${HEADER}A\t2020\tM01\t1\t\nA\t2020\tM02\t${value}\t\n`);
      await expect(written(file)).rejects.toThrow(ValueDoesNotFit);
      await expect(written(file)).rejects.toThrow("xx.data.1.Test, line 3: the value does not fit");
      expect(await written(file, { type: { precision: 38, scale: 9 } })).toHaveLength(2);
    }
  });

  test("has values of up to 38 digits, if the survey needs them", async () => {
    const values = [
      "0.123456789",
      "-0.123456789",
      "-",
      "0",
      "12345678901234567890123456789",
      `-${"9".repeat(29)}`,
    ];
    const text = values.map((value, index) => `A\t${2000 + index}\tA01\t${value}\t\n`).join("");
    const rows = await written(fileOf(HEADER + text), { type: { precision: 38, scale: 9 } });
    expect(rows.map(([, , , value]) => value)).toEqual([
      "0.123456789",
      "-0.123456789",
      null,
      "0.000000000",
      "12345678901234567890123456789.000000000",
      `-${"9".repeat(29)}.000000000`,
    ]);
    expect(columnTypes).toContainEqual(["value", "DECIMAL(38,9)"]);
  });

  test("is sorted by year and period within a series", async () => {
    const rows = ["2021\tM02\t1\t", "2020\tQ01\t2\tR", "2020\tA01\t-\t", "2021\tM01\t3\t", "2021\tM02\t-\tX"];
    const text = `${rows.map((row) => `A\t${row}\n`).join("")}B\t2000\tM01\t5\t\n`;
    expect((await written(fileOf(HEADER + text))).map(([id, ...row]) => [id, ...row].join(" "))).toEqual([
      "A 2020 A01  ",
      "A 2020 Q01 2.000000 R",
      "A 2021 M01 3.000000 ",
      "A 2021 M02 1.000000 ",
      "A 2021 M02  X",
      "B 2000 M01 5.000000 ",
    ]);
  });

  test("refuses a second value for the same series, year, and period, wherever its row is", async () => {
    const rows = ["A\t2020\tM01\t-\t", "A\t2020\tM01\t5\t", "A\t2020\tM02\t5\t", "A\t2019\tM01\t5\t"];
    const text = `${HEADER}${rows.join("\n")}\n`;
    expect(await written(fileOf(text))).toHaveLength(4);
    for (const options of [{}, { mostBytes: 1 }]) {
      for (const [second, line] of [
        ["2020\tM01\t7\tR", 6],
        ["2019\tM01\t7\tR", 6],
      ] as const) {
        await expect(written(fileOf(`${text}A\t${second}\n`), options)).rejects.toThrow(
          `xx.data.1.Test, line ${line}: a second value for the same series, year, and period: ${JSON.stringify(`A\t${second}`)}`,
        );
      }
    }
  });

  test("distinguishes series whose IDs are not UTF-8", async () => {
    const text = Buffer.from(`${HEADER}XX\xe8\t2020\tM01\t1\t\nXX\xe9\t2020\tM01\t2\t\n`, "latin1");
    const rows = await written(fileOf(text));
    expect(rows.map(([id]) => id)).toEqual(["XXè", "XXé"]);
  });

  test("is sorted, whatever the order of the rows and however little fits into memory", async () => {
    const ids = Array.from({ length: 60 }, (_, number) => `S${(number * 37) % 60}`);
    const lines = [2021, 2020].flatMap((year) => ids.map((id) => `${id}\t${year}\tA01\t${year}.5\t\n`));
    const sorted = [...ids]
      .sort()
      .flatMap((id) => [2020, 2021].map((year) => [id, `${year}`, "A01", `${year}.500000`, null]));
    for (const mostBytes of [1, 300, 1 << 20]) {
      expect(await written(fileOf(HEADER + lines.join("")), { mostBytes })).toEqual(sorted);
    }
    await expect(written(fileOf(HEADER + lines.join("")))).rejects.toThrow(SeriesOutOfOrder);
  });

  test("is complete if it has several row groups, each of bounded size", async () => {
    const rows = Array.from({ length: 300_000 }, (_, row) => `S${1_000_000 + row}\t2020\tA01\t${row}\t\n`);
    const read = await written(fileOf(HEADER + rows.join("")));
    expect(read).toHaveLength(300_000);
    expect(read.every(([id, , , value], row) => id === `S${1_000_000 + row}` && Number(value) === row)).toBe(
      true,
    );
    expect(rowGroups).toHaveLength(2);
    for (const rowsOfGroup of rowGroups) expect(rowsOfGroup).toBeLessThan(300_000);
  });
});

const real = fileURLToPath(new URL("../../../../../shared/data/bls/", import.meta.url));

describe.skipIf(!existsSync(real))("real files (skips without ../shared/data)", () => {
  test.each(["2025-02/pr/pr.data.0.Current", "2025-02/pr/pr.data.1.AllData", "2026-06/pr/pr.data.0.Current"])(
    "%s is the same when read back, row by row",
    async (path) => {
      const text = readFileSync(real + path, "utf8");
      const expected = text
        .trimEnd()
        .split(/\r?\n/)
        .slice(1)
        .map((line) => line.split("\t").map((cell) => cell.trim()))
        .map(([id, year, period, value = "", footnotes]) => [
          id,
          year,
          period,
          sixDecimals(value),
          footnotes || null,
        ]);
      expect(await written(fileOf(text))).toEqual(expected);
    },
  );
});

describe("the query for question 2", () => {
  const tied = fileURLToPath(new URL("../bls-file/fixtures/PRS84006142.txt", import.meta.url));

  test("gives the report's answer for a series with a tie", () => compareWithReport(tied));

  test.skipIf(!existsSync(real))(
    "gives the report's answer for a real file (skips without ../shared/data)",
    () => compareWithReport(`${real}2025-02/pr/pr.data.0.Current`),
  );

  async function compareWithReport(file: string): Promise<void> {
    const { open } = fileOf(readFileSync(file));
    using best = await bestYears(await open(), { file, includeAverages: false });
    await written(fileOf(readFileSync(file)));
    const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
    await connection.run(
      `CREATE VIEW pr AS SELECT *, 'pr.data.0.Current' AS data_file FROM read_parquet('${join(folder, "data.parquet")}')`,
    );
    const { sql } = bestYearsQuery(tableName("pr"), "pr.data.0.Current");
    const answer = await connection.runAndReadAll(sql);
    connection.closeSync();
    expect(answer.getRows().map(([id, year, value]) => [id, year, Number(value)])).toEqual(
      Array.from(best.series, ({ seriesId, year, value }) => [seriesId, year, Number(value)]),
    );
  }
});

function sixDecimals(value: string): string {
  const [whole = "", fraction = ""] = value.split(".");
  const shown = `${whole}.${fraction.padEnd(6, "0")}`;
  return /^-0\.0*$/.test(shown) ? "0.000000" : shown;
}
