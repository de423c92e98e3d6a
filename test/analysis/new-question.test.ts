import { reportLineage } from "@data-quest/console/report-lineage";
import { analyze } from "@data-quest/core/analysis/analyze";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { completeSettings } from "@data-quest/core/mirror/discover";
import { terminalTexts } from "@data-quest/core/questions/registry";
import { Report } from "@data-quest/core/report/report";
import { ExecutionInput, Settings } from "@data-quest/core/workflow";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { analysisInput, openWarehouse, type Warehouse } from "./warehouse.ts";

// Besides its own folder, a new question needs only an entry in each of these two lists.
vi.mock("@data-quest/core/questions/list", async (importOriginal) => {
  const { QUESTIONS } = await importOriginal<typeof import("@data-quest/core/questions/list")>();
  const { largestSum } = await import("./fourth-question/question.ts");
  return { QUESTIONS: [...QUESTIONS, largestSum] };
});

vi.mock("@data-quest/core/questions/answering-list", async (importOriginal) => {
  const { ANSWERINGS } = await importOriginal<typeof import("@data-quest/core/questions/answering-list")>();
  const { largestSumAnswering } = await import("./fourth-question/answering.ts");
  return { ANSWERINGS: [...ANSWERINGS, largestSumAnswering] };
});

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
});
afterEach(() => warehouse.close());

test("a new question needs only a folder and entries in two lists to be in the report and all other outputs", async () => {
  const { put, buckets, read } = warehouse;
  const data = "series_id\tyear\tperiod\tvalue\tfootnote_codes\nXXA\t2019\tM02\t7\t\nXXB\t2019\tM01\t8.5\t\n";
  const files = [await put("bls/xx/xx.data.0.Current", data)];
  const population = await put(
    "usa-api-sync/population/nation_population.json",
    JSON.stringify({
      source: [],
      data: ["2019", "2020"].map((Year) => ({ Nation: "United States", Year, Population: 100 })),
    }),
  );
  const input = analysisInput(files, population);
  const asked = ExecutionInput.parse({ survey: "xx", analysis: { above: 8 } });
  const { analysis } = completeSettings(asked, { concurrency: 4, maxRemovedShare: 0.25 }, [
    { path: "xx.data.0.Current", bytes: data.length },
  ]);
  expect(Settings.shape.analysis.parse(analysis)).toMatchObject({ above: 8, includeAverages: false });
  expect(() => ExecutionInput.parse({ analysis: { below: 8 } })).toThrow("below");
  const settings = { ...input.settings, analysis: { ...analysis, ...input.settings.analysis } };

  const result = await analyze({ ...input, settings }, buckets, new Date());

  expect(AnalysisResult.parse(result)).toMatchObject({ largestSum: { seriesId: "XXB" } });
  expect(result.report.keys).toContain("reports/xx/latest/largest-sum.csv");
  const file = async (name: string) => (await read("gold", `reports/xx/latest/${name}`)).text;
  expect(Report.parse(JSON.parse(await file("report.json")))).toMatchObject({
    settings: { analysis: { above: 8 } },
    largestSum: { seriesId: "XXB", value: "8.5", above: 8 },
  });
  expect(await file("report.schema.json")).toContain('"largestSum"');
  expect(await file("largest-sum.csv")).toContain("XXB,8.5");
  const page = await file("index.html");
  for (const part of [
    '<a class="answer" href="#largest-sum"><h2>Which sum is the largest?</h2></a>',
    '<a href="#largest-sum">Largest sum</a>',
    '<section id="largest-sum"><p>8.5</p></section>',
    "sums above 8",
    '<a href="largest-sum.csv">largest-sum.csv</a>',
  ])
    expect(page).toContain(part);
  const { figures } = reportLineage(JSON.parse(await file("report.json")), "");
  expect(figures.at(-1)).toEqual({
    question: "Largest sum",
    label: "Largest sum of a year",
    value: "8.5",
    inputs: ["bls/xx/xx.data.0.Current"],
  });
  expect(terminalTexts(result, (_, text) => text).at(-1)).toEqual({
    title: "Largest sum",
    lines: ["by XXB"],
  });
});
