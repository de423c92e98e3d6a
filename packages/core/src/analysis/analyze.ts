/** The Analyze step: reads exact object versions, answers the questions, and writes the report. */
import { bestYears } from "../bls-file/best-years.ts";
import { retriedInOrder } from "../bls-file/names.ts";
import { readTogether } from "../bytes/read-together.ts";
import { surveysPrefix } from "../constants.ts";
import { describeChoice } from "../data-files/choose.ts";
import { type MergeFaults, readMerged } from "../data-files/merge.ts";
import { DataFileMalformed } from "../errors.ts";
import { parsePopulation } from "../population/population.ts";
import { answerQuestions, csvFilesOf } from "../questions/answer.ts";
import { QUESTIONS } from "../questions/list.ts";
import { earlierReport, publishReport, type ReportPlace, writeReportFile } from "../report/publish.ts";
import { releasesCsv, releasesInCsv } from "../report/releases-csv.ts";
import { REPORT_VERSION, type Report, reportSchema } from "../report/report.ts";
import { revisionsCsv } from "../report/revisions-csv.ts";
import { writeCsv } from "../report/write-csv.ts";
import { writePopulation } from "../silver/write-population.ts";
import type { Bucket } from "../storage/objects.ts";
import { openDataSet } from "./data-set.ts";
import { footnotesOfSurvey } from "./footnotes.ts";
import { heldAmong } from "./held-files.ts";
import { filesOfSurvey, type InputObject, type Inputs, populationObject, readInputs } from "./inputs.ts";
import { listSeries } from "./list-series.ts";
import { NamesUnreadable, readSurveyNames, withoutNames } from "./names-of-survey.ts";
import { writeReleaseList } from "./release-list.ts";
import { findReleases } from "./releases.ts";
import type { AnalysisInput, AnalysisResult } from "./result.ts";
import { shortAnswers } from "./short-answers.ts";
import { inputsDigest, unchangedResult } from "./unchanged.ts";
import { dataSetSource, dataSetWriter, updateSilver } from "./update-silver.ts";

/**
 * Answers the three questions from the file versions in `input`, writes the population and the survey's data
 * files to Silver, and writes the report to Gold. If the latest report has the same inputs and settings,
 * returns the result of that report's analysis and stores nothing. Data files are streamed, so memory use
 * does not grow with their size. `now` is the report's timestamp. Earlier versions of the data file are
 * compared up to a total of `mostBytesCompared` bytes.
 *
 * Throws AnalysisImpossible if the population of a chosen year, the data file, or the chosen series is
 * missing, and DataFileMalformed if the data file cannot be read. If another file of the survey cannot be
 * read, or merged files contradict each other, the function first publishes everything that is correct
 * (without names if the series file or a mapping file cannot be read) and then throws DataFileMalformed.
 */
export async function analyze(
  input: AnalysisInput,
  buckets: { bronze: Bucket; silver: Bucket; gold: Bucket },
  now: Date,
  mostBytesCompared?: number,
): Promise<AnalysisResult> {
  const unchanged = await unchangedResult(input, buckets);
  if (unchanged !== undefined) return unchanged;
  try {
    return await analyzeFiles(input, buckets, { now, mostBytesCompared });
  } catch (error) {
    // A fault in the names may appear as late as the end of the series file, so the whole analysis is repeated.
    if (!(error instanceof NamesUnreadable)) throw error;
    return analyzeFiles(input, buckets, { now, mostBytesCompared, namesFault: error });
  }
}

