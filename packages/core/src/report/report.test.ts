import { expect, it } from "vitest";
import { reportSchema } from "./report.ts";

it("has its shape published as a JSON Schema (after a change: vitest -u, and REPORT_VERSION)", async () => {
  await expect(reportSchema()).toMatchFileSnapshot("report.schema.json");
});
