import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { caseFiles, readCase } from "./case-file.ts";
import { differences } from "./compare.ts";
import { runCase } from "./run-case.ts";

const kept = fileURLToPath(new URL("cases/", import.meta.url));
const all = fileURLToPath(new URL("../../../shared/asl-conformance/", import.meta.url));

describe("recorded executions kept in the repository", () => runCases(kept, caseFiles(kept)));

describe.skipIf(!existsSync(all))("all recorded executions, in ../shared", () => {
  runCases(all, existsSync(all) ? caseFiles(all) : ["skipped: the folder is not there"]);
});

function runCases(folder: string, files: string[]): void {
  test.each(files)("%s", async (file) => {
    const recorded = readCase(folder, file);
    const { ending, events } = await runCase(recorded);
    expect(differences(recorded, ending, events)).toEqual([]);
  });
}
