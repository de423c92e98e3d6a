/** The names of a survey's series, from the versions that this execution wrote or found. */
import { createHash } from "node:crypto";
import { NO_NAMES, readSeriesNames, type SeriesNames } from "../bls-file/names.ts";
import type { InputObject, Inputs } from "./inputs.ts";

/** `digest` tells apart the versions that the names come from. */
export type SurveyNames = SeriesNames & { digest: string };

/** Reads the survey's series file and the mapping files that it refers to. No names where there is no series file. */
export async function readSurveyNames(
  survey: string,
  files: ReadonlyMap<string, InputObject>,
  inputs: Inputs,
): Promise<SurveyNames> {
  const digest = createHash("sha256");
  const open = async (object: InputObject) => {
    digest.update(`${object.key} ${object.versionId}\n`);
    return { file: object.key, chunks: await inputs.open(object) };
  };
  const series = files.get(`${survey}.series`);
  const names =
    series === undefined
      ? NO_NAMES
      : await readSeriesNames(await open(series), async (name) => {
          const mapping = files.get(`${survey}.${name}`);
          return mapping && open(mapping);
        });
  return { ...names, digest: digest.digest("hex") };
}
