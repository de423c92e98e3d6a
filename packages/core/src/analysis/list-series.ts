/** Updates a survey's list of series in Silver. */
import type { BestYear } from "../bls-file/best-years.ts";
import { isOvertaken } from "../report/publish.ts";
import type { Input } from "../report/report.ts";
import { writeSeriesList } from "../silver/write-series-list.ts";
import type { Bucket } from "../storage/objects.ts";
import { surveyName } from "../surveys.ts";
import type { DataSet } from "./data-set.ts";
import { readFootnotes } from "./footnotes.ts";
import { type InputObject, readableObject } from "./inputs.ts";
import type { SurveyNames } from "./names-of-survey.ts";
import type { AnalysisInput } from "./result.ts";

/** What a survey's list of series is made from. `read` has the inputs read so far, including the data files. */
export type ListedSurvey = {
  input: AnalysisInput;
  dataSet: DataSet;
  files: ReadonlyMap<string, InputObject>;
  read: readonly Input[];
  names: SurveyNames;
  series: Iterable<BestYear>;
};

/**
 * Writes the list of the analyzed series to Silver, unless a later execution has published its report. `report`
 * receives the message if the footnote file cannot be read.
 */
export async function listSeries(
  { input, dataSet, files, read, names, series }: ListedSurvey,
  { bronze, silver, gold }: { bronze: Bucket; silver: Bucket; gold: Bucket },
  report: (fault: string) => void,
): Promise<void> {
  const {
    settings: { survey, analysis },
    execution,
  } = input;
  const { path, parts, faults } = dataSet;
  if (await isOvertaken(gold, survey, execution)) return;
  const footnotes = files.get(`${survey}.footnote`);
  const facts = {
    survey,
    name: surveyName(survey) ?? null,
    dataFile: path,
    synthetic: read.some(({ key, synthetic }) => synthetic && parts.some((part) => part.key === key)),
    footnotes: footnotes
      ? await readFootnotes(readableObject(bronze, footnotes, footnotes.key), () => true, report)
      : {},
  };
  const madeFrom = [
    ...parts.map(({ key, versionId }) => `${key} ${versionId}`),
    names.digest,
    // Known conflicts matter only if several files are merged.
    ...(faults === undefined ? [] : analysis.knownConflicts),
    String(analysis.includeAverages),
  ];
  await writeSeriesList(silver, series, names, facts, madeFrom, execution);
}
