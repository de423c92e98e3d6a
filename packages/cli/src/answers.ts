/** The answers as text for a terminal. */
import type { AnalysisResult } from "@data-quest/core/analysis/result";
import type { ShortAnswers } from "@data-quest/core/analysis/short-answers";
import { surveyPrefix } from "@data-quest/core/bronze/stored-file";
import { defaultSurvey } from "@data-quest/core/constants";
import { count, formatNumber } from "@data-quest/core/format";
import { terminalTexts } from "@data-quest/core/questions/registry";
import { causeSentence } from "@data-quest/core/report/causes";
import { surveyHeading } from "./survey-heading.ts";
import type { TablePlace } from "./table.ts";
import { type Paint, wrapped } from "./terminal.ts";

/** The answers as lines. Figures are rounded for reading; the report has all digits. */
export function answerLines(
  result: ShortAnswers & Partial<Pick<AnalysisResult, "unchangedSince">>,
  { width, paint }: TablePlace,
): string[] {
  const { survey, dataFiles } = result;
  const { choice, largerFile, seriesLeftOut } = dataFiles;
  const lines = surveyHeading(survey, choice, paint);
  if (seriesLeftOut > 0)
    lines.push(
      `   ${count(seriesLeftOut, "series is", "series are")} left out, because data files contradict each other`,
    );
  if (largerFile !== null)
    lines.push(
      `   ${paint("dim", `A larger file has all data: --data-file ${largerFile.slice(surveyPrefix(survey).length)}`)}`,
    );
  for (const [index, question] of terminalTexts(result, paint).entries()) {
    const title = paint("bold", `${index + 1}. ${question.title}`);
    lines.push("", title, ...question.lines.map((line) => `   ${line}`));
  }
  lines.push(...changeLines(result, paint), ...releaseLines(result, paint));
  if (result.synthetic) {
    const real = survey === defaultSurvey ? " and PRS30006032 in Q01 of 2013 to 2018" : "";
    lines.push(
      "",
      paint("yellow", `The sample's observations are synthetic, except for the population${real}.`),
      paint("yellow", "Use --source live (with --contact) for the real survey."),
    );
  }
  return lines.flatMap((line) => wrapped(line, width));
}

/** What changed. If the run stored no new report, nothing did: the changes in the report are older than the run. */
function changeLines(
  {
    unchangedSince,
    revisions,
    synthetic,
  }: Pick<ShortAnswers, "revisions" | "synthetic"> & Partial<Pick<AnalysisResult, "unchangedSince">>,
  paint: Paint,
): string[] {
  if (unchangedSince)
    return [
      "",
      `Unchanged since ${unchangedSince.execution}: that execution's report is still current, so no new report was stored.`,
    ];
  if (revisions === null) return [];
  const { causes, changed, changedSeries, added, dropped, footnotes } = revisions;
  return [
    "",
    paint("bold", "Changes since the previous version"),
    `   ${count(changed, "value")} of ${count(changedSeries, "series", "series")} changed; ${formatNumber(added)} new, ${formatNumber(dropped)} dropped`,
    ...(footnotes > 0
      ? [
          `   ${count(footnotes, "value is the same but has", "values are the same but have")} different footnotes`,
        ]
      : []),
    ...causes.map((cause) => `   ${causeSentence(cause, synthetic)}`),
  ];
}

/** Lines about the releases that the report compares. Empty if there are fewer than two releases. */
function releaseLines({ releases }: ShortAnswers, paint: Paint): string[] {
  const { recorded, pending, notCompared, oldest } = releases;
  if (recorded < 2 || oldest === null) return [];
  return [
    "",
    paint("bold", "All releases"),
    `   ${count(recorded, "release")} since ${oldest.slice(0, 10)}; the page lists what each one changed`,
    ...(notCompared > 0 ? [`   ${formatNumber(notCompared)} could not be compared; the page says why`] : []),
    ...(pending > 0 ? [`   ${formatNumber(pending)} not compared yet: the next runs will compare them`] : []),
  ];
}
