/** Measures how soon commands are ready, and how long a function takes to load. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleFunction } from "@data-quest/lambda-host/bundle";
import { type DeployedFunction, deployedFunctions } from "@data-quest/local/deployment/deployment";
import type { BenchRow } from "./bench-row.ts";

const quest = fileURLToPath(new URL("../../packages/cli/bin/quest.js", import.meta.url));
const RUNS = 5;

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Medians of five. For commands, each in a new state directory: the time from the start of the process to the
 * first line on stdout. For functions: the time to import the deployed bundle in a new process, as in a cold
 * start, without the files that it imports dynamically.
 */
export async function benchStart(): Promise<BenchRow[]> {
  const rows = [
    { name: "quest --version", args: ["--version"] },
    { name: "quest local, in an empty state directory", args: ["local"] },
  ];
  const measured: BenchRow[] = [];
  for (const { name, args } of rows) {
    await firstLine(args); // Fills the compile cache.
    measured.push({ name, value: await median(() => firstLine(args)), unit: "ms" });
  }
  return [...measured, ...(await benchImports())];
}

async function benchImports(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, deployed] of Object.entries(deployedFunctions())) {
    const folder = mkdtempSync(join(tmpdir(), "bench-import-"));
    const { file, bytes } = await bundleFunction(REPOSITORY, deployed.handler, folder);
    rows.push({ name: `${name}, import`, value: await median(() => importTime(file, deployed)), unit: "ms" });
    rows.push({ name: `${name}, size of the bundle`, value: bytes / 1e6, unit: "MB" });
    rmSync(folder, { recursive: true });
  }
  return rows;
}

/** Milliseconds that a new process takes to import a bundle. */
function importTime(file: string, { environment, links = {} }: DeployedFunction): number {
  const script = `const begin = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - begin);`;
  const resources = Object.entries(links).map(([name, link]) => [
    `SST_RESOURCE_${name}`,
    JSON.stringify(link),
  ]);
  const env = { AWS_REGION: "us-east-1", ...environment, ...Object.fromEntries(resources) };
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    env,
    encoding: "utf8",
  });
  const milliseconds = Number.parseFloat(stdout);
  if (Number.isNaN(milliseconds)) throw new Error(`${file} cannot be imported: ${stderr}`);
  return milliseconds;
}

async function median(measure: () => number | Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await measure());
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
