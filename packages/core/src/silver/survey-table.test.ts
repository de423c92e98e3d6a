import { expect, test } from "vitest";
import { decideTable, type StoredTable, surveyTable } from "./survey-table.ts";
import { silverKey } from "./write-silver.ts";

const columns = [
  { name: "series_id", type: "string" },
  { name: "value", type: "decimal(18,6)" },
];
const execution = (name: string, startTime: string) => ({ id: "arn", name, startTime });
const monday = execution("monday", "2026-11-23T15:00:00.000Z");
const tuesday = execution("tuesday", "2026-11-24T15:00:00.000Z");
const table = surveyTable("silver", "pr", columns, monday);
const wider = [...columns, { name: "title", type: "string" }];

test("a partition's location is the folder of the data file in Silver, even if the file is in a subfolder at BLS", () => {
  for (const file of ["pr.data.0.Current", "older/pr.data.1.All"]) {
    const location = table.Parameters["storage.location.template"]?.replace(/\$\{data_file\}/, file);
    expect(`${location}data.parquet`).toBe(`s3://silver/${silverKey("pr", file)}`);
  }
});

test("a table that is missing is created", () => {
  expect(decideTable(undefined, table)).toBe("create");
});

test("an equal table is not changed, whoever wrote it and whatever Glue added to it", () => {
  const stored: StoredTable = { ...table, Parameters: { ...table.Parameters, transient_lastDdlTime: "1" } };
  expect(decideTable(stored, surveyTable("silver", "pr", columns, tuesday))).toBe("leave");
});

test("a later execution changes columns and types, but an earlier one never does", () => {
  const later = surveyTable("silver", "pr", wider, tuesday);
  expect(decideTable(table, later)).toBe("update");
  expect(decideTable(later, table)).toBe("leave");
  const types = columns.map(({ name }) => ({ name, type: name === "value" ? "decimal(30,9)" : "string" }));
  expect(decideTable(table, surveyTable("silver", "pr", types, tuesday))).toBe("update");
});

test("of two executions that started at the same time, the one whose name sorts last counts as later", () => {
  const twin = (name: string) =>
    surveyTable("silver", "pr", name === "a" ? columns : wider, execution(name, monday.startTime));
  expect(decideTable(twin("a"), twin("b"))).toBe("update");
  expect(decideTable(twin("b"), twin("a"))).toBe("leave");
});

test("a table without an execution (from an earlier deployment) or with a different bucket is replaced", () => {
  expect(decideTable({ ...table, Parameters: {} }, table)).toBe("update");
  expect(
    decideTable(surveyTable("other", "pr", columns, monday), surveyTable("silver", "pr", columns, tuesday)),
  ).toBe("update");
});
