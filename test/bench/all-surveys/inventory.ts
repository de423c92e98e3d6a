/** The surveys of pub/time.series/ with the names and sizes of their files at BLS, as of November 2025. */
import { readFileSync } from "node:fs";

/** A file of a survey, and its size at BLS in bytes. */
export type InventoryFile = { survey: string; name: string; bytes: number };

/** A survey that BLS lists although its folder is empty. */
export const EMPTY_SURVEY = "nl";

/** The files of all surveys. */
export function readInventory(): InventoryFile[] {
  const text = readFileSync(new URL("files.tsv", import.meta.url), "utf8");
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [survey = "", name = "", bytes = ""] = line.split("\t");
    return { survey, name, bytes: Number(bytes) };
  });
}
