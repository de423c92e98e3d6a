/** The options that several commands share. */
import { type Command, InvalidArgumentError, Option } from "commander";

/** The state directory where none is named. */
export const DEFAULT_STATE_DIR = ".quest";

/** Where the local AWS lives. */
export const stateDir = () =>
  new Option("--state-dir <dir>", "where the local AWS keeps its state")
    .default(DEFAULT_STATE_DIR)
    .env("QUEST_STATE_DIR");
/** A deployed stage in place of the laptop. */
export const stage = () => new Option("--stage <stage>", "act on a deployed stage, inside `sst shell`");
/** The buckets of a local deployment. */
export const bucketPrefix = () =>
  new Option(
    "--bucket-prefix <prefix>",
    "the buckets are <prefix>-bronze, -silver and -gold (default: data-quest)",
  );

/** A port of TCP. Throws InvalidArgumentError for anything else. */
export function port(text: string): number {
  const value = wholeNumber(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("Expected a port, at most 65535.");
}

/** A number without sign and fraction. Throws InvalidArgumentError for anything else. */
export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number.");
}

/** The settings of a run allow so many files at a time. */
function concurrency(text: string): number {
  const value = wholeNumber(text);
  if (value >= 1 && value <= 40) return value;
  throw new InvalidArgumentError("Expected a whole number from 1 to 40.");
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Expected a number from 0 to 1.");
}

/** Puts the values of an option that is given several times into a list. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** A command with the options that choose the local deployment. */
export function withSources(command: Command): Command {
  return command
    .option("--source <source>", "sample, live, or the address of a folder of surveys (default: sample)")
    .option(
      "--population-source <source>",
      "sample, live, or the address of the API's answer (default: as --source, sample for an address)",
    )
    .option(
      "--contact <address>",
      "e-mail address or URL for the User-Agent; live sources need it (env: QUEST_CONTACT)",
    )
    .option("--concurrency <n>", "files synced at a time, 1 to 40 (default: 4)", concurrency)
    .option(
      "--max-removed-share <share>",
      "share of the files that may be gone from a listing that is believed (default: 0.25)",
      share,
    )
    .addOption(bucketPrefix());
}
