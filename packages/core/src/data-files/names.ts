/** What the name of a survey's file says about it. */

/** The name of a file out of its path or key. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * True for `<survey>.data.<number>.<anything>`, which is how BLS names files with observations; a letter may follow the number, as in
 * `ce.data.00a.TotalNonfarm.Employment`. `sh.data.type` is a mapping file, and `ce.data.Goog` belongs to somebody else.
 */
export function isNumberedDataFile(survey: string, path: string): boolean {
  return suffixOf(survey, path) !== undefined;
}

/** True for the file that by its name holds every observation of the survey: `<number>.AllData` or `<number>.AllCESSeries`. */
export function holdsEverything(survey: string, path: string): boolean {
  return /^(AllData|AllCESSeries)$/.test(suffixOf(survey, path) ?? "");
}

function suffixOf(survey: string, path: string): string | undefined {
  const name = baseName(path);
  const prefix = `${survey}.data.`;
  if (!name.startsWith(prefix)) return undefined;
  return /^\d+[a-z]?\.(.+)$/.exec(name.slice(prefix.length))?.[1];
}
