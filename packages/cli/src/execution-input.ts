/** The input of an execution, from the options of a command. */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { defaultSurvey } from "@data-quest/core/constants";
import { Failure } from "./failure.ts";
import { fileKey } from "./file-key.ts";

/** The options that determine an input. */
export type InputOptions = {
  /** JSON text, or `@FILE`, or `-` for standard input. */
  input?: string;
  survey?: string;
  settle?: number;
  acceptSource?: string[];
  /** The first and last year. */
  years?: [number, number];
  series?: string;
  period?: string;
  dataFile?: string[];
};

/**
 * The execution's input: the JSON object from `--input`, and the members that the other options add to it. The
 * workflow checks the contents. Throws Failure if `--input` cannot be read, is not a JSON object, or contradicts
 * an option.
 */
export async function executionInput(options: InputOptions): Promise<Record<string, unknown>> {
  const given = parseInput(await inputText(options.input));
  const survey = String(options.survey ?? given.survey ?? defaultSurvey);
  const acceptSource = options.acceptSource?.map((name) => fileKey(name, survey));
  const input = merge(given, { survey: options.survey, settleSeconds: options.settle, acceptSource }, "");
  const { years, series, period, dataFile } = options;
  const analysis = { years, series, period, dataFile: dataFile?.length === 1 ? dataFile[0] : dataFile };
  if (Object.values(analysis).every((value) => value === undefined)) return input;
  return { ...input, analysis: merge(objectOf(given.analysis), analysis, "analysis.") };
}

/**
 * The members of `given`, and the defined members of `added`. Throws Failure if both have the same member with
 * different values.
 */
function merge(given: Record<string, unknown>, added: object, path: string): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined) continue;
    if (merged[key] !== undefined && JSON.stringify(merged[key]) !== JSON.stringify(value))
      throw new Failure(
        `${path}${key} is specified twice, in --input and as an option, with different values`,
      );
    merged[key] = value;
  }
  return merged;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

async function inputText(input: string | undefined): Promise<string> {
  if (input === undefined) return "{}";
  if (input === "-") return text(process.stdin);
  if (!input.startsWith("@")) return input;
  try {
    return readFileSync(input.slice(1), "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : code;
    throw new Failure(`--input ${input} cannot be read: ${why || String(error)}`);
  }
}

function parseInput(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    // Some editors start a file with a byte order mark.
    value = JSON.parse(json.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Failure(`--input is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Failure(`--input must be a JSON object, such as '{"verify":true}'`);
  return { ...value };
}
