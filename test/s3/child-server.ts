import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** An S3 server in a separate process. */
export type ChildServer = {
  url: string;
  /** The time from the start of the process until it listened. */
  startMs: number;
  /** The part of that time that opening the folder took. */
  openMs: number;
  /** The process's peak memory, in bytes. */
  maxRssBytes: () => Promise<number>;
  /** Ends the process at once, as a power failure would, and waits until it is gone. */
  kill: () => Promise<void>;
};

/**
 * Starts an S3 server for a folder in a separate process. With `mostFileKib`, the system limits the size of
 * each file that the server writes. If the server does not start, throws an Error with what it printed.
 */
export async function startChildServer(dir: string, mostFileKib?: number): Promise<ChildServer> {
  const began = performance.now();
  const command = [process.execPath, fileURLToPath(new URL("serve.ts", import.meta.url)), dir];
  const limit = mostFileKib === undefined ? "" : `ulimit -f ${mostFileKib}; `;
  const child = spawn("bash", ["-c", `${limit}exec "$0" "$@"`, ...command], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error(`The S3 server did not start: ${errors}`);
  const { url, openMs }: { url: string; openMs: number } = JSON.parse(first.value);
  return {
    url,
    startMs: performance.now() - began,
    openMs,
    maxRssBytes: async () => {
      child.stdin.write("\n");
      const { maxRssBytes }: { maxRssBytes: number } = JSON.parse((await lines.next()).value ?? "");
      return maxRssBytes;
    },
    kill: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
