import { expect, test } from "vitest";
import * as z from "zod";
import { schemaFaults } from "./schema-faults.ts";

const Schema = z.strictObject({ rows: z.array(z.object({ year: z.int() })) });

test.each([
  [{ rows: [{ year: 1 }, { year: "2" }] }, "rows.1.year: Invalid input: expected number, received string"],
  ["text", "Invalid input: expected object, received string"],
  [{ rows: [], more: 1 }, 'Unrecognized key: "more"'],
])("the faults of %j are on one line, with their paths", (value, text) => {
  const { error } = Schema.safeParse(value);
  expect(error && schemaFaults(error)).toBe(text);
});

test("only the first faults are listed, and the others are counted", () => {
  const { error } = Schema.safeParse({ rows: Array.from({ length: 1000 }, () => ({})) });
  const paths =
    error &&
    schemaFaults(error)
      .split("; ")
      .map((fault) => fault.split(": ")[0]);
  expect(paths).toEqual(["rows.0.year", "rows.1.year", "rows.2.year", "and 997 more"]);
});
