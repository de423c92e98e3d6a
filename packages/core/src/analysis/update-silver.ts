/** Brings a survey's part of Silver up to date. */
import { isOvertaken } from "../report/publish.ts";
import { removeOthers, type SilverFile, silverKey, writeSilver } from "../silver/write-silver.ts";
import type { Bucket } from "../storage/objects.ts";
import { dataFilesOf, type InputObject, readableObject } from "./inputs.ts";
import type { SurveyNames } from "./names-of-survey.ts";
import type { AnalysisInput } from "./result.ts";

/**
 * Leaves Silver with the survey's data files among `files`, and no others. Those made before from the same versions cost
 * one request each. Silver stays as it is where a later execution has published its report: it has brought Silver up to
 * date, and a delete marker of its would not tell so.
 */
export async function updateSilver(
  { settings: { survey }, execution }: Pick<AnalysisInput, "settings" | "execution">,
  files: ReadonlyMap<string, InputObject>,
  { bronze, silver, gold }: { bronze: Bucket; silver: Bucket; gold: Bucket },
  names: SurveyNames,
): Promise<SilverFile[]> {
  const paths = dataFilesOf(survey, files);
  const keys = paths.map((path) => silverKey(survey, path));
  if (await isOvertaken(gold, survey, execution)) return keys.map((key) => ({ key, action: "left" }));

  const written: SilverFile[] = [];
  for (const path of paths) {
    const object = files.get(path);
    if (object === undefined) continue;
    const madeFrom = { "source-version": object.versionId, "names-digest": names.digest };
    const file = readableObject(bronze, object, object.key);
    written.push(await writeSilver(silver, survey, { path, madeFrom, file }, names, execution));
  }
  return [...written, ...(await removeOthers(silver, survey, keys, execution))];
}
