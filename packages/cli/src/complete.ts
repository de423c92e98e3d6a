/** `quest complete`: prints the candidates for the word at the cursor, for the scripts of `quest completion`. */
import type { Command } from "commander";
import { matching, placeOf } from "./completion.ts";
import { PATHS } from "./completion-scripts.ts";
import { wordsOfKind } from "./completion-values.ts";

/**
 * Prints a line for each word that fits, with its description after a tab. Also prints PATHS if the shell
 * should complete a path. Leaves out words that cannot be read from the state directory.
 */
export async function completeCommand(program: Command, words: readonly string[]): Promise<void> {
  const place = placeOf(program, words);
  const others = await wordsOfKind(place).catch(() => []);
  const lines = matching(place, others).map(({ value, description }) => `${value}\t${oneLine(description)}`);
  if (place.kind === "paths") lines.push(PATHS);
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
