/** The Analyze step: reads exact object versions, answers the questions and writes the report. */
import { bestYears } from "../bls-file/best-years.ts";
import { retriedInOrder } from "../bls-file/names.ts";
import { csvFile } from "../csv.ts";
import { parsePopulation } from "../population/population.ts";
import { answerQuestions, csvFilesOf } from "../questions/answer.ts";
import { QUESTIONS } from "../questions/list.ts";
import { renderPage } from "../report/page/page.ts";
import { publishReport, writeReportFile } from "../report/publish.ts";
import { REPORT_VERSION, type Report, reportSchema } from "../report/report.ts";
import { revisionsCsv } from "../report/revisions-csv.ts";
import type { Bucket } from "../storage/objects.ts";
import {
  chooseDataFile,
  filesOfSurvey,
  type InputObject,
  type Inputs,
  populationObject,
  readInputs,
} from "./inputs.ts";
import { readSurveyNames } from "./names-of-survey.ts";
import type { AnalysisInput, AnalysisResult } from "./result.ts";
import { findRevisions } from "./revisions.ts";
import { shortAnswers } from "./short-answers.ts";
import { updateSilver } from "./update-silver.ts";

/**
 * Answers the three questions from the versions that `input` names, writes the survey's data files to Silver and the
 * report to Gold. Data files are streamed, so memory does not grow with their size. `now` is the time that the report bears.
 *
 * Throws AnalysisImpossible where a year of population, the data file or the chosen series is missing, and
 * DataFileMalformed where a file cannot be read.
 */
export async function analyze(
  input: AnalysisInput,
  { bronze, silver, gold }: { bronze: Bucket; silver: Bucket; gold: Bucket },
  now: Date,
): Promise<AnalysisResult> {
  const { survey, analysis } = input.settings;
  const files = filesOfSurvey(survey, input.files);
  const dataFile = chooseDataFile(survey, analysis.dataFile, files);
  const inputs = readInputs(bronze);

  const population = parsePopulation(await readText(inputs, populationObject(input.population)));
  using best = await bestYears(await inputs.open(dataFile), {
    file: dataFile.key,
    includeAverages: analysis.includeAverages,
    select: QUESTIONS.flatMap((question) => question.series(analysis)),
  });
  const names = await readSurveyNames(survey, files, inputs, bronze);

  const place = { gold, survey, execution: input.execution };
  const questionInput = {
    survey,
    population,
    data: {
      file: dataFile.key,
      rows: best.rows,
      bestYears: best.series,
      observationsOf: (series: string) => best.selected.get(series) ?? [],
    },
    names,
  };
  const answers = await answerQuestions(analysis, questionInput);
  const written = await updateSilver(input, files, { bronze, silver, gold }, names);

  for (const { name, records } of csvFilesOf(answers, questionInput)) {
    await retriedInOrder(names, () => writeReportFile(place, name, csvFile(records())));
  }
  const revisions = await findRevisions(bronze, dataFile, names, (differences) =>
    writeReportFile(place, "revisions.csv", csvFile(revisionsCsv(differences))),
  );
  const report: Report = {
    $schema: "report.schema.json",
    version: REPORT_VERSION,
    survey,
    generatedAt: now.toISOString(),
    synthetic: inputs.read.some((read) => read.synthetic),
    execution: input.execution,
    settings: input.settings,
    ...answers,
    revisions,
    failedFiles: input.failed ?? [],
    lineage: inputs.read,
  };
  await writeReportFile(place, "index.html", await renderPage(report));
  await writeReportFile(place, "report.schema.json", reportSchema());
  await writeReportFile(place, "report.json", JSON.stringify(report));
  const published = await publishReport(place);
  return {
    ...shortAnswers(report),
    silver: written,
    report: { bucket: gold.name, ...published },
    lineage: report.lineage.map(({ key, versionId, sha256, bytes }) => ({ key, versionId, sha256, bytes })),
  };
}

async function readText(inputs: Inputs, object: InputObject): Promise<string> {
  return Buffer.concat(await Array.fromAsync(await inputs.open(object))).toString("utf8");
}
