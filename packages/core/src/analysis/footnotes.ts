/** The texts of a survey's footnote codes, from the survey's footnote file. */
import { textLines } from "../bls-file/lines.ts";
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { DataFileMalformed } from "../errors.ts";
import type { InputObject, Inputs } from "./inputs.ts";

/** Finds the texts of footnote codes. A code without a text is left out. Throws storage errors. */
export type FindFootnotes = (codes: Iterable<string>) => Promise<Record<string, string>>;

/**
 * Finds footnotes in `<survey>.footnote`, which has a code and its text on each line after the header. The
 * file is opened, and becomes an input of the report, only if there are codes to look up. If it cannot be read,
 * no texts are found, and `report` receives the error message.
 */
export function footnotesOfSurvey(
  survey: string,
  files: ReadonlyMap<string, InputObject>,
  inputs: Pick<Inputs, "open">,
  report: (fault: string) => void,
): FindFootnotes {
  return async (codes) => {
    const wanted = new Set(codes);
    const object = files.get(`${survey}.footnote`);
    if (wanted.size === 0 || object === undefined) return {};
    const file = { file: object.key, open: () => inputs.open(object) };
    return readFootnotes(file, (code) => wanted.has(code), report);
  };
}

/**
 * The texts that a footnote file has for the codes that `isWanted` accepts, sorted by code. Empty if the file
 * cannot be read; `report` then receives the error message.
 */
export async function readFootnotes(
  { file, open }: Pick<ReadableFile, "file" | "open">,
  isWanted: (code: string) => boolean,
  report: (fault: string) => void,
): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  let isHeader = true;
  try {
    for await (const lines of textLines(file, await open())) {
      for (const line of lines) {
        const [code = "", text = ""] = line.split("\t").map((cell) => cell.trim());
        if (!isHeader && isWanted(code) && text !== "" && !found.has(code)) found.set(code, text);
        isHeader = false;
      }
    }
  } catch (error) {
    if (!(error instanceof DataFileMalformed)) throw error;
    report(error.message);
    return {};
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
