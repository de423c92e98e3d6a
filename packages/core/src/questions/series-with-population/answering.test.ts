import { describe, expect, test } from "vitest";
import { NO_NAMES } from "../../bls-file/names.ts";
import type { QuestionInput } from "../answering.ts";
import { seriesWithPopulationAnswering } from "./answering.ts";
import { seriesWithPopulation } from "./question.ts";

/** The question's input for a data file with one series that has these periods. */
function inputOf(survey: string, series: string, periods: string[]): QuestionInput {
  const observations = periods.map((period) => ({ year: 2020, period, value: "1", footnotes: "" }));
  return {
    survey,
    population: [{ year: 2020, population: 100 }],
    data: {
      file: "the file",
      rows: periods.length,
      bestYears: [],
      observationsOf: (id) => (id === series ? observations : []),
    },
    names: NO_NAMES,
    footnotes: async () => ({}),
  };
}

async function periodOf(
  input: QuestionInput,
  asked: { series?: string | null; period?: string },
): Promise<string | null> {
  const settings = seriesWithPopulation.complete(asked, input.survey);
  const answer = seriesWithPopulation.answer.parse(
    await seriesWithPopulationAnswering.answer(input, settings),
  );
  return answer && `${answer.seriesId} ${answer.period}`;
}

describe("question 3", () => {
  test.each([
    ["pr", "PRS30006032", ["Q01", "Q05"], "PRS30006032 Q01"],
    ["cu", "CUUR0000SA0", ["M01", "M12", "M13"], "CUUR0000SA0 M13"],
    ["cu", "CUUR0000SA0", ["M02", "M01"], "CUUR0000SA0 M01"],
    ["ln", "LNS14000000", ["M03", "M02"], "LNS14000000 M02"],
    ["cu", "CUUR0000XX", ["M01"], null],
    ["zz", "ZZ1", ["M01"], null],
  ])("with survey %s, series %s, and periods %j, chooses %s", async (survey, series, periods, expected) => {
    expect(await periodOf(inputOf(survey, series, periods), {})).toBe(expected);
  });

  test("finds a period of the requested series, and is left out if the series is null", async () => {
    expect(await periodOf(inputOf("zz", "ZZ1", ["Q02", "S02"]), { series: "ZZ1" })).toBe("ZZ1 Q02");
    expect(await periodOf(inputOf("pr", "PRS30006032", ["Q01"]), { series: null })).toBeNull();
  });

  test.each([
    ["zz", { series: "ZZ2" }, "the file has no row of series ZZ2: choose another"],
    [
      "zz",
      { series: "ZZ1", period: "M02" },
      "the file has no row of series ZZ1 in period M02: choose another",
    ],
    ["pr", { period: "M02" }, "the file has no row of series PRS30006032 in period M02"],
  ])("is impossible for %s if the request is %j", async (survey, asked, message) => {
    const series = survey === "pr" ? "PRS30006032" : "ZZ1";
    await expect(periodOf(inputOf(survey, series, ["M01"]), asked)).rejects.toThrow(message);
  });
});
