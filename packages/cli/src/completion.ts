/** Shell completion: the candidates for the word at the cursor. */
import type { Command, Option } from "commander";

/**
 * What a word can be, depending on its position. `paths` are files and folders, which the shell itself
 * completes.
 */
export type WordKind =
  | "paths"
  | "surveys"
  | "executions"
  | "failed-executions"
  | "mirrored-files"
  | "versions"
  | "states"
  | "any";

/** A candidate for the word at the cursor. */
export type Candidate = { value: string; description: string };

/** The word at the cursor. */
export type Place = {
  /** The commands, options, or choices that are candidates. */
  words: Candidate[];
  /** The kind of the word, which determines the other candidates. */
  kind: WordKind;
  /** If the word is an option with a value: the part up to `=`, such as `--survey=`. Otherwise empty. */
  before: string;
  /** The part of the word or of the option's value that has been typed. */
  typed: string;
  /** The arguments and options that the command line already has, by name. */
  given: ReadonlyMap<string, string>;
};

const ARGUMENTS: Readonly<Record<string, WordKind>> = {
  "best-years file": "paths",
  "replica dir": "paths",
  "versions file": "mirrored-files",
  "restore file": "mirrored-files",
  "redrive execution": "failed-executions",
  "history execution": "executions",
  "cost execution": "executions",
  "console execution": "executions",
  "trace execution": "executions",
};
const OPTIONS: Readonly<Record<string, WordKind>> = {
  "--accept-source": "mirrored-files",
  "--file": "mirrored-files",
  "--from": "paths",
  "--input": "paths",
  "--output": "paths",
  "--population": "paths",
  "--state": "states",
  "--state-dir": "paths",
  "--survey": "surveys",
  "--version": "versions",
};

/**
 * Finds the candidates for the last of `words`. These are the words after `quest` on the command line, up to
 * the cursor. bash passes `--option=value` as three words.
 */
export function placeOf(program: Command, words: readonly string[]): Place {
  const typed = words.at(-1) ?? "";
  const given = new Map<string, string>();
  let command = program;
  let option: Option | undefined;
  let argument = 0;
  for (const word of words.slice(0, -1)) {
    if (word === "=") continue;
    if (option !== undefined) {
      given.set(option.long ?? "", word);
      option = undefined;
    } else if (word.startsWith("-")) {
      const [name = "", value] = word.split(/=(.*)/s);
      const named = optionOf(command, name);
      if (named !== undefined) given.set(named.long ?? "", value ?? "");
      option = value === undefined && named && takesValue(named) ? named : undefined;
    } else {
      const next = command === program ? commandsOf(program).find((each) => each.name() === word) : undefined;
      if (next === undefined) given.set(command.registeredArguments[argument++]?.name() ?? "", word);
      else command = next;
    }
  }
  if (option !== undefined)
    return { ...optionValue(option), before: "", typed: typed === "=" ? "" : typed, given };
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  const named = name === undefined ? undefined : optionOf(command, name);
  if (named !== undefined) return { ...optionValue(named), before: `${name}=`, typed: value ?? "", given };
  if (typed.startsWith("-"))
    return { words: optionWords(command, given), kind: "any", before: "", typed, given };
  return { ...wordsOf(program, command, argument), before: "", typed, given };
}

/** The candidates that start with the typed part, without duplicates. Each one has `before` in front of it. */
export function matching({ words, before, typed }: Place, others: readonly Candidate[]): Candidate[] {
  const found = new Map(
    [...words, ...others].filter(({ value }) => value.startsWith(typed)).map((each) => [each.value, each]),
  );
  return [...found.values()].map(({ value, description }) => ({ value: before + value, description }));
}

function wordsOf(program: Command, command: Command, argument: number): Pick<Place, "words" | "kind"> {
  if (command === program)
    return {
      words: commandsOf(program).map((each) => ({ value: each.name(), description: each.description() })),
      kind: "any",
    };
  const { registeredArguments } = command;
  const expected = registeredArguments[argument];
  if (expected === undefined) return { words: [], kind: "any" };
  return {
    words: choices(expected.argChoices),
    kind: ARGUMENTS[`${command.name()} ${expected.name()}`] ?? "any",
  };
}

function optionValue(option: Option): Pick<Place, "words" | "kind"> {
  const kind = OPTIONS[option.long ?? ""] ?? "any";
  const all = option.long === "--accept-source" ? ["all"] : [];
  return { words: choices([...(option.argChoices ?? []), ...all]), kind };
}

function optionWords(command: Command, given: ReadonlyMap<string, string>): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== undefined && (!given.has(long) || REPEATABLE.has(long)))
    .map(({ long, description }) => ({ value: long ?? "", description }));
}

const REPEATABLE: ReadonlySet<string> = new Set(["--accept-source", "--data-file", "--survey"]);

function commandsOf(program: Command): Command[] {
  return program.createHelp().visibleCommands(program);
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => name === long || name === short);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function choices(values: readonly string[] | undefined): Candidate[] {
  return (values ?? []).map((value) => ({ value, description: "" }));
}
