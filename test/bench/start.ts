/** Measures how soon commands are ready. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./bench-row.ts";

const quest = fileURLToPath(new URL("../../packages/cli/bin/quest.js", import.meta.url));
const RUNS = 5;

/**
 * Medians of five, each in a new state directory: from the start of the process to the first line on stdout.
 */
export async function benchStart(): Promise<BenchRow[]> {
  const rows = [
    { name: "quest --version", args: ["--version"] },
    { name: "quest local, in an empty state directory", args: ["local"] },
  ];
  const measured: BenchRow[] = [];
  for (const { name, args } of rows) measured.push({ name, value: await median(args), unit: "ms" });
  return measured;
}

async function median(args: readonly string[]): Promise<number> {
  await firstLine(args); // Fills the compile cache.
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await firstLine(args));
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

/** Milliseconds until the command prints. */
async function firstLine(args: readonly string[]): Promise<number> {
  const stateDir = mkdtempSync(join(tmpdir(), "bench-start-"));
  const begin = performance.now();
  const child = spawn(process.execPath, [quest, ...args], {
    cwd: stateDir,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exit = once(child, "exit");
  try {
    await once(child.stdout, "data");
    return performance.now() - begin;
  } finally {
    child.kill("SIGINT");
    await exit;
    rmSync(stateDir, { recursive: true });
  }
}
