/** How much a run that changes nothing adds to the state directory. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeSample } from "@data-quest/bls-replica";
import { expect, test } from "vitest";
import { openLaptop } from "./laptop.ts";
import { parseOutcome, quest } from "./quest.ts";

const MOST_BYTES = 100_000;

test("a run of the sample that changes nothing adds at most 100 KB in total", async () => {
  const laptop = await openLaptop({ synthetic: true });
  try {
    await writeSample(laptop.sourceDir);
    const run = async () =>
      parseOutcome(
        await quest(["run", "--settle", "0", "--json", "--quiet", "--state-dir", laptop.stateDir]),
      );
    await run();
    await laptop.idle();
    const before = bytesIn(laptop.stateDir);
    expect((await run()).status).toBe("SUCCEEDED");
    await laptop.idle();
    expect(bytesIn(laptop.stateDir) - before).toBeLessThan(MOST_BYTES);
  } finally {
    await laptop.close();
  }
});

/** The total size of a directory's files. Each file takes whole blocks of 4 KiB, as in common file systems. */
function bytesIn(directory: string): number {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return files.reduce((sum, name) => sum + Math.ceil(lstatSync(join(directory, name)).size / 4096) * 4096, 0);
}
