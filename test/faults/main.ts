/** Prints the table of faults, each tried anew: `node test/faults/main.ts`. Exit code 1 where one ends otherwise than it should. */
import { isDeepStrictEqual } from "node:util";
import { strike } from "./fault.ts";
import { s3Faults } from "./s3-faults.ts";
import { sourceFaults } from "./source-faults.ts";
import { faultTable, type Row } from "./table.ts";

const rows: Row[] = [];
for (const fault of [...sourceFaults, ...s3Faults]) {
  const seen = await strike(fault);
  rows.push({ fault, seen });
  if (isDeepStrictEqual(seen, fault.expected)) continue;
  console.error(`${fault.fault}: expected ${JSON.stringify(fault.expected)}, saw ${JSON.stringify(seen)}`);
  process.exitCode = 1;
}
console.log(faultTable(rows));
