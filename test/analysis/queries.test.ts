import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLED_POPULATION, sampleFiles } from "@data-quest/bls-replica";
import {
  bestYearsQuery,
  populationQuery,
  type Query,
  seriesWithPopulationQuery,
  tableName,
} from "@data-quest/core/silver/queries";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AnalyzedSurveys, analyzeSurveys, type SurveyFiles } from "./analyzed-surveys.ts";

const bundledPopulation = readFileSync(BUNDLED_POPULATION);
const sample = (survey: string) =>
  new Map([...sampleFiles()].filter(([name]) => name.startsWith(`${survey}.`)));

const header = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";
/** The headline series of `su` has no usual period. Here, the survey has no averages and no footnote file. */
const monthly = [
  header,
  "SUUR0000SA0\t2014\tM02\t1.5\t\n",
  "SUUR0000SA0\t2014\tM03\t2.5\t\n",
  "SUUR0000SA0\t2015\tM02\t-\tR\n",
  "SUUR0000SA0\t2012\tM02\t4\t\n",
  "SUUR0000SA1\t2013\tS01\t-1\t\n",
  "SUUR0000SA1\t2014\tS01\t-1\t\n",
];
/** Here, the headline series of `pr` lacks its usual period, and the data file's name has an apostrophe. */
const annual = [header, "PRS30006032\t2015\tQ02\t1\t\n", "PRS30006032\t2015\tQ05\t3\t\n"];

const surveys: SurveyFiles[] = [
  { survey: "pr", dataFile: "pr.data.0.Current", files: sample("pr") },
  { survey: "cu", dataFile: "cu.data.0.Current", files: sample("cu") },
  {
    survey: "su",
    dataFile: "su.data.1.AllItems",
    files: new Map([["su.data.1.AllItems", monthly.join("")]]),
  },
];

describe("the queries return the report's answers", () => {
  compareWithReports(surveys, bundledPopulation);
});

describe("the queries return the report's answers if the headline series lacks its usual period", () => {
  compareWithReports(
    [{ survey: "pr", dataFile: "pr.data.1.It's", files: new Map([["pr.data.1.It's", annual.join("")]]) }],
    bundledPopulation,
  );
});

const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

describe.skipIf(!existsSync(shared))(
  "the queries return the report's answers for real files (skips without ../shared/data)",
  () => {
    const folder = join(shared, "bls/2025-02/pr");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const files = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
    const population = join(shared, "population/tesseract-acs5-nation.json");
    compareWithReports(
      [{ survey: "pr", dataFile: "pr.data.0.Current", files }],
      existsSync(population) ? readFileSync(population) : "",
    );
  },
);

test("docs/figures.md shows the current queries", () => {
  const page = readFileSync(fileURLToPath(new URL("../../docs/figures.md", import.meta.url)), "utf8");
  expect(page).toContain(populationQuery(tableName("population")).sql);
  expect(page).toContain(bestYearsQuery(tableName("pr"), "pr.data.0.Current").sql);
  const tables = { survey: tableName("pr"), population: tableName("population") };
  expect(page).toContain(seriesWithPopulationQuery("pr", tables, "pr.data.0.Current")?.sql);
});

test("a survey without a headline series has no third query", () => {
  expect(seriesWithPopulationQuery("xx", { survey: "xx", population: "p" }, "xx.data.1")).toBeUndefined();
});

/** Runs the queries for each survey, and compares their rows and columns with the report. */
function compareWithReports(surveys: readonly SurveyFiles[], population: string | Buffer): void {
  const database = "data_quest_test";
  let analyzed: AnalyzedSurveys;
  beforeAll(async () => {
    analyzed = await analyzeSurveys(database, surveys, population);
  });
  afterAll(() => analyzed.close());

  const answers = async ({ sql, columns }: Query) => {
    const rows = await analyzed.rows(sql);
    for (const row of rows) expect(Object.keys(row)).toEqual(columns.map(({ name }) => name));
    return rows;
  };

  test.each(surveys)("$survey", async ({ survey, dataFile }) => {
    const report = analyzed.reports.get(survey);
    if (report === undefined) throw new Error(`${survey} has no report`);

    const { mean, standardDeviation, byYear, years } = report.population;
    const [first, last] = years;
    const people = await answers(populationQuery(tableName("population", database)));
    expect(people.map(({ year, population }) => ({ year, population }))).toEqual(
      byYear.filter(({ year }) => first <= year && year <= last),
    );
    for (const row of people) {
      expect(row.mean).toBeCloseTo(mean, 3);
      expect(row.standard_deviation).toBeCloseTo(standardDeviation, 3);
    }

    // If a year is missing, the query returns nulls, but Analyze fails.
    const tooLong = await answers(populationQuery(tableName("population", database), [1990, last]));
    expect(tooLong.length).toBeGreaterThan(0);
    for (const row of tooLong) expect([row.mean, row.standard_deviation]).toEqual([null, null]);

    const table = tableName(survey, database);
    expect(await answers(bestYearsQuery(table, dataFile))).toEqual(
      report.bestYears.rows
        .filter(({ basis }) => basis !== "none")
        .map(({ seriesId, year, value }) => ({ series_id: seriesId, year, value: Number(value) })),
    );

    const tables = { survey: table, population: tableName("population", database) };
    const third = seriesWithPopulationQuery(survey, tables, dataFile);
    if (third === undefined) throw new Error(`${survey} has no headline series`);
    const answer = report.seriesWithPopulation;
    expect(answer?.rows.length).toBeGreaterThan(0);
    expect(await answers(third)).toEqual(
      answer?.rows.map(({ year, value, population, footnotes }) => ({
        series_id: answer.seriesId,
        year,
        period: answer.period,
        value: value === null ? null : Number(value),
        population,
        footnotes: footnotes === "" ? null : footnotes,
      })),
    );
  });
}
