import { expect, test } from "vitest";
import { createRowPacker } from "./packed-rows.ts";

/** Several blocks of rows, as a survey with many series has them. */
const keys = Array.from({ length: 3000 }, (_, number) => `S${10_000 + 2 * number}`);
const rowOf = (key: string) => `the row of ${key}\tDoña\t${"x".repeat(90)}`;

function pack(rows: [key: string, row: string][]): (key: string) => string | undefined {
  const packer = createRowPacker();
  for (const [key, row] of rows) packer.add(key, row);
  return packer.finish();
}

/** The same every time, and no row where it was. */
const shuffled = keys.map((_, index) => keys[(index * 1231 + 7) % keys.length] ?? "");

test.each([
  ["in the order of their keys", keys],
  ["in no order", shuffled],
])("rows that come %s are found, in any order", (_, order) => {
  const find = pack(order.map((key) => [key, rowOf(key)]));
  for (const key of [...keys, ...shuffled.slice(0, 200)]) expect(find(key)).toBe(rowOf(key));
});

test("a key that is in no row is not found, wherever it would stand", () => {
  const find = pack(keys.map((key) => [key, rowOf(key)]));
  for (const key of ["", "A", "S10001", ...keys.map((known) => `${known}1`), "Z"]) {
    expect(find(key)).toBeUndefined();
  }
  expect(pack([])("A")).toBeUndefined();
});

test("of two rows with one key the later one counts, however far they are apart", () => {
  const last = keys.at(-1) ?? "";
  const find = pack([...keys, last, keys[5] ?? ""].map((key, index) => [key, `${index}`]));
  expect([find(keys[5] ?? ""), find(last), find(keys[6] ?? "")]).toEqual(["3001", "3000", "6"]);
});
