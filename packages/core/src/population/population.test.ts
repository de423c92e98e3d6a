import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PopulationShapeChanged } from "../errors.ts";
import { parsePopulation } from "./population.ts";

const tesseract = (rows: object[], total = rows.length) =>
  JSON.stringify({ columns: ["Nation ID", "Nation", "Year", "Population"], page: { total }, data: rows });
const row = (Year: number, Population: number) => ({ Nation: "United States", Year, Population });

describe("parsePopulation", () => {
  test("reads Tesseract's shape in the order of years", () => {
    expect(parsePopulation(tesseract([row(2014, 314107084), row(2013, 311536594)]))).toEqual([
      { year: 2013, population: 311536594 },
      { year: 2014, population: 314107084 },
    ]);
  });

  test("reads the older shape, whose years are text", () => {
    const legacy = { data: [{ Nation: "United States", Year: "2013", Population: 311536594 }], source: [] };
    expect(parsePopulation(JSON.stringify(legacy))).toEqual([{ year: 2013, population: 311536594 }]);
  });

  test.each([
    ["no JSON", "<html>", /not JSON/],
    ["another shape", '{"rows":[]}', /columns/],
    [
      "states",
      tesseract([{ State: "Alabama", Year: 2013, Population: 4799277 }]),
      /one row a year with Nation/,
    ],
    ["another nation", tesseract([{ ...row(2013, 1), Nation: "Canada" }]), /United States/],
    ["a population of none", tesseract([row(2013, 0)]), /Population/],
    ["the first page only", tesseract([row(2013, 311536594)], 11), /1 of the 11 rows/],
    ["a year twice", tesseract([row(2013, 1), row(2013, 2)]), /2013 twice/],
    ["no year", tesseract([]), /no year/],
  ])("refuses %s and says what was expected", (_, text, message) => {
    expect(() => parsePopulation(text)).toThrow(PopulationShapeChanged);
    expect(() => parsePopulation(text)).toThrow(message);
  });
});

const real = new URL("../../../../../shared/data/population/", import.meta.url);

describe.skipIf(!existsSync(real))("parsePopulation on real answers (skips without ../shared/data)", () => {
  const read = (name: string) => readFileSync(new URL(name, real), "utf8");

  test("reads both shapes alike", () => {
    expect(parsePopulation(read("legacy-api-data-nation.json"))).toEqual(
      parsePopulation(read("tesseract-acs5-nation.json")),
    );
  });

  test("refuses the answer by state", () => {
    expect(() => parsePopulation(read("tesseract-acs5-state-2026-05.json"))).toThrow(
      /State ID, State, Year, Population/,
    );
  });
});
