/**
 * Finds the process that serves the local AWS of a state directory, so that other processes use it instead of
 * starting a second one.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replacePrivateText } from "@data-quest/state-directory/replace-file";
import * as z from "zod";
import { Deployment } from "./deployment/deployment.ts";

const Running = z.strictObject({
  /** The response of the local AWS at `identityPath`. */
  id: z.uuid(),
  pid: z.int(),
  endpoint: z.url(),
  s3Endpoint: z.url(),
  timeSeries: z.url(),
  population: z.url(),
  deployment: Deployment,
});
/** A running local AWS. */
export type Running = z.infer<typeof Running>;

/** The path at which the local AWS returns its ID. No bucket can have such a name. */
export const identityPath = "/_quest/id";

const fileName = "running.json";
const ANSWER_MILLISECONDS = 2000;

/**
 * The local AWS that serves `stateDir` now. Undefined if there is none. A killed process leaves its entry behind,
 * and its port and process ID may be reused, so only a server that returns the entry's ID counts.
 */
export async function findRunning(stateDir: string): Promise<Running | undefined> {
  const running = readRunning(stateDir);
  return running && (await isUp(running)) ? running : undefined;
}

/** Announces that this process serves `stateDir`. Returns a function that withdraws the announcement. */
export function announceRunning(stateDir: string, running: Omit<Running, "pid">): () => void {
  const file = join(stateDir, fileName);
  replacePrivateText(file, `${JSON.stringify({ ...running, pid: process.pid }, null, 2)}\n`);
  return () => {
    if (readRunning(stateDir)?.id === running.id) rmSync(file, { force: true });
  };
}

/** The entry of `stateDir`, which may be out of date. */
function readRunning(stateDir: string): Running | undefined {
  try {
    return Running.safeParse(JSON.parse(readFileSync(join(stateDir, fileName), "utf8"))).data;
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (absent || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isUp({ endpoint, id }: Running): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const answer = await fetch(new URL(identityPath, endpoint), { signal });
    return answer.ok && (await answer.text()) === id;
  } catch {
    // No server listens there, or the server does not respond. Either way, the local AWS is not running.
    return false;
  }
}
