/**
 * Measures the CPU time of comparing two versions of a data file, and that of only reading them:
 * `node revisions.ts BEFORE AFTER`. Prints both times in milliseconds, as JSON.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { enableCompileCache } from "node:module";

enableCompileCache();
const { bestYears } = await import("@data-quest/core/bls-file/best-years");
const { compareFiles } = await import("@data-quest/core/bls-file/compare-files");

const READ_BYTES = 1 << 16;

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const fd = openSync(path, "r");
  const bytes = Buffer.alloc(READ_BYTES);
  for (let length = readSync(fd, bytes); length > 0; length = readSync(fd, bytes))
    yield bytes.subarray(0, length);
  closeSync(fd);
}

const [, , before = "", after = ""] = process.argv;
const fileOf = (path: string) => ({
  file: path,
  bytes: statSync(path).size,
  open: async () => chunksOf(path),
});

async function processorTime(work: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

const reading = await processorTime(async () => {
  for (const path of [before, after]) {
    using best = await bestYears(chunksOf(path), { file: path, includeAverages: false });
    if (best.rows === 0) throw new Error(`${path} has no rows`);
  }
});
let changed = 0;
const comparing = await processorTime(async () => {
  const differences = await compareFiles(
    fileOf(before),
    fileOf(after),
    async (series) => {
      for await (const { differences } of series) changed += differences.length;
    },
    1000,
  );
  if (differences === undefined) throw new Error("the files were not compared");
});
console.log(JSON.stringify({ reading, comparing, changed }));
