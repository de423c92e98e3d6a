/** `npm run conformance -- DIR`: runs every recorded execution in a folder and says which differ from AWS. */
import { caseFiles, readCase } from "./case-file.ts";
import { differences } from "./compare.ts";
import { runCase } from "./run-case.ts";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("Name a folder of recorded executions: npm run conformance -- DIR");
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const file of caseFiles(folder)) {
  const faults = await faultsOf(folder, file);
  if (faults.length === 0) passed++;
  else {
    failed++;
    console.log(`${file}: ${faults.join(" | ")}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function faultsOf(folder: string, file: string): Promise<string[]> {
  try {
    const recorded = readCase(folder, file);
    const { ending, events } = await runCase(recorded);
    return differences(recorded, ending, events);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
