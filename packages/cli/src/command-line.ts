import { DEFAULT_STATE_DIR } from "./options.ts";

/** A `quest` command line, ready to paste, for the given stage or state directory. */
export function commandLine(
  words: readonly string[],
  { stage, stateDir }: { stage?: string | undefined; stateDir: string },
): string {
  const command = ["npx", "quest", ...words];
  if (stage !== undefined)
    return quoted(["npx", "sst", "shell", "--stage", stage, "--", ...command, "--stage", stage]);
  return quoted(stateDir === DEFAULT_STATE_DIR ? command : [...command, "--state-dir", stateDir]);
}

/** The words as one line, quoted for a shell. */
function quoted(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
