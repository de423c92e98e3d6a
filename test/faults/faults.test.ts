import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { strike } from "./fault.ts";
import { peersFacts } from "./peers.ts";
import { s3Faults } from "./s3-faults.ts";
import { sourceFaults } from "./source-faults.ts";
import { faultTable, type Row } from "./table.ts";

const faults = [...sourceFaults, ...s3Faults];
const rows: Row[] = [];

describe.each([
  ["the source", sourceFaults],
  ["S3", s3Faults],
])("a fault of %s", (_, ofSide) => {
  test.each(ofSide.map((fault) => [fault.fault, fault] as const))("%s", async (_name, fault) => {
    const seen = await strike(fault);
    rows.push({ fault, seen });
    expect(seen).toEqual(fault.expected);
  });
});

test("a fault that does not strike is told", async () => {
  const [fault] = sourceFaults;
  if (fault === undefined) expect.fail("there is no fault");
  await expect(strike({ ...fault, begin: () => undefined })).rejects.toThrow("never struck");
});

describe("the table in the documentation", () => {
  const readme = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
  const table = faultTable(faults.map((fault) => ({ fault, seen: fault.expected }))).split("\n");
  const [head = ""] = table;
  const shown = readme.slice(readme.indexOf(head)).split("\n\n", 1)[0]?.split("\n") ?? [];

  test("is a part of the one that the faults make", () => {
    expect(shown.length).toBeGreaterThan(20);
    for (const line of shown) expect(table).toContain(line);
  });

  test("has every row that other tools are known for", () => {
    for (const fault of Object.keys(peersFacts))
      expect(shown.filter((line) => line.startsWith(`| ${fault} |`))).toHaveLength(1);
  });
});

afterAll(() => console.log(faultTable(rows)));
