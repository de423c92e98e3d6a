/** Chooses a survey's data files from its listing, before anything is downloaded. */
import { AnalysisImpossible } from "../errors.ts";
import type { DataFileChoice, DataFileSettings } from "./choice.ts";
import { holdsEverything, isNumberedDataFile } from "./names.ts";

/** A listed file: its path in the survey's folder, and its size. */
export type ListedFile = { path: string; bytes: number };

/**
 * Chooses the data files to analyze: those in the input, else those in the stage's settings, else
 * `<survey>.data.0.Current`, else the file whose name says that it contains all data, else all numbered data
 * files. The caller detects files with identical bytes.
 *
 * Throws AnalysisImpossible if a specified file is not listed, or if there is nothing to choose from.
 */
export function chooseDataFiles(
  survey: string,
  files: readonly ListedFile[],
  input: DataFileSettings,
  settings: DataFileSettings = {},
): DataFileChoice {
  const numbered = files.filter(({ path }) => isNumberedDataFile(survey, path)).sort(byPath);
  const knownConflicts = input.knownConflicts ?? settings.knownConflicts ?? [];
  const choice = (paths: readonly string[], chosenBy: DataFileChoice["chosenBy"]): DataFileChoice => ({
    dataFile: [...paths],
    chosenBy,
    largerFile: largerFile(survey, numbered, paths),
    knownConflicts,
  });

  const named = input.dataFile ?? settings.dataFile;
  if (named !== undefined) {
    const paths = [...new Set([named].flat())];
    refuseUnlisted(survey, files, numbered, paths);
    return choice(paths, input.dataFile === undefined ? "settings" : "input");
  }
  const current = `${survey}.data.0.Current`;
  if (numbered.some(({ path }) => path === current)) return choice([current], "name");
  const everything = numbered.find(({ path }) => holdsEverything(survey, path));
  if (everything !== undefined) return choice([everything.path], "name");
  if (numbered.length === 0) {
    throw new AnalysisImpossible(
      `The survey ${survey} has no data file: none of its ${files.length} files is named ${survey}.data.<number>.<name>. ` +
        "There is nothing to analyze",
    );
  }
  return choice(
    numbered.map(({ path }) => path),
    numbered.length === 1 ? "name" : "merge",
  );
}

/** Describes the choice in a sentence. */
export function describeChoice(survey: string, { dataFile, chosenBy }: DataFileChoice): string {
  const [first = ""] = dataFile;
  const what = dataFile.length === 1 ? first : `${dataFile.length} data files merged by series`;
  switch (chosenBy) {
    case "input":
      return `${what}, because the input names ${dataFile.length === 1 ? "it" : "them"}`;
    case "settings":
      return `${what}, because the stage's settings name ${dataFile.length === 1 ? "it" : "them"}`;
    case "name":
      return first === `${survey}.data.0.Current`
        ? what
        : `${what}, since the survey has no ${survey}.data.0.Current`;
    case "merge":
      return `all ${what}, since the survey has neither ${survey}.data.0.Current nor a file with all data`;
  }
}

function refuseUnlisted(
  survey: string,
  files: readonly ListedFile[],
  numbered: readonly ListedFile[],
  paths: readonly string[],
): void {
  const listed = new Set(files.map(({ path }) => path));
  const missing = paths.filter((path) => !listed.has(path));
  if (missing.length === 0) return;
  throw new AnalysisImpossible(
    `The survey ${survey} has no file ${missing.join(", ")}. ` +
      (numbered.length === 0
        ? "It has no data file at all"
        : `Set analysis.dataFile to one or more of these: ${numbered.map(({ path }) => path).join(", ")}`),
  );
}

/**
 * The largest file that, judging by its name, contains all data, if it is not chosen and is larger than all chosen
 * files together.
 */
function largerFile(
  survey: string,
  numbered: readonly ListedFile[],
  chosen: readonly string[],
): DataFileChoice["largerFile"] {
  const bytes = numbered.reduce((sum, file) => sum + (chosen.includes(file.path) ? file.bytes : 0), 0);
  const [largest] = numbered
    .filter(({ path }) => holdsEverything(survey, path) && !chosen.includes(path))
    .sort((a, b) => b.bytes - a.bytes);
  return largest !== undefined && largest.bytes > bytes ? { path: largest.path, bytes: largest.bytes } : null;
}

/** Sorts by number, then by name. Files in the survey's own folder come before those in its subfolders. */
function byPath(a: ListedFile, b: ListedFile): number {
  const depth = a.path.split("/").length - b.path.split("/").length;
  return depth !== 0 ? depth : a.path.localeCompare(b.path, "en", { numeric: true });
}
