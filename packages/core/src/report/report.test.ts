import { expect, it } from "vitest";
import * as z from "zod";
import { Report } from "./report.ts";

it("has its shape published as a JSON Schema (after a change: vitest -u, and REPORT_VERSION)", async () => {
  const schema = { title: "report.json of Data Quest", ...z.toJSONSchema(Report) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("report.schema.json");
});
