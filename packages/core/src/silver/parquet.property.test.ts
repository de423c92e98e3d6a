/** Converts random data files to Parquet, and checks the rows that DuckDB and hyparquet read back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesOf } from "../bls-file/names.test-support.ts";
import { NO_NAMES, type SeriesNames } from "../bls-file/names.ts";
import { PERIODS } from "../bls-file/periods.ts";
import { type DecimalType, USUAL_TYPE } from "./decimal-type.ts";
import { parquetOfFile } from "./parquet.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
let path = "";
let files = 0;
let connection: Awaited<ReturnType<DuckDBInstance["connect"]>>;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
});
afterAll(() => {
  connection.closeSync();
  rmSync(folder, { recursive: true });
});

type Row = { id: string; year: number; period: string; value: string | null; footnotes: string };

const WIDE: DecimalType = { precision: 38, scale: 9 };
const ids = fc.constantFrom("XXA", "XXB0", "XXB00000000000000001", "XXÉ", "XXZ 9", "YYY");
/** Values with as many digits as a type can have, in every notation that BLS files use. */
function values({ precision, scale }: DecimalType) {
  const digits = (most: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: most }).map((each) => each.join(""));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("0", "-0.0", "1", ".5", "-.5", "7.", "9007199254.740993", "-4294.967296"),
    },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom("", "-"), digits(precision - scale), digits(scale))
        .map(([sign, whole, decimals]) => `${sign}${whole || "0"}${decimals && `.${decimals}`}`),
    },
    { weight: 4, arbitrary: fc.integer({ min: -40, max: 40 }).map((tenths) => (tenths / 10).toFixed(1)) },
  );
}

function rowsOf(type: DecimalType) {
  const row = fc.record({
    id: ids,
    year: fc.oneof(fc.integer({ min: 1990, max: 2030 }), fc.constantFrom(0, 9999)),
    period: fc.constantFrom(...PERIODS),
    value: values(type),
    footnotes: fc.oneof(
      { weight: 5, arbitrary: fc.constant("") },
      fc.constantFrom("R", "R,C", "é", "–", '"'),
    ),
  });
  return fc
    .uniqueArray(row, { maxLength: 400, selector: ({ id, year, period }) => `${id} ${year} ${period}` })
    .map((rows) => rows.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))));
}

const layouts = fc.record({
  isWindows1252: fc.boolean(),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  padding: fc.integer({ min: 0, max: 14 }),
  pieces: fc.integer({ min: 1, max: 300 }),
  hasLastLineEnd: fc.boolean(),
  extraColumn: fc.boolean(),
});
type Layout = typeof layouts extends fc.Arbitrary<infer Each> ? Each : never;

function bytesOf(
  rows: readonly Row[],
  { isWindows1252, lineEnd, padding, hasLastLineEnd, extraColumn }: Layout,
): Buffer {
  const extra = extraColumn ? "\tmore" : "";
  const lines = rows.map(({ id, year, period, value, footnotes }) => {
    const shown = (value ?? (year % 2 === 0 ? "-" : "")).padStart(padding);
    return `${id.padEnd(padding)}\t${String(year).padStart(4, "0")}\t${period}\t${shown}\t${footnotes}${extra}`;
  });
  const text = [`series_id \tyear\tperiod\tvalue\tfootnote_codes${extra}`, ...lines].join(lineEnd);
  const whole = hasLastLineEnd ? text + lineEnd : text;
  if (!isWindows1252) return Buffer.from(whole);
  return Buffer.from(whole.replaceAll("–", "\x96"), "latin1");
}

/** The expected rows in Silver. */
function expectedOf(rows: readonly Row[], { scale }: DecimalType): unknown[][] {
  const sorted = rows.toSorted(
    (a, b) =>
      Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)) ||
      a.year - b.year ||
      (a.period < b.period ? -1 : a.period > b.period ? 1 : 0),
  );
  return sorted.map(({ id, year, period, value, footnotes }) => {
    if (value === null) return [id, String(year), period, null, footnotes || null];
    const [, sign, whole = "", decimals = ""] = /^(-?)(\d*)\.?(\d*)$/.exec(value) ?? [];
    const digits = `${whole.replace(/^0+(?=\d)/, "") || "0"}.${decimals.padEnd(scale, "0")}`;
    const isZero = /^[0.]*$/.test(digits);
    return [id, String(year), period, `${isZero ? "" : sign}${digits}`, footnotes || null];
  });
}

