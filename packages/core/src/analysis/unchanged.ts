/** Finds the latest report if a new one would be the same. */
import { createHash } from "node:crypto";
import pMap from "p-map";
import { surveyPrefix } from "../bronze/stored-file.ts";
import { reportsPrefix } from "../constants.ts";
import { reportKeys } from "../report/publish.ts";
import { REPORT_VERSION, Report } from "../report/report.ts";
import { isPopulationOf } from "../silver/write-population.ts";
import { seriesListKey } from "../silver/write-series-list.ts";
import { type SilverFile, silverKey } from "../silver/write-silver.ts";
import { type Bucket, headObject, readObject } from "../storage/objects.ts";
import { isLater, writerOf } from "../storage/written-by.ts";
import { mergedPath } from "./data-set.ts";
import { dataFilesOf, filesOfSurvey } from "./inputs.ts";
import { releaseListKey } from "./release-list.ts";
import type { AnalysisInput, AnalysisResult } from "./result.ts";
import { shortAnswers } from "./short-answers.ts";

/** The metadata key of the digest that identifies what report.json was computed from. */
const DIGEST = "inputs-digest";
const HEADS_AT_A_TIME = 16;

/**
 * Hashes everything that a report depends on: the exact versions of all inputs, the settings of the analysis,
 * and the report's format version.
 */
export function inputsDigest({ settings, files, population }: AnalysisInput): Record<string, string> {
  const versions = [...filesOfSurvey(settings.survey, files).values(), population]
    .map(({ key, versionId }) => `${key} ${versionId}`)
    .sort();
  const held = [...files, population].filter(({ action }) => action === "held").map(({ key }) => key);
  const document = JSON.stringify([REPORT_VERSION, settings.survey, settings.analysis, versions, held]);
  return { [DIGEST]: createHash("sha256").update(document).digest("hex") };
}

/**
 * Returns the result of the analysis that made the latest report, if this analysis has the same inputs and
 * settings, and all objects in Silver and of that report still exist. Returns undefined otherwise, and also
 * if the latest report belongs to this execution or a later one.
 */
export async function unchangedResult(
  input: AnalysisInput,
  { silver, gold }: { silver: Bucket; gold: Bucket },
): Promise<AnalysisResult | undefined> {
  const { survey, analysis } = input.settings;
  if ((input.failed ?? []).length > 0) return undefined;
  const latest = await headObject(gold, `${reportsPrefix}${survey}/latest/report.json`);
  const earlier = latest && writerOf(latest);
  if (latest === undefined || earlier === undefined) return undefined;
  if (latest.metadata[DIGEST] !== inputsDigest(input)[DIGEST]) return undefined;
  if (earlier === input.execution.name || isLater(latest, input.execution)) return undefined;

  const paths = dataFilesOf(survey, filesOfSurvey(survey, input.files));
  if (analysis.dataFile.length > 1) paths.push(mergedPath(survey));
  const silverKeys = paths.map((path) => silverKey(survey, path));
  const keys = [...reportKeys(survey, earlier), ...reportKeys(survey, "latest")];
  const needed = [
    ...[...silverKeys, seriesListKey(survey)].map((key) => ({ bucket: silver, key })),
    ...keys.map((key) => ({ bucket: gold, key })),
  ];
  const found = await pMap(needed, ({ bucket, key }) => headObject(bucket, key), {
    concurrency: HEADS_AT_A_TIME,
  });
  if (found.includes(undefined)) return undefined;
  if (!(await isPopulationOf(silver, input.population.versionId))) return undefined;

  const report = Report.parse(JSON.parse((await readObject(gold, latest.key, latest.versionId)).toString()));
  const dataSet = report.bestYears.dataFile.slice(surveyPrefix(survey).length);
  if ((await headObject(silver, releaseListKey(survey, dataSet))) === undefined) return undefined;
  return {
    ...shortAnswers(report),
    unchangedSince: { execution: report.execution.name, startTime: report.execution.startTime },
    silver: silverKeys.map((key): SilverFile => ({ key, action: "unchanged" })),
    report: { bucket: gold.name, keys, latest: true },
    lineage: report.lineage.map(({ key, versionId, sha256, bytes }) => ({ key, versionId, sha256, bytes })),
  };
}
