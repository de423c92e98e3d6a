/** The forms in which a user can specify a file of the mirror. */
import { bronzeKey } from "@data-quest/core/bronze/stored-file";
import { populationKey, surveysPrefix, surveyToken } from "@data-quest/core/constants";
import { fileName } from "@data-quest/core/format";
import { Failure } from "./failure.ts";

/** The short form of a key, which fileKey accepts: `pr/pr.class`, or `nation_population.json`. */
export function shortFileKey(key: string): string {
  return key === populationKey ? fileName(key) : key.replace(surveysPrefix, "");
}

/**
 * The key in Bronze of a file that the user specifies as `pr.class`, `pr/pr.class`, `nation_population.json`,
 * or the key itself. If `survey` is specified, every name except the last two is a file in the folder of that
 * survey. Otherwise, the name must start with its survey: `pr/` or `pr.`. Throws Failure for any other name.
 */
export function fileKey(name: string, survey?: string): string {
  if (name.startsWith(surveysPrefix) || name === populationKey) return name;
  if (populationKey.endsWith(`/${name}`)) return populationKey;
  if (survey !== undefined)
    return bronzeKey(survey, name.startsWith(`${survey}/`) ? name.slice(survey.length + 1) : name);
  const [, folder, path] = new RegExp(`^(${surveyToken})/(.+)$`).exec(name) ?? [];
  if (folder !== undefined && path !== undefined) return bronzeKey(folder, path);
  const [, begin] = new RegExp(`^(${surveyToken})\\.[^/]+$`).exec(name) ?? [];
  if (begin !== undefined) return bronzeKey(begin, name);
  throw new Failure(
    `${name} does not include its survey: specify the file as survey/file or as a key, such as pr/pr.class or bls/pr/pr.class`,
  );
}
