import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadata } from "hyparquet";
import { afterAll, expect, test } from "vitest";
import type { BestYear } from "../bls-file/best-years.ts";
import { namesOf, textFile } from "../bls-file/names.test-support.ts";
import { parquetOfSeries } from "./series-list.ts";
import { FACTS_KEY, SeriesListFacts } from "./series-list-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FACTS = {
  survey: "xx",
  name: null,
  dataFile: "xx.data.0.Current",
  synthetic: false,
  footnotes: { R: "revised" },
};
const names = await namesOf(
  [
    "series_id\tsector_code\tseries_title\tbegin_year\tbegin_period\tend_year\tend_period",
    "A\tBusiness\tAll items\t1947\tQ01\t2026\tQ02",
    "C\tBusiness\t\t\t\t2020\tM12",
  ].join("\n"),
);
const best = (seriesId: string, otherwise: Partial<BestYear> = {}): BestYear => ({
  seriesId,
  year: 2001,
  value: "10.5",
  basis: "months",
  ties: [],
  ...otherwise,
});

/** The list's columns, its rows as DuckDB reads them, and the file's own metadata. */
async function listOf(series: Iterable<BestYear>, ofNames = names) {
  const bytes = Buffer.concat(await Array.fromAsync(parquetOfSeries(series, ofNames, FACTS)));
  const path = join(folder, "series.parquet");
  writeFileSync(path, bytes);
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  const read = await connection.runAndReadAll(`FROM read_parquet('${path}')`);
  connection.closeSync();
  const metadata = parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const facts = metadata.key_value_metadata?.find(({ key }) => key === FACTS_KEY)?.value ?? "";
  return {
    columns: read.columnNames(),
    rows: read.getRows(),
    metadata,
    facts: SeriesListFacts.parse(JSON.parse(facts)),
  };
}

test("the list has each series with its names, its span, and its best year", async () => {
  const { columns, rows } = await listOf([
    best("A", { ties: [2003, 2004] }),
    best("B", { year: null, value: null, basis: "none" }),
    best("C"),
  ]);
  const spans = ["begin_year", "begin_period", "end_year", "end_period"];
  expect(columns).toEqual(["series_id", "sector", "title", ...spans, "year", "value", "basis", "ties"]);
  expect(rows).toEqual([
    ["A", "Business", "All items", 1947, "Q01", 2026, "Q02", 2001, "10.5", "months", "2003 2004"],
    ["B", null, null, null, null, null, null, null, null, "none", null],
    ["C", "Business", null, null, null, 2020, "M12", 2001, "10.5", "months", null],
  ]);
});

test("the list records its data file, and all values of columns with few distinct values", async () => {
  expect((await listOf([best("A"), best("C")])).facts).toEqual({
    version: 1,
    ...FACTS,
    series: 2,
    columns: [
      { name: "sector", values: ["Business"] },
      { name: "title", values: ["All items"] },
    ],
  });
  expect((await listOf([])).facts).toMatchObject({ series: 0 });
});

test("a long list has several row groups, and untruncated statistics", async () => {
  const ids = Array.from({ length: 70_000 }, (_, index) => `LONGSERIESIDENTIFIER${100_000 + index}`);
  const { rows, metadata } = await listOf(ids.map((id) => best(id)));
  expect(rows.map(([id]) => id)).toEqual(ids);
  expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([65_536, 4_464]);
  expect(metadata.row_groups.map(({ columns: [first] }) => first?.meta_data?.statistics)).toMatchObject([
    { min_value: ids[0], max_value: ids[65_535] },
    { min_value: ids[65_536], max_value: ids.at(-1) },
  ]);
});

test("a column with few distinct values in each row group, but many overall, is free text", async () => {
  const ids = Array.from({ length: 70_000 }, (_, index) => `X${100_000 + index}`);
  // sort_code has 600 values in the first row group, and 600 different values in the second.
  const row = (id: string, index: number) =>
    `${id}\t${index % 600}\t${(index < 65_536 ? 0 : 600) + (index % 600)}`;
  const text = `series_id\titem_code\tsort_code\n${ids.map(row).join("\n")}\n`;
  const { facts } = await listOf(
    ids.map((id) => best(id)),
    await namesOf(textFile("series", text, 1 << 16)),
  );
  expect(facts.columns.map(({ name, values }) => [name, values?.length])).toEqual([
    ["item", 600],
    ["sort", undefined],
  ]);
});
