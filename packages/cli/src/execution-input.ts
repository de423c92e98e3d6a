/** The input of an execution, from the options of a command. */
import { Failure } from "./failure.ts";
import { fileKey } from "./file-key.ts";

/** The options that an input is made of. */
export type InputOptions = { input?: string; survey?: string; settle?: number; acceptSource?: string[] };

/**
 * The execution's input from the options: `--input` and what the others add to it. Its content is the workflow's to
 * check. Throws Failure where `--input` is no JSON object, and where it contradicts an option.
 */
export function executionInput(options: InputOptions): Record<string, unknown> {
  const given = parseInput(options.input ?? "{}");
  const survey = String(options.survey ?? given.survey ?? "pr");
  const acceptSource = options.acceptSource?.map((name) => fileKey(name, survey));
  const added = { survey: options.survey, settleSeconds: options.settle, acceptSource };
  const input: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined) continue;
    if (input[key] !== undefined && JSON.stringify(input[key]) !== JSON.stringify(value))
      throw new Failure(`${key} is given twice, in --input and as an option, with different values`);
    input[key] = value;
  }
  return input;
}

function parseInput(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Failure(`--input is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Failure(`--input must be a JSON object, such as '{"verify":true}'`);
  return { ...value };
}
