/** `quest local` in a separate process, as in a terminal. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

export type QuestLocal = {
  process: ChildProcess;
  /** The variables that `quest local` printed for other terminals. */
  environment: Record<string, string>;
  /** The output so far. */
  printed: { stdout: string; stderr: string };
  /** Presses Ctrl-C and returns the exit code. */
  interrupt: () => Promise<number | null>;
};

/** Starts `quest local` and waits until it is ready. If it ends instead, throws an Error with its error output. */
export async function startQuestLocal(args: readonly string[]): Promise<QuestLocal> {
  const { AWS_ENDPOINT_URL_S3: _, QUEST_CONTACT: __, ...env } = process.env;
  const child = spawn(process.execPath, [main, "local", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text: string) => {
      printed[stream] += text;
    });
  }
  const ended = once(child, "exit");
  while (!printed.stdout.includes("# Buckets\n")) {
    await Promise.race([once(child.stdout, "data"), ended]);
    if (child.exitCode !== null) throw new Error(`quest local ended: ${printed.stderr}`);
  }
  return {
    process: child,
    printed,
    environment: Object.fromEntries(
      [...printed.stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    ),
    interrupt: async () => {
      child.kill("SIGINT");
      const [code] = await ended;
      return code;
    },
  };
}
