/** Opens a file as if it were double-clicked. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";

/** The opener of each platform. Other platforms have xdg-open or no opener. */
const OPENERS: Partial<Record<NodeJS.Platform, { command: string; before: string[] }>> = {
  darwin: { command: "open", before: [] },
  // The first argument of `start` is the title of a window.
  win32: { command: "cmd", before: ["/c", "start", ""] },
};

/** An opener that finds no program fails at once. An opener that becomes the browser keeps running. */
const PATIENCE_MILLISECONDS = 2000;

/** Opens the file with the platform's opener. Throws Failure if there is no opener or it finds no program. */
export async function openInBrowser(file: string): Promise<void> {
  const { command, before } = OPENERS[process.platform] ?? { command: "xdg-open", before: [] };
  const path = resolve(file);
  const opener = spawn(command, [...before, path], { stdio: "ignore", detached: true });
  try {
    await once(opener, "spawn");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new Failure(`There is no ${command} on this machine: open ${path} in a browser yourself`);
  }
  const timer = new AbortController();
  const [code] = await Promise.race([
    once(opener, "exit"),
    sleep(PATIENCE_MILLISECONDS, [0], { signal: timer.signal }),
  ]);
  timer.abort();
  opener.unref();
  if (code !== 0)
    throw new Failure(`${command} found no program that opens a page: open ${path} in a browser yourself`);
}
