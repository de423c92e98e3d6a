import { shortAnswers } from "@data-quest/core/analysis/short-answers";
import { bestYearsForTests, reportForTests } from "@data-quest/core/report/page/report.test-support";
import { expect, test } from "vitest";
import { answerLines } from "./answers.ts";

const paint = (_style: unknown, text: string) => text;
const file = { width: Number.POSITIVE_INFINITY, paint };

test.each([
  [{ quarters: 4, annual: 1 }, "4 quarterly, 1 annual only"],
  [{ all: 5 }, "5 from all periods, averages included"],
  [{ months: 3, none: 2 }, "3 monthly, 2 without values"],
])("the answers say what the best years were computed from: %j", (counts, words) => {
  const bestYears = bestYearsForTests(5);
  const byBasis = { months: 0, quarters: 0, halves: 0, annual: 0, all: 0, none: 0, ...counts };
  const report = reportForTests({ bestYears: { ...bestYears, byBasis } });
  const lines = answerLines(shortAnswers(report), file);
  expect(lines).toContain(`   5 series from 600 observations: ${words}; 1 tied`);
});

test("the answers show the survey, the data file, and a larger data file", () => {
  const report = reportForTests();
  const { dataFiles } = report;
  const lines = answerLines(
    shortAnswers({
      ...report,
      dataFiles: { ...dataFiles, choice: "pr.data.0.Current", largerFile: "bls/pr/pr.data.1.AllData" },
    }),
    file,
  );
  expect(lines.slice(0, 3)).toEqual([
    "Major Sector Productivity and Costs (pr)",
    "Data: pr.data.0.Current",
    "   A larger file has all data: --data-file pr.data.1.AllData",
  ]);
});

test("no word is broken on a narrow terminal", () => {
  const answers = shortAnswers(reportForTests());
  const words = (lines: readonly string[]) => lines.join(" ").split(/\s+/);
  const lines = answerLines(answers, { width: 50, paint });
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(50);
  expect(words(lines)).toEqual(words(answerLines(answers, file)));
});

test("a run that stored no new report shows no changes, because those in the report are older than the run", () => {
  const answers = shortAnswers(reportForTests());
  const unchangedSince = {
    execution: "2026-09-03T12-30-00Z-1f3a",
    startTime: "2026-09-03T12:30:00.000Z",
  };
  expect(answerLines(answers, file).join("\n")).toContain("Changes since the previous version");
  const lines = answerLines({ ...answers, unchangedSince }, file).join("\n");
  expect(lines).toContain(
    "Unchanged since 2026-09-03T12-30-00Z-1f3a: that execution's report is still current",
  );
  expect(lines).not.toContain("Changes since the previous version");
});
