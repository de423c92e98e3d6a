/** Work that one of several processes does for all of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { claimDirectory, DirectoryInUse } from "@data-quest/state-directory/directory-owner";

const POLL_MILLISECONDS = 200;

/**
 * Calls `work` unless `isDone`. If another process that uses the same `directory` is doing the work, calls `wait`
 * once and returns when the work is done. If that process ends early or is killed, this process does the work.
 */
export async function once(
  directory: string,
  isDone: () => Promise<boolean>,
  work: () => Promise<void>,
  wait: () => void,
): Promise<void> {
  for (let isFirst = true; !(await isDone()); isFirst = false) {
    const release = tryClaim(directory);
    if (release === undefined) {
      if (isFirst) wait();
      await sleep(POLL_MILLISECONDS);
      continue;
    }
    try {
      if (!(await isDone())) await work();
      return;
    } finally {
      release();
    }
  }
}

function tryClaim(directory: string): (() => void) | undefined {
  try {
    return claimDirectory(directory);
  } catch (error) {
    if (error instanceof DirectoryInUse) return undefined;
    throw error;
  }
}
