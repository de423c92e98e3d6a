import { expect, test } from "vitest";
import { tableLines } from "./table.ts";

test("columns are as wide as their widest cell, on their side, and lines end where their text does", () => {
  const columns = [{ name: "name" }, { name: "bytes", align: "right" as const }, { name: "why" }];
  expect(tableLines(columns, [["a", "12345678", ""], ["long name", "1", "because"], []])).toEqual([
    "name          bytes  why",
    "a          12345678",
    "long name         1  because",
    "",
  ]);
  expect(tableLines(columns, [])).toEqual(["name  bytes  why"]);
});
