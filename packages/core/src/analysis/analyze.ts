/** The Analyze step: reads exact object versions, answers the three questions and writes the report. */
import { type BestYears, bestYears } from "../bls-file/best-years.ts";
import type { SeriesNames } from "../bls-file/names.ts";
import type { Basis } from "../bls-file/periods.ts";
import { AnalysisImpossible } from "../errors.ts";
import { parsePopulation, type YearlyPopulation } from "../population/population.ts";
import { bestYearsCsv } from "../report/best-years-csv.ts";
import { csvFile } from "../report/csv.ts";
import { renderPage } from "../report/page/page.ts";
import { populationByYearCsv } from "../report/population-by-year-csv.ts";
import { publishReport, writeReportFile } from "../report/publish.ts";
import { MOST_SERIES_LISTED, REPORT_VERSION, type Report, reportSchema } from "../report/report.ts";
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
import { populationStatistics } from "./population.ts";
import type { AnalysisInput, AnalysisResult } from "./result.ts";
import { findRevisions } from "./revisions.ts";
import { seriesWithPopulation } from "./series-with-population.ts";
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
  const statistics = populationStatistics(population, analysis.years);
  using best = await bestYears(await inputs.open(dataFile), {
    file: dataFile.key,
    includeAverages: analysis.includeAverages,
    ...(analysis.series !== null && { select: { series: analysis.series, period: analysis.period } }),
  });
  if (analysis.series !== null && best.selected.length === 0) {
    throw new AnalysisImpossible(
      `${dataFile.key} has no row of series ${analysis.series} in period ${analysis.period}: ` +
        "choose another series or period (analysis.series, analysis.period)",
    );
  }
  const names = await readSurveyNames(survey, files, inputs);
  const written = await updateSilver(input, files, { bronze, silver, gold }, names);

  const place = { gold, survey, execution: input.execution };
  await writeReportFile(place, "best-years.csv", csvFile(bestYearsCsv(best.series, names)));
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
    population: { ...statistics, byYear: population },
    bestYears: listBestYears(dataFile, best, names),
    seriesWithPopulation: joined(input, best, names, population),
    revisions,
    lineage: inputs.read,
  };
  await writeReportFile(place, "population-by-year.csv", csvFile(populationByYearCsv(report)));
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

function listBestYears(dataFile: InputObject, best: BestYears, names: SeriesNames): Report["bestYears"] {
  const byBasis: Record<Basis, number> = { months: 0, quarters: 0, halves: 0, annual: 0, all: 0 };
  const rows: Report["bestYears"]["rows"] = [];
  const byYear = new Map<number, number>();
  let series = 0;
  let tied = 0;
  for (const row of best.series) {
    series++;
    byBasis[row.basis]++;
    byYear.set(row.year, (byYear.get(row.year) ?? 0) + 1);
    if (row.ties.length > 0) tied++;
    if (series <= MOST_SERIES_LISTED) rows.push({ ...row, names: names.of(row.seriesId) });
  }
  return {
    dataFile: dataFile.key,
    observations: best.rows,
    series,
    byBasis,
    tied,
    byYear: [...byYear].sort(([a], [b]) => a - b).map(([year, found]) => ({ year, series: found })),
    nameColumns: names.columns,
    complete: rows.length === series,
    rows,
  };
}

function joined(
  { settings }: AnalysisInput,
  best: BestYears,
  names: SeriesNames,
  population: YearlyPopulation[],
): Report["seriesWithPopulation"] {
  const { series, period } = settings.analysis;
  if (series === null) return null;
  return {
    seriesId: series,
    period,
    names: names.of(series),
    rows: seriesWithPopulation(best.selected, population),
  };
}
