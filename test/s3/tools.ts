/** Third-party tools that the S3 server is tested with, if they are installed. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Whether a command exists and runs. */
export function isInstalled(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

const run = promisify(execFile);

/** Runs a command and returns what it printed. If it fails, throws an Error with what it printed. */
export async function runTool(command: string, args: string[], env: Record<string, string>): Promise<string> {
  // Passes only the variables that are needed to find the command. The user's own settings must not affect the test.
  const { PATH = "", HOME = "" } = process.env;
  const { stdout } = await run(command, args, { env: { PATH, HOME, LANG: "C.UTF-8", ...env } });
  return stdout;
}

/** Writes files to a folder, by their relative paths. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Placeholder credentials, which every S3 client requires, and variables that exclude the user's own settings. */
export const PLACEHOLDERS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** A signature, with the parts that the local S3 checks. */
export const SIGNATURE = {
  authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261129/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
};

/** Starts moto's server on a free port, and waits until it responds. */
export async function startMoto(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries === 200 || moto.exitCode !== null) throw new Error("moto's server did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, stop: () => stop(moto) };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill();
  await gone;
}