/** Analyzes the files. With `namesFault`, it uses no names, because they cannot be read. */
async function analyzeFiles(
  input: AnalysisInput,
  { bronze, silver, gold }: { bronze: Bucket; silver: Bucket; gold: Bucket },
  {
    now,
    mostBytesCompared,
    namesFault,
  }: { now: Date; mostBytesCompared: number | undefined; namesFault?: NamesUnreadable },
): Promise<AnalysisResult> {
  const { survey, analysis } = input.settings;
  const files = filesOfSurvey(survey, input.files);
  const dataSet = openDataSet(bronze, input.settings, files);
  const inputs = readInputs(bronze);

  const population = parsePopulation(await readText(inputs, populationObject(input.population)));
  await writePopulation(silver, population, input.population.versionId, input.execution);
  for (const part of dataSet.parts) await inputs.note(part);
  const names = namesFault ? withoutNames() : await readSurveyNames(survey, files, inputs, bronze);
  const faults: string[] = namesFault ? [namesFault.message] : [];
  const addFault = (fault: string) => {
    if (!faults.includes(fault)) faults.push(fault);
  };
  const silverSource = dataSetSource(dataSet, analysis.knownConflicts, names);
  const silverWriter = await dataSetWriter(input, silverSource, { silver, gold }, names);
  const { lead, follow: silverFile } = await readTogether(
    dataSet.file,
    (file) =>
      readMerged(file, (chunks) =>
        bestYears(chunks, {
          file: dataSet.key,
          includeAverages: analysis.includeAverages,
          select: QUESTIONS.flatMap((question) => question.series(analysis)),
        }),
      ),
    silverWriter,
  );
  using best = lead;
  const merge = dataSet.faults?.() ?? null;

  const place = { gold, survey, execution: input.execution };
  const questionInput = {
    survey,
    population,
    data: {
      file: dataSet.key,
      rows: best.rows,
      bestYears: best.series,
      observationsOf: (series: string) => best.selected.get(series) ?? [],
    },
    names,
    footnotes: footnotesOfSurvey(survey, files, inputs, addFault),
  };
  const answers = await answerQuestions(analysis, questionInput);
  const written = await updateSilver(
    input,
    files,
    { bronze, silver, gold },
    names,
    merge === null ? undefined : silverSource,
    silverFile && { path: dataSet.path, file: silverFile },
  );
  await listSeries(
    { input, dataSet, files, read: inputs.read, names, series: best.series },
    { bronze, silver, gold },
    addFault,
  );
  if (best.rows === 0) addFault(`${dataSet.key} has a header but no rows`);
  for (const fault of [...(merge === null ? [] : mergeMessages(merge)), ...written.faults]) addFault(fault);

  for (const file of csvFilesOf(answers, questionInput)) {
    await retriedInOrder(names, () => writeCsv(place, file));
  }
  const { knownConflicts } = analysis;
  const { revisions, releases } = await findReleases(
    { survey, execution: input.execution, dataSet, knownConflicts, names },
    { bronze, silver },
    (differences) => writeCsv(place, { name: "revisions.csv", records: () => revisionsCsv(differences) }),
    mostBytesCompared,
  );
  await writeReleaseList(silver, survey, dataSet.path, releases, input.execution);
  const inCsv = await releasesInCsv(silver, releases);
  await writeCsv(place, {
    name: "releases.csv",
    records: () => releasesCsv(silver, releases.slice(0, inCsv)),
  });
  const report: Report = {
    $schema: "report.schema.json",
    version: REPORT_VERSION,
    survey,
    generatedAt: now.toISOString(),
    synthetic: inputs.read.some((read) => read.synthetic),
    execution: input.execution,
    earlier: await earlierReport(place),
    settings: input.settings,
    dataFiles: {
      files: dataSet.parts.map(({ key }) => key),
      choice: describeChoice(survey, analysis),
      largerFile: analysis.largerFile && surveyKey(survey, analysis.largerFile.path),
      seriesLeftOut: merge?.seriesLeftOut ?? 0,
      faults,
    },
    ...answers,
    revisions,
    releases: { rows: releases, inCsv },
    heldFiles: await heldAmong(bronze, inputs.read, [...input.files, input.population]),
    failedFiles: input.failed ?? [],
    lineage: inputs.read,
  };
  const published = await publishFiles(report, place, inputsDigest(input));
  if (faults.length > 0) throw new DataFileMalformed(afterPublishing(faults, published.keys));
  return {
    ...shortAnswers(report),
    unchangedSince: null,
    silver: written.files,
    report: { bucket: gold.name, ...published },
    lineage: report.lineage.map(({ key, versionId, sha256, bytes }) => ({ key, versionId, sha256, bytes })),
  };
}

/**
 * Writes the report as a page and as data, and publishes it. The next run may reuse the report only if nothing
 * is missing from it.
 */
async function publishFiles(
  report: Report,
  place: ReportPlace,
  digest: Record<string, string>,
): ReturnType<typeof publishReport> {
  // Loaded last, so that its charts take no memory while the data files are read.
  const { renderPage } = await import("../report/page/page.ts");
  await writeReportFile(place, "index.html", await renderPage(report));
  await writeReportFile(place, "report.schema.json", reportSchema());
  const isWhole =
    report.dataFiles.faults.length === 0 &&
    report.failedFiles.length === 0 &&
    report.releases.rows.every(({ comparison }) => comparison.outcome !== "pending");
  await writeReportFile(place, "report.json", JSON.stringify(report), isWhole ? digest : {});
  return publishReport(place);
}

async function readText(inputs: Inputs, object: InputObject): Promise<string> {
  return Buffer.concat(await Array.fromAsync(await inputs.open(object))).toString("utf8");
}

function surveyKey(survey: string, path: string): string {
  return `${surveysPrefix}${survey}/${path}`;
}

/** Describes the faults of merged files. */
function mergeMessages({ messages, faults }: MergeFaults): string[] {
  const more = faults - messages.length;
  return more > 0 ? [...messages, `and ${more} more`] : messages;
}

/** How many faults an error message lists. The report lists more. */
const MOST_NAMED = 5;

function afterPublishing(faults: readonly string[], keys: readonly string[]): string {
  const named = faults.slice(0, MOST_NAMED).join("; ");
  const more = faults.length > MOST_NAMED ? `; and ${faults.length - MOST_NAMED} more` : "";
  return `${named}${more}. Everything else was analyzed and published: ${keys.find((key) => key.endsWith("report.json"))}`;
}
