import { putObject } from "@data-quest/core/storage/objects";
import { readIndex } from "@data-quest/core/surveys/survey-index";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openWarehouse, type Warehouse } from "../analysis/warehouse.ts";

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
});
afterEach(() => warehouse.close());

test.each([
  ["[", "Invalid input: expected object, received undefined"],
  ['{"version": 1, "surveys": [{}, {}]}', "surveys.0.survey: "],
])("an index that cannot be read (%s) is refused in one line that says what to do", async (text, fault) => {
  const { gold } = warehouse.buckets;
  await putObject(gold, "reports/index.json", text, {});
  const message = await readIndex(gold).catch((error: Error) => error.message);
  expect(message).toContain(`s3://gold/reports/index.json is not an index of surveys (${fault}`);
  expect(message).toMatch(/^.*: delete it, and the next executions write it again$/);
});
