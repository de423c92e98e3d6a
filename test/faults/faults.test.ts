import { afterAll, describe, expect, it } from "vitest";
import { strike } from "./fault.ts";
import { s3Faults } from "./s3-faults.ts";
import { sourceFaults } from "./source-faults.ts";
import { faultTable, type Row } from "./table.ts";

const rows: Row[] = [];

describe.each([
  ["the source", sourceFaults],
  ["S3", s3Faults],
])("a fault of %s", (_, faults) => {
  it.each(faults.map((fault) => [fault.fault, fault] as const))("%s", async (_name, fault) => {
    const seen = await strike(fault);
    rows.push({ fault, seen });
    expect(seen).toEqual(fault.expected);
  });
});

afterAll(() => console.log(faultTable(rows)));
