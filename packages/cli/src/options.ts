/** Options that several commands share. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { wrapped } from "./terminal.ts";

/** The default state directory. */
export const DEFAULT_STATE_DIR = ".quest";

/** The option for the state directory of the local AWS. */
export const stateDir = () =>
  new Option("--state-dir <dir>", "where the local AWS keeps its state")
    .default(DEFAULT_STATE_DIR)
    .env("QUEST_STATE_DIR");
/** The option that selects a deployed stage instead of the laptop. */
export const stage = () =>
  new Option("--stage <stage>", "act on a deployed stage (run the command inside `sst shell`)");
/** The option that chooses the buckets of a local deployment. */
export const bucketPrefix = () =>
  new Option(
    "--bucket-prefix <prefix>",
    "the prefix of the bucket names: <prefix>-bronze, -silver, and -gold (default: data-quest)",
  );

/** Sentences about a command, wrapped like the rest of its help. */
export function notes(sentences: string): (context: { command: Command }) => string {
  return ({ command }) => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? DEFAULT_HELP_WIDTH;
    return `\n${wrapped(sentences, width).join("\n")}`;
  };
}

/** The width of help that is not printed to a terminal, as in Commander. */
const DEFAULT_HELP_WIDTH = 80;

/** The option for the port of a server that a command runs. */
export const port = () =>
  new Option("--port <port>", "the port on 127.0.0.1 (default: any free port)").argParser(portNumber);

/** A TCP port. Throws InvalidArgumentError for anything else. */
function portNumber(text: string): number {
  const value = wholeNumber(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("Expected a port number of at most 65535.");
}

/** A number without a sign or a fraction. Throws InvalidArgumentError for anything else. */
export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number.");
}

/** The number of items to keep, which must be at least 1. Throws InvalidArgumentError for anything else. */
export function countToKeep(text: string): number {
  const value = wholeNumber(text);
  if (value >= 1) return value;
  throw new InvalidArgumentError("Expected a whole number of at least 1.");
}

/**
 * An age such as `30d`, `2w`, or `1y6m`, converted to milliseconds. Months have 30 days, and years have 365.
 * Throws InvalidArgumentError for anything else.
 */
export function age(text: string): number {
  if (!/^(\d{1,5}[hdwmy])+$/.test(text))
    throw new InvalidArgumentError("Expected an age such as 12h, 30d, 2w, 6m, or 1y.");
  const hours: Record<string, number> = { h: 1, d: 24, w: 7 * 24, m: 30 * 24, y: 365 * 24 };
  const parts = [...text.matchAll(/(\d+)([hdwmy])/g)];
  return (
    parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (hours[unit] ?? 0), 0) * 3_600_000
  );
}

/** The number of files to sync at a time, from 1 to 40. Throws InvalidArgumentError for anything else. */
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

/** Collects the values of an option that is repeated, or whose values are separated by commas. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(",").filter(Boolean)];
}

/** The first and last year, such as 2015-2020, or one year. Throws InvalidArgumentError for anything else. */
function years(text: string): [number, number] {
  const [, first, last = first] = /^(\d{4})(?:[-:,](\d{4}))?$/.exec(text) ?? [];
  if (first === undefined || Number(first) > Number(last))
    throw new InvalidArgumentError("Expected the first and last year, such as 2015-2020.");
  return [Number(first), Number(last)];
}

/** A command with the options that determine an execution's input. */
export function withInput(command: Command): Command {
  return command
    .option("--survey <survey>", "the BLS survey's abbreviation, or all (default: pr)")
    .option("--years <first-last>", "the years of question 1, such as 2015-2020 (default: 2013-2018)", years)
    .option(
      "--series <id>",
      "the series of question 3 (default: the survey's headline series, if it has one)",
    )
    .option("--period <code>", "the period of question 3, such as Q01 or M12")
    .option(
      "--data-file <name>",
      "the data file to analyze; repeatable, and the files are merged (default: chosen from the survey's files)",
      collect,
    )
    .option(
      "--accept-source <file>",
      "replace a held file with the source's version; repeatable, or all for every held file",
      collect,
    )
    .option("--input <json>", "the execution's input: JSON text, @FILE, or - for standard input");
}

/** A command with the options that choose the local deployment. */
export function withSources(command: Command): Command {
  return command
    .option(
      "--source <source>",
      "sample, live, or the URL of a folder of surveys (default: the source of the last run, or sample)",
    )
    .option(
      "--population-source <source>",
      "sample, live, or the API's URL (default: same as --source, or sample if --source is a URL)",
    )
    .option(
      "--contact <address>",
      "email address or URL for the User-Agent; live sources need it (env: QUEST_CONTACT)",
    )
    .option("--concurrency <n>", "files synced at a time, 1 to 40 (default: 4)", concurrency)
    .option(
      "--max-removed-share <share>",
      "largest share of the stored files that may be missing from a listing (default: 0.25)",
      share,
    )
    .addOption(bucketPrefix());
}
