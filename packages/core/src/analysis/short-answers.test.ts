import { expect, test } from "vitest";
import { reportForTests } from "../report/page/report.test-support.ts";
import { shortAnswers } from "./short-answers.ts";

test("the short answers have at most the latest 50 rows with a population", () => {
  const report = reportForTests();
  if (report.seriesWithPopulation === null) throw new Error("no series was chosen");
  const rows = Array.from({ length: 80 }, (_, index) => ({
    year: 1940 + index,
    value: "1",
    population: index < 60 ? index : null,
    footnotes: "",
  }));
  const { seriesWithPopulation } = shortAnswers({
    ...report,
    seriesWithPopulation: { ...report.seriesWithPopulation, rows },
  });
  expect(seriesWithPopulation?.observations).toBe(80);
  expect(seriesWithPopulation?.rows.map(({ year }) => year)).toEqual(
    Array.from({ length: 50 }, (_, index) => 1950 + index),
  );
});
