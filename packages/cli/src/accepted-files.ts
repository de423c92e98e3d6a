/** Determines the files whose source versions a run should accept. */
import { createInterface } from "node:readline/promises";
import { isHeld, readStoredFile, surveyPrefix } from "@data-quest/core/bronze/stored-file";
import { populationKey } from "@data-quest/core/constants";
import { type Bucket, listObjects } from "@data-quest/core/storage/objects";
import pMap from "p-map";
import { Failure } from "./failure.ts";
import { fileKey } from "./file-key.ts";
import { bucketOf, type Target } from "./target.ts";

/** The value that means all held files. */
const ALL = "all";
const READS_AT_A_TIME = 16;

/**
 * The keys that `--accept-source` specifies. Undefined without the option. `all` means every held file of the
 * survey, and the population if it is held. Unless `yes` is set, `all` needs a confirmation on the terminal.
 * For `all`, throws Failure if no file is held, if the answer is no, or if there is no terminal to ask on.
 */
export async function acceptedFiles(
  target: Target,
  survey: string,
  { acceptSource, yes }: { acceptSource?: string[]; yes?: boolean },
): Promise<string[] | undefined> {
  if (acceptSource === undefined) return undefined;
  if (!acceptSource.includes(ALL)) return acceptSource.map((name) => fileKey(name, survey));
  const held = await heldFiles(bucketOf(target, "bronze"), survey);
  if (held.length === 0)
    throw new Failure(`No file of the survey ${survey} is held: leave out --accept-source`);
  process.stderr.write(
    `Held files that the source's versions will replace:\n${held.map((key) => `  ${key}\n`).join("")}`,
  );
  if (!yes && !(await confirm("Replace them?", "--yes"))) throw new Failure("Nothing was changed");
  return held;
}

/**
 * Asks a question on the terminal. If there is no terminal, throws Failure with a message that says which
 * option answers the question.
 */
async function confirm(question: string, option: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Failure(`${question} There is no terminal to ask on: answer with ${option}`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** The keys of the survey's held files, and of the population if it is held. */
async function heldFiles(bronze: Bucket, survey: string): Promise<string[]> {
  const keys = [populationKey];
  for await (const { key } of listObjects(bronze, surveyPrefix(survey))) keys.push(key);
  const stored = await pMap(keys, (key) => readStoredFile(bronze, key), { concurrency: READS_AT_A_TIME });
  return keys
    .filter((_, index) => {
      const file = stored[index];
      return file !== undefined && isHeld(file);
    })
    .sort();
}
