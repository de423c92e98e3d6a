import { expect, test } from "vitest";
import { reportSchema } from "./report.ts";

test("has its shape published as a JSON Schema (after a change: vitest -u, and REPORT_VERSION)", async () => {
  await expect(reportSchema()).toMatchFileSnapshot("report.schema.json");
});
