import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { bestYears } from "../bls-file/best-years.ts";
import { ascending, sortedInPasses } from "../bls-file/block-order.ts";
import { NO_NAMES, type SeriesNames } from "../bls-file/names.ts";
import { type ReadableFile, type SeriesBlock, seriesBlocks } from "../bls-file/series-blocks.ts";
import { silverSeries } from "./observations.ts";
import { parquetChunks } from "./parquet.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const names: SeriesNames = {
  columns: ["sector", "period"],
  of: (id): Record<string, string> =>
    id === "B" ? { sector: 'Business, "all"', period: "not the period" } : {},
};

function fileOf(text: string | Buffer): ReadableFile {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
  }
  return { file: "xx.data.1.Test", bytes: bytes.length, open: async () => chunks() };
}

/** All rows of the Parquet file, read by DuckDB in the order that they stand in, as text. */
async function written(blocks: AsyncIterable<SeriesBlock>, withNames = NO_NAMES): Promise<unknown[][]> {
  async function* series() {
    for await (const block of blocks) yield silverSeries("xx.data.1.Test", block);
  }
  const path = join(folder, "data.parquet");
  writeFileSync(path, Buffer.concat(await Array.fromAsync(parquetChunks(series(), withNames))));
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
  test("has every row, typed, with nulls, footnotes and names", async () => {
    const text = [
      "A\t2020\tM01\t          -\t\r\n",
      "A\t2020\tM02\t   -1.5\tR,C\r\n",
      "A\t2020\tM13\t999999999999.999999\t\r\n",
      "B\t2019\tQ01\t0.0000010\t  é \r\n",
    ].join("");
    const rows = await written(ascending(seriesBlocks(fileOf(HEADER + text))), names);
    expect(rows).toEqual([
      ["A", "2020", "M01", null, null, null],
      ["A", "2020", "M02", "-1.500000", "R,C", null],
      ["A", "2020", "M13", "999999999999.999999", null, null],
      ["B", "2019", "Q01", "0.000001", "é", 'Business, "all"'],
    ]);
    expect(columnTypes).toEqual([
      ["series_id", "VARCHAR"],
      ["year", "INTEGER"],
      ["period", "VARCHAR"],
      ["value", "DECIMAL(18,6)"],
      ["footnotes", "VARCHAR"],
      ["sector", "VARCHAR"],
    ]);
  });

  test("of no rows can be read", async () => {
    expect(await written(ascending(seriesBlocks(fileOf(HEADER))))).toEqual([]);
  });

  test("refuses a value that would lose digits, or has too many", async () => {
    for (const value of ["0.0000001", "1000000000000", "-1000000000000.0"]) {
      const file = fileOf(`${HEADER}A\t2020\tM01\t1\t\nA\t2020\tM02\t${value}\t\n`);
      await expect(written(seriesBlocks(file))).rejects.toThrow(
        "xx.data.1.Test, line 3: the value does not fit DECIMAL(18,6)",
      );
    }
  });

  test("refuses a second value for a series, year and period, wherever it stands", async () => {
    const rows = ["A\t2020\tM01\t-\t", "A\t2020\tM01\t5\t", "A\t2020\tM02\t5\t", "A\t2019\tM01\t5\t"];
    const text = `${HEADER}${rows.join("\n")}\n`;
    expect(await written(seriesBlocks(fileOf(text)))).toHaveLength(4);
    for (const blocks of [seriesBlocks, (file: ReadableFile) => sortedInPasses(file, 1)]) {
      await expect(written(blocks(fileOf(`${text}A\t2020\tM01\t7\tR\n`)))).rejects.toThrow(
        'xx.data.1.Test, line 6: a second value for the same series, year and period: "A\\t2020\\tM01\\t7\\tR"',
      );
    }
  });

  test("keeps series apart whose ids are no UTF-8", async () => {
    const text = Buffer.from(`${HEADER}XX\xe8\t2020\tM01\t1\t\nXX\xe9\t2020\tM01\t2\t\n`, "latin1");
    const rows = await written(ascending(seriesBlocks(fileOf(text))));
    expect(rows.map(([id]) => id)).toEqual(["XXè", "XXé"]);
  });

  test("is sorted, whatever the order of the rows and however little fits into memory", async () => {
    const ids = Array.from({ length: 60 }, (_, number) => `S${(number * 37) % 60}`);
    const lines = [2021, 2020].flatMap((year) => ids.map((id) => `${id}\t${year}\tA01\t${year}.5\t\n`));
    const sorted = [...ids]
      .sort()
      .flatMap((id) => [2020, 2021].map((year) => [id, `${year}`, "A01", `${year}.500000`, null]));
    for (const mostBytes of [1, 300, 1 << 20]) {
      expect(await written(sortedInPasses(fileOf(HEADER + lines.join("")), mostBytes))).toEqual(sorted);
    }
    await expect(written(ascending(seriesBlocks(fileOf(HEADER + lines.join("")))))).rejects.toThrow();
  });

  test("of several row groups, of a bounded number of rows each, is whole", async () => {
    const rows = Array.from({ length: 120_000 }, (_, row) => `S${1_000_000 + row}\t2020\tA01\t${row}\t\n`);
    const read = await written(ascending(seriesBlocks(fileOf(HEADER + rows.join("")))));
    expect(read).toHaveLength(120_000);
    expect(read.every(([id, , , value], row) => id === `S${1_000_000 + row}` && Number(value) === row)).toBe(
      true,
    );
    expect(rowGroups).toEqual([50_000, 50_000, 20_000]);
  });
});

const real = fileURLToPath(new URL("../../../../../shared/data/bls/", import.meta.url));

describe.skipIf(!existsSync(real))("real files (skips without ../shared/data)", () => {
  test.each(["2025-02/pr/pr.data.0.Current", "2025-02/pr/pr.data.1.AllData", "2026-06/pr/pr.data.0.Current"])(
    "%s is the same read back, row by row",
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
      expect(await written(ascending(seriesBlocks(fileOf(text))))).toEqual(expected);
    },
  );
});

describe("the query for question 2", () => {
  const tied = fileURLToPath(new URL("../bls-file/fixtures/PRS84006142.txt", import.meta.url));

  test("answers as the report does on a series with a tie", () => compareWithReport(tied));

  test.skipIf(!existsSync(real))(
    "answers as the report does on a real file (skips without ../shared/data)",
    () => compareWithReport(`${real}2025-02/pr/pr.data.0.Current`),
  );

  async function compareWithReport(file: string): Promise<void> {
    const { open } = fileOf(readFileSync(file));
    using best = await bestYears(await open(), { file, includeAverages: false });
    await written(ascending(seriesBlocks(fileOf(readFileSync(file)))));
    const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
    await connection.run(
      `CREATE VIEW pr AS SELECT *, 'pr.data.0.Current' AS data_file FROM read_parquet('${join(folder, "data.parquet")}')`,
    );
    const sql = readFileSync(new URL("best-years.sql", import.meta.url), "utf8");
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
