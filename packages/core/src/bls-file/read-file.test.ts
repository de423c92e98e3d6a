import { fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { bestYearsOfFile } from "./read-file.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
const path = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";
const SERIES = ["A", "B", "C", "D"];
const rows = (id: string) =>
  Array.from({ length: 50 }, (_, row) => `${id}\t${1950 + row}\tA01\t${row}\t\n`).join("");

let workers = 0;
const count = () => {
  workers++;
};
beforeEach(() => {
  workers = 0;
  process.on("worker", count);
});
afterEach(() => process.off("worker", count));

/** The number of open files in this process that have no name. Ledgers are such files. */
function namelessFiles(): number {
  const isNameless = (fd: number): boolean => {
    try {
      const stats = fstatSync(fd);
      return stats.isFile() && stats.nlink === 0;
    } catch {
      // The listing's own descriptor is closed by now.
      return false;
    }
  };
  return readdirSync("/dev/fd").map(Number).filter(isNameless).length;
}

test("a sorted file is aggregated by the requested number of threads, and the result has all series", async () => {
  writeFileSync(path, HEADER + SERIES.map(rows).join(""));
  const before = namelessFiles();
  {
    using best = await bestYearsOfFile(path, { file: "data", includeAverages: false, threads: 3 });
    expect(workers).toBe(2);
    expect(namelessFiles()).toBe(before + 3);
    expect(best.rows).toBe(200);
    expect([...best.series]).toEqual(
      SERIES.map((seriesId) => ({ seriesId, year: 1999, value: "49", basis: "annual", ties: [] })),
    );
  }
  expect(namelessFiles()).toBe(before);
});

test.each([
  ["within a segment", `${["A", "B", "C", "D"].map(rows).join("")}A\t2000\tA01\t99\t\n`, 99],
  ["across segments", ["C", "D", "A", "B"].map(rows).join(""), 49],
])("a file that is not sorted %s is read again by one thread, and no file stays open", async (_, text, a) => {
  writeFileSync(path, HEADER + text);
  const before = namelessFiles();
  using best = await bestYearsOfFile(path, { file: "data", includeAverages: false, threads: 2 });
  expect(workers).toBe(1);
  expect(namelessFiles()).toBe(before);
  expect([...best.series].map(({ seriesId, value }) => [seriesId, value])).toEqual([
    ["A", `${a}`],
    ["B", "49"],
    ["C", "49"],
    ["D", "49"],
  ]);
});

test("a small file is read by one thread", async () => {
  writeFileSync(path, HEADER + SERIES.map(rows).join(""));
  using best = await bestYearsOfFile(path, { file: "data", includeAverages: false });
  expect(workers).toBe(0);
  expect(best.rows).toBe(200);
});
