/** Runs a command in this process, which is faster than a separate one, and captures its output. */
import { stripVTControlCharacters } from "node:util";
import { failureOf } from "@data-quest/cli/failure";
import { vi } from "vitest";

/** What a command printed, and its exit code. A Failure's message is on stderr, as in main.ts. */
export type Captured = { code: number; stdout: string; stderr: string };

/** Runs a command without the variables that would change its behavior. Throws whatever main.ts would throw. */
export async function captured(
  command: () => Promise<number>,
  environment: Record<string, string> = {},
): Promise<Captured> {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["QUEST_CONTACT", "AWS_ENDPOINT_URL_S3", "SST_RESOURCE_App"])
    vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const catchers = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await command(), ...printed };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return {
      code: failure.exitCode,
      stdout: printed.stdout,
      stderr: `${printed.stderr}${failure.message}\n`,
    };
  } finally {
    for (const catcher of catchers) catcher.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** Like `captured`, but standard output is a terminal with `columns` columns. Removes the colors. */
export async function capturedOnTerminal(columns: number, command: () => Promise<number>): Promise<Captured> {
  const { stdout } = process;
  const { isTTY, columns: actual } = stdout;
  Object.assign(stdout, { isTTY: true, columns });
  try {
    const printed = await captured(command);
    return { ...printed, stdout: stripVTControlCharacters(printed.stdout) };
  } finally {
    Object.assign(stdout, { isTTY, columns: actual });
  }
}
