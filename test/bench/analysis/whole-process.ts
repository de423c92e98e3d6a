/** Measures programs from the start of their process to its end. */
import { spawn, spawnSync } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A run's time in milliseconds, its peak memory (RSS) in bytes, and what it printed. */
export type WholeProcess = { milliseconds: number; peakBytes: number; output: string };

const HOOK = fileURLToPath(new URL("peak-memory.js", import.meta.url));
const MOST_OUTPUT = 1 << 28;

/** Runs a script in Node, with the environment variables `variables` added. Throws if it fails. */
export function runNode(
  script: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): WholeProcess {
  const began = performance.now();
  const run = spawnSync(process.execPath, ["--import", HOOK, script, ...args], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    maxBuffer: MOST_OUTPUT,
    encoding: "utf8",
  });
  const milliseconds = performance.now() - began;
  if (run.status !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${run.status ?? run.signal}`);
  return { milliseconds, peakBytes: Number(run.output[3]), output: run.stdout };
}

/**
 * Like `runNode`, but does not block this process, which may be the server that the script needs. An error
 * includes what the script prints on stderr.
 */
export function runNodeAlongside(script: string, args: readonly string[]): Promise<WholeProcess> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--import", HOOK, script, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = [1, 2, 3].map(async (fd) => {
    const stream = child.stdio[fd];
    return stream instanceof Readable ? Buffer.concat(await stream.toArray()).toString() : "";
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("exit", async (code, signal) => {
      const milliseconds = performance.now() - began;
      const [output = "", errors = "", peak] = await Promise.all(texts);
      if (code === 0) resolve({ milliseconds, peakBytes: Number(peak), output });
      else reject(new Error(`${script} ${args.join(" ")} ended with ${code ?? signal}: ${errors}${output}`));
    });
  });
}

/** Runs all programs in turn, `rounds` times after a warm-up. Returns their median times and peak memory. */
export function runInTurn(programs: readonly (() => WholeProcess)[], rounds: number): WholeProcess[] {
  const runs = programs.map((run) => ({ warm: run(), runs: [] as WholeProcess[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of programs.entries()) runs[index]?.runs.push(run());
  }
  return runs.map(({ warm, runs: counted }) => ({
    milliseconds: median(counted.map(({ milliseconds }) => milliseconds)),
    peakBytes: Math.max(...counted.map(({ peakBytes }) => peakBytes)),
    output: warm.output,
  }));
}

/** The median of some values. */
export function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
