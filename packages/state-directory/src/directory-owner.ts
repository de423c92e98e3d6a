import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const Owner = z.object({ pid: z.int(), started: z.string().nullable() });
type Owner = z.infer<typeof Owner>;

/** Another live process, or this one, has the directory open. */
export class DirectoryInUse extends Error {
  override readonly name = "DirectoryInUse";
}

/**
 * Makes this process the only one that writes to a directory, until the function that it gives is called or the process
 * ends, however it ends. Throws DirectoryInUse, which names the process that has it.
 */
export function claimDirectory(directory: string): () => void {
  const file = join(directory, "owner.json");
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Owner);
  // Written first and named then, so that whoever sees the file can read whose it is.
  const draft = join(directory, `owner.${randomUUID()}.json`);
  writeFileSync(draft, mine);
  try {
    while (!tryLink(draft, file)) removeAbandoned(directory, file);
  } finally {
    rmSync(draft);
  }
  return () => rmSync(file, { force: true });
}

/** Removes the file of a process that is gone. Throws DirectoryInUse if the process lives. */
function removeAbandoned(directory: string, file: string): void {
  const owner = readOwner(file);
  if (owner !== undefined && isAlive(owner)) throw inUse(directory, owner);
  // Another process may have done the same just now, and its own file be there: then that is put back.
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
    `${directory} is in use by process ${pid}: use what it serves, stop it, or name another state directory`,
  );
}

/** Undefined where the file is gone, or torn because its writer was killed. */
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
  // A number is given to another process in time: only one that began at the same moment is the same.
  return startOf(pid) === started;
}

/** When a process began, in the kernel's own count, or null on systems that do not say. */
function startOf(pid: number): string | null {
  try {
    // The second field is the program's name in parentheses, which may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[19] ?? null;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
