/** A report's answers in short, small enough for a state's output and a terminal. */
import type { Report } from "../report/report.ts";
import type { AnalysisResult } from "./result.ts";

/** How many rows of the chosen series are among the short answers. */
const MOST_ROWS = 50;

export type ShortAnswers = Pick<
  AnalysisResult,
  "population" | "bestYears" | "seriesWithPopulation" | "revisions" | "synthetic"
>;

/** The short form of a report's answers. */
export function shortAnswers(report: Report): ShortAnswers {
  const { years, mean, standardDeviation } = report.population;
  const { dataFile, observations, series, byBasis, tied } = report.bestYears;
  return {
    population: { years, mean, standardDeviation },
    bestYears: { dataFile, observations, series, byBasis, tied },
    seriesWithPopulation: chosenSeries(report.seriesWithPopulation),
    revisions: revised(report.revisions),
    synthetic: report.synthetic,
  };
}

function chosenSeries(chosen: Report["seriesWithPopulation"]): ShortAnswers["seriesWithPopulation"] {
  if (chosen === null) return null;
  const { seriesId, period, rows } = chosen;
  const known = rows.flatMap(({ year, value, population }) =>
    population === null ? [] : [{ year, value, population }],
  );
  return { seriesId, period, observations: rows.length, rows: known.slice(-MOST_ROWS) };
}

function revised(revisions: Report["revisions"]): ShortAnswers["revisions"] {
  if (revisions.outcome !== "compared") return null;
  const { previous, changed, added, dropped, changedSeries } = revisions;
  return { previousVersionId: previous.versionId, changed, added, dropped, changedSeries };
}
