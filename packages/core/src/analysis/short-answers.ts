/** A report's answers in short form, small enough for a state's output and a terminal. */
import { type ShortAnswersOfQuestions, shortenAnswers } from "../questions/registry.ts";
import type { Report } from "../report/report.ts";
import type { AnalysisResult } from "./result.ts";

export type ShortAnswers = ShortAnswersOfQuestions &
  Pick<AnalysisResult, "survey" | "dataFiles" | "revisions" | "releases" | "synthetic">;

export function shortAnswers(report: Report): ShortAnswers {
  const { choice, largerFile, seriesLeftOut } = report.dataFiles;
  return {
    survey: report.survey,
    dataFiles: { choice, largerFile, seriesLeftOut },
    ...shortenAnswers(report),
    revisions: revised(report.revisions),
    releases: countReleases(report.releases.rows),
    synthetic: report.synthetic,
  };
}

function revised(revisions: Report["revisions"]): ShortAnswers["revisions"] {
  if (revisions.outcome !== "compared") return null;
  const { previous, causes, changed, added, dropped, footnotes, changedSeries } = revisions;
  return {
    previousVersionIds: previous.map(({ versionId }) => versionId),
    causes: [...new Set(causes.map(({ cause }) => cause))],
    changed,
    added,
    dropped,
    footnotes,
    changedSeries,
  };
}

function countReleases(rows: Report["releases"]["rows"]): ShortAnswers["releases"] {
  const count = (wanted: string) => rows.filter(({ comparison }) => comparison.outcome === wanted).length;
  return {
    recorded: rows.length,
    pending: count("pending"),
    notCompared: count("not compared"),
    oldest: rows.at(-1)?.storedAt ?? null,
  };
}
