import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { caseFiles, readCase } from "./case-file.ts";
import { differences } from "./compare.ts";
import { runCase } from "./run-case.ts";

const kept = new URL("cases/", import.meta.url).pathname;
const all = new URL("../../../shared/asl-conformance/", import.meta.url).pathname;

describe("recorded executions kept in the repository", () => runCasesIn(kept));

describe.skipIf(!existsSync(all))(
  "all recorded executions, in ../shared (skipped where it is not there)",
  () => {
    if (existsSync(all)) runCasesIn(all);
  },
);

function runCasesIn(folder: string): void {
  test.each(caseFiles(folder))("%s", async (file) => {
    const recorded = readCase(folder, file);
    const { ending, events } = await runCase(recorded);
    expect(differences(recorded, ending, events)).toEqual([]);
  });
}
