import { expect, test } from "vitest";
import { reportSchema } from "./report.ts";

test("report.json's JSON Schema is unchanged (after a change: vitest -u, and raise REPORT_VERSION)", async () => {
  await expect(reportSchema()).toMatchFileSnapshot("report.schema.json");
});
