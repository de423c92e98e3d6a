/** What a file's name reveals about the file. */

/** The name of a file, from its path or key. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * True for `<survey>.data.<number>.<anything>`, BLS's naming scheme for files with observations. A letter may
 * follow the number, as in `ce.data.00a.TotalNonfarm.Employment`. `sh.data.type` is a mapping file, and
 * `ce.data.Goog` is not numbered.
 */
export function isNumberedDataFile(survey: string, path: string): boolean {
  return suffixOf(survey, path) !== undefined;
}

/**
 * True if the name says that the file contains every observation of the survey: `<number>.AllData` or
 * `<number>.AllCESSeries`.
 */
export function holdsEverything(survey: string, path: string): boolean {
  return /^(AllData|AllCESSeries)$/.test(suffixOf(survey, path) ?? "");
}

function suffixOf(survey: string, path: string): string | undefined {
  const name = baseName(path);
  const prefix = `${survey}.data.`;
  if (!name.startsWith(prefix)) return undefined;
  return /^\d+[a-z]?\.(.+)$/.exec(name.slice(prefix.length))?.[1];
}
