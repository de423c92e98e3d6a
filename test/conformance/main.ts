/**
 * `npm run conformance -- DIR`: runs every case in a folder, recorded or not, and reports which ones differ
 * from AWS.
 */
import { caseFiles, readAnyCase } from "./case-file.ts";
import { faultsOf } from "./run-case.ts";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("Specify a folder of cases: npm run conformance -- DIR");
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const file of caseFiles(folder)) {
  const faults = await faultsIn(folder, file);
  if (faults.length === 0) passed++;
  else {
    failed++;
    console.log(`${file}: ${faults.join(" | ")}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function faultsIn(folder: string, file: string): Promise<string[]> {
  try {
    return await faultsOf(readAnyCase(folder, file));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
