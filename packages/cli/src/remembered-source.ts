/** Remembers the sources of a state directory. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blsTimeSeries } from "@data-quest/core/constants";
import { readableDeployment } from "@data-quest/local/deployment/kept-deployments";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import { replacePrivateText } from "@data-quest/state-directory/replace-file";
import * as z from "zod";
import { isChosen, type SourceOptions } from "./deployments.ts";
import { Failure } from "./failure.ts";

const Remembered = z.object({
  source: z.string().optional(),
  populationSource: z.string().optional(),
  contact: z.string().optional(),
});
type Remembered = z.infer<typeof Remembered>;

/**
 * The source options of the last command that had any. Empty if there was no such command. Throws Failure for a
 * damaged file.
 */
function rememberedSource(stateDir: string): Remembered {
  const file = fileOf(stateDir);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code)))
      return {};
    throw error;
  }
  const { data } = Remembered.safeParse(parse(text));
  if (data === undefined)
    throw new Failure(`${file} is damaged. Delete it, and use --source with the next run.`);
  return data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Remembers the sources and the contact address for later commands. */
export function rememberSource(stateDir: string, { source, populationSource, contact }: SourceOptions): void {
  if (source === undefined && populationSource === undefined && contact === undefined) return;
  mkdirSync(stateDir, { recursive: true, mode: PRIVATE_DIRECTORY });
  const kept = { source, populationSource, contact: contact ?? process.env.QUEST_CONTACT };
  replacePrivateText(fileOf(stateDir), `${JSON.stringify(kept, null, 2)}\n`);
}

/**
 * The source options of a command, completed with the remembered ones. Options on the command line and
 * QUEST_CONTACT take precedence. Throws Failure for a damaged file.
 */
export function rememberedOptions(stateDir: string, given: SourceOptions): SourceOptions {
  if (given.source !== undefined || given.populationSource !== undefined) return given;
  const { source, populationSource, contact } = rememberedSource(stateDir);
  const hasContact = given.contact !== undefined || process.env.QUEST_CONTACT !== undefined;
  return {
    ...given,
    ...(source === undefined ? {} : { source }),
    ...(populationSource === undefined ? {} : { populationSource }),
    ...(contact === undefined || hasContact ? {} : { contact }),
  };
}

/** Says which source a command without source options uses. Empty for the default, the sample. */
export function rememberedNote(chosen: SourceOptions, source: string): string {
  if (isChosen(chosen) || source === "sample") return "";
  return `Source: ${source}\n  The same as before; change it with --source`;
}

function fileOf(stateDir: string): string {
  return join(stateDir, "source.json");
}

/**
 * A short description of an execution's source. Empty if the source is unknown. Also empty for a deployed stage,
 * because all of its executions have the stage's source.
 */
export function sourceOfExecution(
  { stateDir, stage }: { stateDir: string; stage?: string | undefined },
  execution: string,
): string {
  if (stage !== undefined) return "";
  const { source } = readableDeployment(stateDir, execution) ?? {};
  return source === blsTimeSeries ? "live" : (source ?? "");
}
