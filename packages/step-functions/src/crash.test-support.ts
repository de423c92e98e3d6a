import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { HistoryRecord } from "./history.ts";

const child = fileURLToPath(new URL("crash-child.test-support.ts", import.meta.url));

/**
 * Runs the child process, and kills it this many milliseconds after it opened the directory. Returns whether
 * it ended by itself.
 */
export async function runUntilKilled(
  directory: string,
  machines: Record<string, object>,
  milliseconds: number | undefined,
): Promise<boolean> {
  const process_ = spawn(
    process.execPath,
    [child, directory, join(directory, "calls"), JSON.stringify(machines)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exit = once(process_, "exit");
  await Promise.race([once(process_.stdout, "data"), exit]);
  if (milliseconds !== undefined) {
    await Promise.race([delay(milliseconds), exit]);
    process_.kill("SIGKILL");
  }
  const [code] = await exit;
  return code === 0;
}

/** The complete records of a log, which is compressed once its execution has ended. */
export function records(file: string): HistoryRecord[] {
  const isCompressed = !existsSync(file) && existsSync(`${file}.gz`);
  if (!existsSync(file) && !isCompressed) return [];
  const content = isCompressed ? gunzipSync(readFileSync(`${file}.gz`)) : readFileSync(file);
  // The last piece is empty, or a line that the kill truncated.
  const lines = content.toString("utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/** Numbers from 0 to 1 (exclusive), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
