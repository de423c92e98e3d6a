import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { surveyPattern, surveysPrefix } from "../constants.ts";
import { InvalidInput } from "../errors.ts";
import type { SourceClient } from "../source/http.ts";
import { listSurveys } from "../source/survey-folder.ts";
import { storageError } from "../storage/errors.ts";
import type { Bucket } from "../storage/objects.ts";
import type { AllSurveysInput } from "./all-surveys.ts";

/**
 * The surveys that an execution of `AllSurveys` runs: those that BLS lists, or those in Bronze if `refresh`
 * is false. If the input has `surveys`, only those. Throws InvalidInput if one of them does not exist or if
 * Bronze has no surveys, and the errors of `listSurveys` and of storage.
 */
export async function chooseSurveys(
  { source, timeSeries, bronze }: { source: SourceClient; timeSeries: string; bronze: Bucket },
  { surveys, refresh }: AllSurveysInput,
): Promise<string[]> {
  const found = refresh === false ? await storedSurveys(bronze) : await listSurveys(source, timeSeries);
  if (surveys === undefined) return found;
  const unknown = surveys.filter((survey) => !found.includes(survey));
  if (unknown.length > 0) {
    const where = refresh === false ? `s3://${bronze.name}/${surveysPrefix}` : timeSeries;
    throw new InvalidInput(`surveys: ${unknown.join(", ")}: not in ${where}, which has ${found.join(", ")}`);
  }
  return found.filter((survey) => surveys.includes(survey));
}

/**
 * The surveys with files in Bronze, in alphabetical order. Throws InvalidInput if there are none,
 * and storage errors.
 */
async function storedSurveys({ client, name: Bucket }: Bucket): Promise<string[]> {
  const surveys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix: surveysPrefix, Delimiter: "/", ContinuationToken }))
      .catch((error: unknown) => {
        throw storageError(error, `Listing s3://${Bucket}/${surveysPrefix}`);
      });
    const names = (page.CommonPrefixes ?? []).map(({ Prefix = "" }) =>
      Prefix.slice(surveysPrefix.length, -1),
    );
    surveys.push(...names.filter((name) => surveyPattern.test(name)));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  if (surveys.length === 0)
    throw new InvalidInput(
      `refresh: false analyzes what is stored, but s3://${Bucket}/${surveysPrefix} has no survey: run with refresh first`,
    );
  return surveys.sort();
}
