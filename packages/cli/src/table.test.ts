import { expect, test } from "vitest";
import { tableLines } from "./table.ts";

test("columns are as wide as their widest cell, cells are aligned, and lines have no trailing spaces", () => {
  const columns = [{ name: "name" }, { name: "bytes", align: "right" as const }, { name: "why" }];
  expect(tableLines(columns, [["a", "12345678", ""], ["long name", "1", "because"], []])).toEqual([
    "name          bytes  why",
    "a          12345678",
    "long name         1  because",
    "",
  ]);
  expect(tableLines(columns, [])).toEqual(["name  bytes  why"]);
});

const columns = [
  { name: "file", shrinks: true },
  { name: "size", align: "right" as const },
  { name: "reason", shrinks: true },
];
const paint = (style: unknown, text: string) => `<${String(style)}>${text}</>`;

test("no line exceeds the width: the last column that may shrink is cut first", () => {
  const rows = [["bls/pr/pr.data.0.Current", "184.1 kB", "the listing has the same time and size"]];
  for (const width of [80, 60, 52, 48, 30, 12]) {
    const lines = tableLines(columns, rows, { width, paint });
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
  }
  expect(tableLines(columns, rows, { width: 60, paint })[1]).toBe(
    "bls/pr/pr.data.0.Current  184.1 kB  the listing has the sam…",
  );
});

test("the last columns move below the row if they would be too narrow", () => {
  const rows = [
    ["bls/pr/pr.data.0.Current", "184.1 kB", "the listing has the same time and size"],
    ["bls/pr/pr.class", "102 B", ""],
  ];
  expect(tableLines(columns, rows, { width: 48, paint })).toEqual([
    "file                          size",
    "    reason",
    "bls/pr/pr.data.0.Current  184.1 kB",
    "    the listing has the same time and size",
    "bls/pr/pr.class              102 B",
  ]);
  expect(tableLines(columns, rows, { width: 30, paint }).slice(0, 4)).toEqual([
    "file                      size",
    "    reason",
    "bls/pr/pr.data.0.Cu…  184.1 kB",
    "    the listing has the same …",
  ]);
});

test("a style colors the text of a cell, not the padding", () => {
  const rows = [[{ text: "a", style: "red" as const }, "1"]];
  expect(tableLines(columns, rows, { width: 80, paint })[1]).toBe("<red>a</>        1");
});