async function write(bytes: Buffer, pieces: number, type: DecimalType, names: SeriesNames): Promise<void> {
  // DuckDB caches the footers of files by path.
  path = join(folder, `${files++}.parquet`);
  async function* chunks() {
    const size = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const file = { file: "xx.data.1.Test", bytes: bytes.length, open: async () => chunks() };
  writeFileSync(path, Buffer.concat(await Array.fromAsync(parquetOfFile(file, type, names))));
}

/** A series file with a title for every series, and an area for some. Its series XXAB is not in the data. */
const titles = new Map(["XXA", "XXAB", "XXB0", "XXZ 9", "XXÉ"].map((id) => [id, `Title of ${id} é`]));
const areas = new Map([
  ["XXB0", "North"],
  ["XXÉ", "Ñorth"],
  ["XXZ 9", "3"],
]);
const series = Array.from(titles, ([id, title]) => {
  const area = { XXB0: "1", XXÉ: "2", "XXZ 9": "3" }[id] ?? "";
  return `${id}\t${title}\t${area}\r\n`;
});
const names = await namesOf(`series_id\tseries_title\tarea_code\r\n${series.join("")}`, {
  area: Buffer.from("area_code\tarea_name\n1\tNorth\n2\tÑorth\n", "latin1"),
});

describe("any data file", () => {
  test.each([
    ["DECIMAL(18,6)", USUAL_TYPE],
    ["DECIMAL(38,9)", WIDE],
  ])("with values of type %s reads back the same in DuckDB and hyparquet", async (_, type) => {
    await fc.assert(
      fc.asyncProperty(rowsOf(type), layouts, async (rows, layout) => {
        await write(bytesOf(rows, layout), layout.pieces, type, names);
        const expected = expectedOf(rows, type);
        const read = await connection.runAndReadAll(
          `SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${path}')`,
        );
        const withNames = expected.map((row) => {
          const id = String(row[0]);
          return [...row, titles.get(id) ?? null, areas.get(id) ?? null];
        });
        expect(read.getRows()).toEqual(withNames);
        const objects = await readByHyparquet();
        expect(
          objects.map(({ series_id, year, period, footnotes }) => [series_id, `${year}`, period, footnotes]),
        ).toEqual(expected.map(([id, year, period, , footnotes]) => [id, year, period, footnotes]));
        await expectStatistics(expected);
      }),
      { numRuns: process.env.QUEST_LONG ? 600 : 30 },
    );
  });
});

async function readByHyparquet(options: object = {}): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  return parquetReadObjects({ file, compressors, ...options });
}

/**
 * Expects the footer to have the smallest value, the largest value, and the number of nulls that each column has
 * in the rows.
 */
async function expectStatistics(rows: readonly unknown[][]): Promise<void> {
  const said = await connection.runAndReadAll(
    `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count::INT FROM parquet_metadata('${path}')`,
  );
  if (rows.length === 0) {
    expect(said.getRows()).toEqual([]);
    return;
  }
  const found = await connection.runAndReadAll(
    ["series_id", "year", "period", "value", "footnotes", "title", "area"]
      .map(
        (name) =>
          `SELECT '${name}', min(${name})::VARCHAR, max(${name})::VARCHAR, (count(*) - count(${name}))::INT FROM '${path}'`,
      )
      .join(" UNION ALL "),
  );
  expect(said.getRows()).toEqual(found.getRows());
}

describe("a reader of one series", () => {
  test("fetches only a few pages of a file with several row groups", async () => {
    const ids = Array.from({ length: 30_000 }, (_, index) => `CSU0000000000${100_000 + index}`);
    const rows = ids.flatMap((id, index) =>
      Array.from({ length: 20 }, (_, year) => ({
        id,
        year: 2000 + year,
        period: "A01",
        value: `${(index * 7919 + year * 104_729) % 1_000_003}.5`,
        footnotes: "",
      })),
    );
    const layout: Layout = {
      isWindows1252: false,
      lineEnd: "\n",
      padding: 24,
      pieces: 500,
      hasLastLineEnd: true,
      extraColumn: false,
    };
    await write(bytesOf(rows, layout), layout.pieces, USUAL_TYPE, NO_NAMES);
    const bytes = readFileSync(path);
    let fetched = 0;
    const file = {
      byteLength: bytes.length,
      slice: async (start: number, end = bytes.length) => {
        fetched += end - start;
        return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer;
      },
    };
    const metadata = parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    expect(metadata.row_groups.length).toBeGreaterThan(1);
    const wanted = ids[17_777];
    const read = await readByHyparquet({
      file,
      metadata,
      filter: { series_id: { $eq: wanted } },
      usePageIndex: true,
    });
    expect(read.map(({ series_id, year }) => [series_id, year])).toEqual(
      Array.from({ length: 20 }, (_, year) => [wanted, 2000 + year]),
    );
    expect(fetched).toBeLessThan(bytes.length / 4);
  });
});
