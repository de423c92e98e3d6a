import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import type { BenchRow } from "./bench-row.ts";

const Measured = z.object({ events: z.int(), seconds: z.number(), maxRssBytes: z.number() });
const run = promisify(execFile);
const child = fileURLToPath(new URL("step-functions-child.ts", import.meta.url));

/**
 * Measures the cost of the interpreter itself, in separate processes. Sends 1,000 items, 40 at a time, through an
 * inline Map whose function does nothing: once with the log on disk, synced at each state's end, and once in memory.
 * Also runs 1,000 iterations of a Pass with expressions. The time on disk is from StartExecution until the end is
 * reported. Each result is the median of three runs.
 */
export async function benchStepFunctions(): Promise<BenchRow[]> {
  const disk = await measured("disk");
  const memory = await measured("memory");
  const passes = await measured("passes");
  return [
    {
      name: "Step Functions: 1,000 items through a Map, log on disk",
      value: disk.seconds * 1000,
      unit: "ms",
    },
    { name: "Step Functions: events written", value: disk.events / disk.seconds, unit: "events/s" },
    { name: "Step Functions: events in memory", value: memory.events / memory.seconds, unit: "events/s" },
    {
      name: "Step Functions: 1,000 iterations of a Pass with two expressions, in memory",
      value: passes.seconds * 1000,
      unit: "ms",
    },
    { name: "Step Functions: peak memory, log on disk", value: disk.maxRssBytes / 1024 ** 2, unit: "MiB" },
  ];
}

async function measured(where: "disk" | "memory" | "passes"): Promise<z.infer<typeof Measured>> {
  const runs: z.infer<typeof Measured>[] = [];
  for (let index = 0; index < 3; index++) {
    const { stdout } = await run(process.execPath, [child, where]);
    runs.push(Measured.parse(JSON.parse(stdout)));
  }
  const [, median] = runs.sort((a, b) => a.seconds - b.seconds);
  if (median === undefined) throw new Error("Nothing was measured");
  return median;
}
