import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { PRIVATE_FILE } from "./private-files.ts";

const Owner = z.object({ pid: z.int(), started: z.string().nullable() });
type Owner = z.infer<typeof Owner>;

/** Another running process, or this one, has the directory open. */
export class DirectoryInUse extends Error {
  override readonly name = "DirectoryInUse";
}

/**
 * Makes this process the only one that writes to a directory, until the returned function is called or the
 * process ends in any way. Throws DirectoryInUse with the ID of the process that owns the directory.
 */
export function claimDirectory(directory: string): () => void {
  const file = join(directory, "owner.json");
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Owner);
  // Written under another name first, so that the file is complete when it becomes visible.
  const draft = join(directory, `owner.${randomUUID()}.json`);
  writeFileSync(draft, mine, { mode: PRIVATE_FILE });
  try {
    while (!tryLink(draft, file)) removeAbandoned(directory, file);
  } finally {
    rmSync(draft);
  }
  return () => rmSync(file, { force: true });
}

/** Removes the file of an owner that has ended. Throws DirectoryInUse if the owner is still running. */
function removeAbandoned(directory: string, file: string): void {
  const owner = readOwner(file);
  if (owner !== undefined && isAlive(owner)) throw inUse(directory, owner);
  // Another process may have just claimed the directory. In that case, the moved file belongs to that process
  // and is put back.
  const aside = join(directory, `owner.${randomUUID()}.json`);
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = readOwner(aside);
  if (moved !== undefined && isAlive(moved)) tryLink(aside, file);
  rmSync(aside);
}

function tryLink(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

function inUse(directory: string, { pid }: Owner): DirectoryInUse {
  return new DirectoryInUse(
    `${directory} is in use by process ${pid}: use what the process serves, stop it, or choose another state directory`,
  );
}

/** The owner. Undefined if the file is gone, or incomplete because its writer was killed. */
function readOwner(file: string): Owner | undefined {
  try {
    return Owner.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || hasCode(error, "ENOENT"))
      return undefined;
    throw error;
  }
}

function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  const stat = readStat(pid);
  // A killed process keeps its ID until its parent has waited for it, which some parents never do.
  if (stat !== null && ENDED_STATES.includes(stat.state)) return false;
  // Process IDs are reused: only a process that started at the same moment is the same one.
  return (stat?.started ?? null) === started;
}

/** States in proc_pid_stat(5) of a process that has ended: zombie, dead. */
const ENDED_STATES = ["Z", "X", "x"];

function startOf(pid: number): string | null {
  return readStat(pid)?.started ?? null;
}

/**
 * A process's state, and its start in clock ticks since boot. Null on systems without /proc, and if there is
 * no such process.
 */
function readStat(pid: number): { state: string; started: string } | null {
  try {
    // The second field is the program's name in parentheses. The name may contain spaces and parentheses.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const started = fields[18];
    return state === undefined || started === undefined ? null : { state, started };
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
