import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorMeanings, errorNames } from "./error-facts.ts";
import { strike } from "./fault.ts";
import { FAULTS_PAGE, faultsPage } from "./page.ts";
import { peersFacts } from "./peers.ts";
import { s3Faults } from "./s3-faults.ts";
import { sourceFaults } from "./source-faults.ts";
import { caught } from "./workflow-rules.ts";

const faults = [...sourceFaults, ...s3Faults];

describe.each([
  ["the source", sourceFaults],
  ["S3", s3Faults],
])("a fault of %s", (_, ofSide) => {
  test.each(ofSide.map((fault) => [fault.fault, fault] as const))("%s", async (_name, fault) => {
    const seen = await strike(fault);
    expect(seen).toEqual(fault.expected);
  });
});

test("a fault that never occurs is an error", async () => {
  const [fault] = sourceFaults;
  if (fault === undefined) expect.fail("there is no fault");
  await expect(strike({ ...fault, begin: () => undefined })).rejects.toThrow("never occurred");
});

describe("docs/faults.md", () => {
  const page = readFileSync(FAULTS_PAGE, "utf8");

  test("is what npm run faults writes", () => {
    const [, day = ""] = /Last run: (\d{4}-\d\d-\d\d),/.exec(page) ?? [];
    const rows = faults.map((fault) => ({ fault, seen: fault.expected }));
    expect(page).toBe(faultsPage(rows, day));
  });

  test("has a row for every fault that was tried with other tools", () => {
    const names = faults.map(({ fault }) => fault);
    expect(names).toEqual(expect.arrayContaining(Object.keys(peersFacts)));
  });

  test("says what every error means and what it stops", () => {
    expect(errorNames.length).toBeGreaterThan(15);
    expect(Object.keys(errorMeanings).sort()).toEqual([...errorNames].sort());
    // Names with a dot are errors of the service. The text above the table explains these errors.
    const [ofService, ours] = [true, false].map((dotted) =>
      [...caught].filter((name) => name.includes(".") === dotted),
    );
    expect(errorNames).toEqual(expect.arrayContaining(ours ?? []));
    for (const name of ofService ?? []) expect(readFileSync(FAULTS_PAGE, "utf8")).toContain(`\`${name}\``);
  });
});
