import { expect, test } from "vitest";
import { exactUnits } from "./decimals.ts";
import { nextSort, readSort, type Sort, sortRows, writeSort } from "./sort.ts";

const BY_ID: Sort = { column: "id", descending: false };

test("a header sorts ascending, then descending, then in the table's default order", () => {
  const up = nextSort(undefined, "value", undefined);
  const down = nextSort(up, "value", undefined);
  expect([up, down, nextSort(down, "value", undefined)]).toEqual([
    { column: "value", descending: false },
    { column: "value", descending: true },
    undefined,
  ]);
  expect(nextSort(up, "year", undefined)).toEqual({ column: "year", descending: false });
});

test("the first click on the header of a table's default sort column reverses the order", () => {
  const down = nextSort(undefined, "id", BY_ID);
  expect(down).toEqual({ column: "id", descending: true });
  expect(nextSort(down, "id", BY_ID)).toBeUndefined();
  expect(nextSort({ column: "value", descending: true }, "id", BY_ID)).toBeUndefined();
});

test.each([BY_ID, { column: "best_year", descending: true }])("a URL preserves %j", (sort) => {
  expect(readSort(writeSort(sort))).toEqual(sort);
});

test("rows without a value always come last, equal rows keep their order, and decimals compare exactly", () => {
  const rows = ["9", null, "10", "-1.5", "1234567890123456789.10", "1234567890123456789.2", "9.0"];
  const sorted = (descending: boolean) =>
    sortRows(rows, { column: "value", descending }, { value: exactUnits });
  expect(sorted(false)).toEqual([
    "-1.5",
    "9",
    "9.0",
    "10",
    "1234567890123456789.10",
    "1234567890123456789.2",
    null,
  ]);
  expect(sorted(true)).toEqual([
    "1234567890123456789.2",
    "1234567890123456789.10",
    "10",
    "9",
    "9.0",
    "-1.5",
    null,
  ]);
  expect(sortRows(rows, { column: "constructor", descending: false }, { value: exactUnits })).toBe(rows);
});
