import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { caseFiles, readAnyCase } from "./case-file.ts";
import { faultsOf } from "./run-case.ts";

const kept = fileURLToPath(new URL("cases/", import.meta.url));
const known = fileURLToPath(new URL("known/", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));
const all = `${shared}asl-conformance/`;
const reported = `${shared}cases/step-functions/`;

describe("recorded executions kept in the repository", () => runCases(kept, caseFiles(kept)));

describe("behavior known without a recording", () => runCases(known, caseFiles(known)));

describe.skipIf(!existsSync(reported))("reported differences, in ../shared", () => {
  runCases(reported, existsSync(reported) ? caseFiles(reported) : ["skipped: the folder is not there"]);
});

describe.skipIf(!existsSync(all))("all recorded executions, in ../shared", () => {
  runCases(all, existsSync(all) ? caseFiles(all) : ["skipped: the folder is not there"]);
});

function runCases(folder: string, files: string[]): void {
  test.each(files)("%s", async (file) => {
    expect(await faultsOf(readAnyCase(folder, file))).toEqual([]);
  });
}
