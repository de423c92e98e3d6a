import { expect, test } from "vitest";
import { DataFileMalformed } from "../errors.ts";
import { bestYears } from "./best-years.ts";
import { columnNames } from "./columns.ts";
import { namesOf, textFile } from "./names.test-support.ts";
import { sortedSeriesFile } from "./sorted-series-file.ts";

const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";

async function* chunksOf(text: string) {
  yield Buffer.from(text);
}

test("a header of more than 1,000 columns is refused with its line number before any column is matched", async () => {
  const columns = Array.from({ length: 1001 }, (_, index) => `c${index}_code`);
  const header = `series_id\t${columns.join("\t")}`;
  const refusal = "line 1: the header has more than 1000 columns, so this is not a BLS file";
  await expect(namesOf(`${header}\n`)).rejects.toThrow(`xx.series, ${refusal}`);
  await expect(
    bestYears(chunksOf(`${header}\n`), { file: "xx.data.1", includeAverages: false }),
  ).rejects.toThrow(`xx.data.1, ${refusal}`);
  expect(columnNames("xx.series", columns.slice(1).join("\t"))).toHaveLength(1000);
});

test("a value of more than 100 characters is refused with its line number", async () => {
  const file = (length: number) => `${HEADER}A\t2020\tM01\t0.${"1".repeat(length - 2)}\t\n`;
  const years = await bestYears(chunksOf(file(100)), { file: "xx.data.1", includeAverages: false });
  expect(years.rows).toBe(1);
  years[Symbol.dispose]();
  const error: unknown = await bestYears(chunksOf(file(101)), {
    file: "xx.data.1",
    includeAverages: false,
  }).catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(DataFileMalformed);
  expect(String(error)).toContain("xx.data.1, line 2: the value is longer than 100 characters");
});

test("the header of each mapping file is read once, however many columns have no file of the same name", async () => {
  const columns = Array.from({ length: 50 }, (_, index) => `c${index}_code`);
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`f${index}`, "other_code\tother_text\n"]),
  );
  const headersRead: string[] = [];
  const names = await namesOf(`series_id\t${columns.join("\t")}\n`, files, { headersRead });
  expect(names.columns).toHaveLength(50);
  expect(headersRead).toEqual(Object.keys(files));
});

test("mapping files that together exceed the memory limit are refused with a line number", async () => {
  const rows = (name: string) =>
    `${name}_code\t${name}_text\n${Array.from({ length: 10 }, (_, index) => `${index}\t${"x".repeat(67)}\n`).join("")}`;
  const mappings = { area: rows("area"), item: rows("item") };
  const series = "series_id\tarea_code\titem_code\n";
  await expect(namesOf(series, mappings, { mostBytesMapped: 2000 })).resolves.toBeDefined();
  const error: unknown = await namesOf(series, mappings, { mostBytesMapped: 1999 }).catch(
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(DataFileMalformed);
  expect(String(error)).toContain(
    "xx.item, line 11: the texts of the survey's mapping files take more than 1999 bytes of memory",
  );
});

test("a series file that repeats one ID is sorted in bounded memory, with few sorts", async () => {
  const most = 4096;
  const original = Array.prototype.sort;
  let largest = 0;
  let sorts = 0;
  Array.prototype.sort = function (this: unknown[], ...compare) {
    largest = Math.max(largest, this.length);
    sorts++;
    return original.apply(this, compare);
  };
  try {
    const text = `series_id\ttitle\n${"A\tx\n".repeat(20_000)}A\tlast\n`;
    const sorted = await Array.fromAsync(sortedSeriesFile(textFile("series", text, 1000), most));
    expect(Buffer.concat(sorted).toString()).toBe("series_id\ttitle\nA\tlast\n");
  } finally {
    Array.prototype.sort = original;
  }
  expect(largest).toBeLessThan(200);
  expect(sorts).toBeLessThan(1000);
});
