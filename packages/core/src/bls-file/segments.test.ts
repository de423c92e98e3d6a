import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bestYearsInFile } from "./ledger.ts";
import { addUpSegment, cutIntoSegments } from "./segments.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";

function cut(text: string, count: number): { header: string; segments: string[] } | undefined {
  const path = join(folder, "data");
  writeFileSync(path, text);
  const fd = openSync(path, "r");
  const found = cutIntoSegments(fd, text.length, count);
  closeSync(fd);
  const bytes = readFileSync(path, "utf8");
  return (
    found && {
      header: found.header.toString(),
      segments: found.segments.map(({ start, end }) => bytes.slice(start, end)),
    }
  );
}

const series = (id: string, rows: number) =>
  Array.from({ length: rows }, (_, row) => `${id}\t${1000 + row}\tA01\t1\t\n`).join("");

test("a file is cut near its middle, at the start of a series", () => {
  const [a, b, c] = [series("A", 10), series("B", 10), series("C", 10)];
  expect(cut(HEADER + a + b + c, 2)).toEqual({ header: HEADER, segments: [HEADER + a + b, c] });
});

test("a file is cut into fewer segments if a series is too long", () => {
  const [a, b] = [series("A", 2), series("B", 50)];
  expect(cut(HEADER + a + b, 3)?.segments).toEqual([HEADER + a + b]);
});

test("a file that cannot be read is not cut", () => {
  expect(cut("", 2)).toBeUndefined();
  expect(cut(`${HEADER}${series("A", 10)}what is this\n${series("B", 3)}`, 2)).toBeUndefined();
});

test("each segment is added up by itself, with or without the header in it", () => {
  const text = HEADER + series("A", 10) + series("B", 10) + series("C", 5);
  const path = join(folder, "data");
  writeFileSync(path, text);
  const fd = openSync(path, "r");
  const { header, segments } = cutIntoSegments(fd, text.length, 2) ?? {
    header: Buffer.alloc(0),
    segments: [],
  };
  const sums = segments.map((segment) =>
    addUpSegment({ fd, header, segment, options: { file: "data", includeAverages: false } }),
  );
  closeSync(fd);
  const found = sums.map((sum) => {
    if (sum === undefined) return undefined;
    const { rows, ledger } = sum;
    const ids = Array.from(bestYearsInFile(ledger), ({ seriesId }) => seriesId);
    closeSync(ledger.fd);
    return { rows, ids, firstId: ledger.firstId, lastId: ledger.lastId };
  });
  expect(found).toEqual([
    { rows: 20, ids: ["A", "B"], firstId: "A", lastId: "B" },
    { rows: 5, ids: ["C"], firstId: "C", lastId: "C" },
  ]);
});

test.each([
  ["its series are not sorted", `${series("B", 3)}${series("A", 3)}`],
  ["a line cannot be read", `${series("A", 3)}what is this\n`],
])("a segment is not added up if %s", (_, rows) => {
  const path = join(folder, "data");
  writeFileSync(path, HEADER + rows);
  const fd = openSync(path, "r");
  const segment = { start: 0, end: HEADER.length + rows.length };
  const options = { file: "data", includeAverages: false };
  expect(addUpSegment({ fd, header: Buffer.from(HEADER), segment, options })).toBeUndefined();
  closeSync(fd);
});
