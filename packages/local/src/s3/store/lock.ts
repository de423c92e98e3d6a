import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Takes the folder for this process, so that no two servers write into it, and returns what gives it back.
 * A lock whose process is gone is taken over. Throws an Error that names the folder and the process that holds it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "lock");
  const mine = JSON.stringify({ pid: process.pid, began: processBegan(process.pid) });
  // The content is there before the name is: whoever sees the lock can tell whose it is.
  const draft = join(folder, `lock.${process.pid}.${Date.now()}`);
  writeFileSync(draft, mine, { flag: "wx" });
  try {
    if (!tryLink(draft, path)) {
      removeStale(folder, path);
      if (!tryLink(draft, path)) throw heldBy(folder, path, readLock(path));
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readLock(path) === mine) rmSync(path);
  };
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone. Throws if the process lives. */
function removeStale(folder: string, path: string): void {
  const seen = readLock(path);
  if (seen === null) return;
  if (isAlive(seen)) throw heldBy(folder, path, seen);
  // Another process may do the same at this moment and have put its own lock here already: then that one is put back.
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (!existsSync(path)) return;
    throw error;
  }
  const moved = readLock(aside);
  if (moved !== seen) tryLink(aside, path);
  rmSync(aside);
}

function readLock(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function heldBy(folder: string, path: string, lock: string | null): Error {
  const pid = /"pid":(\d+)/.exec(lock ?? "")?.[1] ?? "unknown";
  return new Error(
    `The S3 folder ${folder} is in use by process ${pid}: stop that process, or use another state directory. ` +
      `(If no such process runs, remove ${path}.)`,
  );
}

/** Whether the process that wrote the lock still runs; a later process with the same number is told apart by its start. */
function isAlive(lock: string): boolean {
  const pid = Number(/"pid":(\d+)/.exec(lock)?.[1] ?? "0");
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const began = /"began":"([^"]*)"/.exec(lock)?.[1] ?? "";
  return began === "" || began === processBegan(pid);
}

/** When a process began, in clock ticks since boot, as Linux tells; empty elsewhere. */
function processBegan(pid: number): string {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return "";
  // The command's name may hold spaces and brackets, so the fields are counted from its closing bracket.
  const text = readFileSync(stat, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
