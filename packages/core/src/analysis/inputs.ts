/** The objects in Bronze that an analysis reads, each in the exact version that its execution wrote or found. */
import type { ReadableFile } from "../bls-file/series-blocks.ts";
import { AnalysisImpossible } from "../errors.ts";
import { surveyPrefix } from "../mirror/bronze.ts";
import type { Input } from "../report/report.ts";
import { type Bucket, chunksOf, openObject } from "../storage/objects.ts";
import type { PopulationResult, SyncResult } from "../workflow.ts";

/** An object to read, as the step before described it. */
export type InputObject = {
  key: string;
  versionId: string;
  sha256: string;
  bytes: number;
  sourceModified: string | null;
};

/** Opens inputs and remembers them: `read` holds every input opened so far, for the lineage. */
export type Inputs = {
  open(object: InputObject): Promise<AsyncGenerator<Uint8Array>>;
  read: Input[];
};

/** Inputs from `bucket`. */
export function readInputs(bucket: Bucket): Inputs {
  const read: Input[] = [];
  return {
    read,
    async open({ key, versionId, sha256, bytes, sourceModified }) {
      const { body, storedAt, metadata } = await openObject(bucket, key, versionId);
      read.push({
        key,
        versionId,
        sha256,
        bytes,
        sourceModified,
        storedAt: storedAt.toISOString(),
        synthetic: metadata.synthetic === "true",
      });
      return chunksOf(body, `s3://${bucket.name}/${key}`);
    },
  };
}

/** An object that can be read more than once. `file` names it in errors. */
export function readableObject(
  bucket: Bucket,
  { key, versionId, bytes }: Pick<InputObject, "key" | "versionId" | "bytes">,
  file: string,
): ReadableFile {
  const open = async () => {
    const { body } = await openObject(bucket, key, versionId);
    return chunksOf(body, `s3://${bucket.name}/${key}`);
  };
  return { file, bytes, open };
}

/** The survey's files that are there, by their path below the survey's folder. */
export function filesOfSurvey(survey: string, files: readonly SyncResult[]): Map<string, InputObject> {
  const folder = surveyPrefix(survey);
  const found = new Map<string, InputObject>();
  for (const { key, action, versionId, sha256, bytes, sourceModified } of files) {
    if (action === "removed" || versionId === null || sha256 === null || !key.startsWith(folder)) continue;
    found.set(key.slice(folder.length), { key, versionId, sha256, bytes, sourceModified });
  }
  return found;
}

/** The population's object. */
export function populationObject({ key, versionId, sha256, bytes }: PopulationResult): InputObject {
  return { key, versionId, sha256, bytes, sourceModified: null };
}

/** The data file to analyze. Throws AnalysisImpossible, with the survey's data files, where it is not there. */
export function chooseDataFile(
  survey: string,
  dataFile: string,
  files: ReadonlyMap<string, InputObject>,
): InputObject {
  const chosen = files.get(dataFile);
  if (chosen !== undefined) return chosen;
  const candidates = dataFilesOf(survey, files);
  throw new AnalysisImpossible(
    `The survey ${survey} has no file ${dataFile}. ` +
      (candidates.length === 0
        ? "It has no data file at all"
        : `Choose one of these as analysis.dataFile: ${candidates.join(", ")}`),
  );
}

/** The paths of a survey's data files, `<survey>.data.*`. */
export function dataFilesOf(survey: string, files: ReadonlyMap<string, InputObject>): string[] {
  const isDataFile = (path: string) => (path.split("/").at(-1) ?? "").startsWith(`${survey}.data.`);
  return [...files.keys()].filter(isDataFile).sort();
}
