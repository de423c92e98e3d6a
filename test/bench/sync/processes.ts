/** Processes for measurements: servers that count requests, and programs whose time and memory are measured. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a server counted since the last query. */
export type Counted = { requests: number; bytes: number };

export type CountingServer = { url: string; count: () => Promise<Counted>; close: () => Promise<void> };

/**
 * Starts `script` (next to this file) as a server in a separate process. If the server does not start, throws an
 * Error with the server's error output.
 */
export async function startServer(script: string, argument: string): Promise<CountingServer> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), argument], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error(`${script} did not start: ${errors}`);
  const { url }: { url: string } = JSON.parse(first.value);
  return {
    url,
    count: async () => {
      child.stdin.write("\n");
      return JSON.parse((await lines.next()).value ?? "");
    },
    close: async () => {
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
    },
  };
}

/** A program that ran to completion: milliseconds from its start to its exit, and its peak memory (RSS). */
export type Measured = { milliseconds: number; peakBytes: number; output: string };

/**
 * Milliseconds between two checks of a process's memory. Linux keeps the peak, so only growth after the last
 * check is missed.
 */
const LOOK_INTERVAL = 5;

/**
 * Runs a program. Undefined variables are removed from its environment. If the program fails, throws an Error with
 * the program's output.
 */
export async function measure(
  command: string,
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Promise<Measured> {
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  let peakBytes = 0;
  const looking = setInterval(() => {
    peakBytes = peakMemory(child) ?? peakBytes;
  }, LOOK_INTERVAL);
  const [code] = await once(child, "close");
  const milliseconds = performance.now() - began;
  clearInterval(looking);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors || output}`);
  return { milliseconds, peakBytes, output };
}

function peakMemory(child: ChildProcess): number | undefined {
  try {
    const kilobytes = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    // The process has ended, but its exit has not been noticed yet.
    return undefined;
  }
}
