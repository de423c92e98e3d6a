/** Which process keeps the local AWS of a state directory up, so that others use it instead of starting a second one. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Deployment } from "./deployment/deployment.ts";

const Running = z.strictObject({
  pid: z.int(),
  endpoint: z.url(),
  s3Endpoint: z.url(),
  timeSeries: z.url(),
  population: z.url(),
  deployment: Deployment,
});
/** A local AWS that is up. */
export type Running = z.infer<typeof Running>;

const fileName = "running.json";

/** The local AWS that serves `stateDir` now; undefined where none is up. */
export function findRunning(stateDir: string): Running | undefined {
  let text: string;
  try {
    text = readFileSync(join(stateDir, fileName), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const running = Running.safeParse(parseJson(text));
  return running.success && isAlive(running.data.pid) ? running.data : undefined;
}

/** Says that this process serves `stateDir`. Gives the function that takes it back. */
export function announceRunning(stateDir: string, running: Omit<Running, "pid">): () => void {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, fileName);
  writeFileSync(file, `${JSON.stringify({ pid: process.pid, ...running }, null, 2)}\n`);
  return () => rmSync(file, { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A process that was killed while it wrote leaves half a file: nobody is up.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
