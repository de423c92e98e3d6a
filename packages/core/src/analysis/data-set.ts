/** The observations that a run analyzes: one data file, or several merged by series. */
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { surveysPrefix } from "../constants.ts";
import { type MergedFile, type MergeFaults, mergedFile } from "../data-files/merge.ts";
import { AnalysisImpossible } from "../errors.ts";
import type { Bucket } from "../storage/objects.ts";
import type { Settings } from "../workflow.ts";
import { type InputObject, readableObject, readableRanges } from "./inputs.ts";

/** How many bytes of memory all parts of a merged file may use in total. */
const MOST_BYTES_READ_AHEAD = 64 * 1024 * 1024;
const LARGEST_RANGE = 8 * 1024 * 1024;

export type DataSet = {
  /**
   * The path of the data file in the survey's folder. For a merged file, the path that it would have if it
   * were stored there.
   */
  path: string;
  /** The same path as a key. */
  key: string;
  /** The objects that the data set is read from. */
  parts: InputObject[];
  file: ReadableFile;
  /**
   * The faults found in the parts of a merged file, known once it has been read. Undefined if there is only
   * one part.
   */
  faults: (() => MergeFaults) | undefined;
};

/** The path that stands for the merged data files of the survey. */
export function mergedPath(survey: string): string {
  return `${survey}.data.merged`;
}

/**
 * The data set that the settings choose from the survey's files. Files with identical bytes are read once.
 * Throws AnalysisImpossible if a chosen file is not stored.
 */
export function openDataSet(
  bronze: Bucket,
  {
    survey,
    analysis: { dataFile, knownConflicts },
  }: { survey: string; analysis: Pick<Settings["analysis"], "dataFile" | "knownConflicts"> },
  files: ReadonlyMap<string, InputObject>,
): DataSet {
  const missing = dataFile.filter((path) => !files.has(path));
  if (missing.length > 0) {
    throw new AnalysisImpossible(
      `The survey ${survey} has no file ${missing.join(", ")} in the mirror: choose other files (analysis.dataFile)`,
    );
  }
  const parts = differing(dataFile.flatMap((path) => files.get(path) ?? []));
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) {
    const path = dataFile.find((each) => files.get(each) === only) ?? "";
    return { path, key: only.key, parts, file: readableObject(bronze, only, only.key), faults: undefined };
  }
  const path = mergedPath(survey);
  const key = `${surveysPrefix}${survey}/${path}`;
  const file = mergeObjects(bronze, key, parts, knownConflicts);
  return { path, key, parts, file, faults: file.faults };
}

/** Several data files as one, merged by series. `file` is the merged file's name in errors. */
export function mergeObjects(
  bronze: Bucket,
  file: string,
  parts: readonly Pick<InputObject, "key" | "versionId" | "bytes">[],
  knownConflicts: readonly string[],
): MergedFile {
  const bytes = Math.min(LARGEST_RANGE, Math.floor(MOST_BYTES_READ_AHEAD / parts.length));
  return mergedFile(
    file,
    parts.map((part) => readableRanges(bronze, part, part.key, bytes)),
    new Set(knownConflicts),
  );
}

/** The objects without duplicates: of those with identical bytes, the first one. */
function differing(objects: readonly InputObject[]): InputObject[] {
  const hashes = new Set<string>();
  return objects.filter(({ sha256 }) => !hashes.has(sha256) && hashes.add(sha256));
}
