/** Runs the command `quest` as a user would, in a separate process. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** What a command printed, and its exit code. */
export type Finished = { code: number; stdout: string; stderr: string };

/** Runs `quest` with these arguments and waits for it to exit. */
export function quest(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const { QUEST_CONTACT: _, ...own } = process.env;
  return new Promise((resolve, reject) => {
    const options = { env: { ...own, ...environment }, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

const Outcome = z.strictObject({
  executionArn: z.string(),
  status: z.string(),
  output: z.unknown(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
  startDate: z.iso.datetime(),
  stopDate: z.iso.datetime(),
});
export type Outcome = z.infer<typeof Outcome> & { name: string };

/**
 * The document that `quest run --json` and `quest redrive --json` print. If they printed none, throws an Error with
 * the message on stderr.
 */
export function parseOutcome({ code, stdout, stderr }: Finished): Outcome {
  if (stdout === "") throw new Error(`quest printed no outcome, and exited with ${code}: ${stderr}`);
  const outcome = Outcome.parse(JSON.parse(stdout));
  return { ...outcome, name: outcome.executionArn.split(":").at(-1) ?? "" };
}
