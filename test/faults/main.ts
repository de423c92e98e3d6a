/**
 * Injects every fault and writes docs/faults.md: `npm run faults`. If a run ends differently than expected,
 * writes no page and exits with code 1.
 */
import { writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { strike } from "./fault.ts";
import { FAULTS_PAGE, faultsPage } from "./page.ts";
import { s3Faults } from "./s3-faults.ts";
import { sourceFaults } from "./source-faults.ts";
import type { Row } from "./table.ts";

const rows: Row[] = [];
for (const fault of [...sourceFaults, ...s3Faults]) {
  const seen = await strike(fault);
  rows.push({ fault, seen });
  const isExpected = isDeepStrictEqual(seen, fault.expected);
  console.log(`${isExpected ? "ok  " : "FAIL"} ${fault.fault}`);
  if (isExpected) continue;
  console.error(`     expected ${JSON.stringify(fault.expected)}\n     saw      ${JSON.stringify(seen)}`);
  process.exitCode = 1;
}
if (process.exitCode === undefined) {
  await writeFile(FAULTS_PAGE, faultsPage(rows, new Date().toISOString().slice(0, 10)));
  console.log("docs/faults.md");
}
