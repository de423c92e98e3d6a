import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PopulationShapeChanged } from "../errors.ts";
import { parsePopulation } from "./population.ts";

const tesseract = (rows: object[], total = rows.length) =>
  JSON.stringify({ columns: ["Nation ID", "Nation", "Year", "Population"], page: { total }, data: rows });
const row = (Year: number, Population: number) => ({ Nation: "United States", Year, Population });

describe("parsePopulation", () => {
  test("reads Tesseract's format and sorts the rows by year", () => {
    expect(parsePopulation(tesseract([row(2014, 314107084), row(2013, 311536594)]))).toEqual([
      { year: 2013, population: 311536594 },
      { year: 2014, population: 314107084 },
    ]);
  });

  test("reads a response with a byte order mark", () => {
    expect(parsePopulation(`\uFEFF${tesseract([row(2013, 311536594)])}`)).toEqual([
      { year: 2013, population: 311536594 },
    ]);
  });

  test("reads the older format, in which years are strings", () => {
    const legacy = { data: [{ Nation: "United States", Year: "2013", Population: 311536594 }], source: [] };
    expect(parsePopulation(JSON.stringify(legacy))).toEqual([{ year: 2013, population: 311536594 }]);
  });

  test.each([
    ["not JSON", "<html>", /not JSON/],
    ["rows under a different key", '{"rows":[]}', /columns: .*expected array.*its keys are rows/],
    [
      "an array of arrays",
      '[["NAME","B01003_001E"],["United States","331000000"]]',
      /expected object, received array/,
    ],
    [
      "a null population",
      JSON.stringify({
        columns: ["Nation", "Year", "Population"],
        data: [row(2013, 1), { ...row(2014, 1), Population: null }],
      }),
      /data\.1\.Population: .*expected number, received null(?!.*its columns)/,
    ],
    [
      "five populations that are strings",
      JSON.stringify({
        columns: ["Nation", "Year", "Population"],
        data: Array.from({ length: 5 }, (_, index) => ({ ...row(2013 + index, 1), Population: "1" })),
      }),
      /data\.0\.Population: .*expected number, received string; .*data\.2\..*; and 2 more/,
    ],
    [
      "the older format with a numeric year",
      JSON.stringify({ data: [row(2013, 1)], source: [] }),
      /data\.0\.Year: .*expected string, received number/,
    ],
    [
      "states",
      tesseract([{ State: "Alabama", Year: 2013, Population: 4799277 }]),
      /one row per year with Nation/,
    ],
    ["another nation", tesseract([{ ...row(2013, 1), Nation: "Canada" }]), /United States/],
    ["a population of zero", tesseract([row(2013, 0)]), /Population/],
    ["the first page only", tesseract([row(2013, 311536594)], 11), /1 of the 11 rows/],
    ["a repeated year", tesseract([row(2013, 1), row(2013, 2)]), /2013 twice/],
    ["no years", tesseract([]), /no year/],
  ])("refuses %s and says what was expected", (_, text, message) => {
    expect(() => parsePopulation(text)).toThrow(PopulationShapeChanged);
    expect(() => parsePopulation(text)).toThrow(message);
  });
});

const real = new URL("../../../../../shared/data/population/", import.meta.url);

describe.skipIf(!existsSync(real))("parsePopulation on real responses (skips without ../shared/data)", () => {
  const read = (name: string) => readFileSync(new URL(name, real), "utf8");

  test("reads both formats with the same result", () => {
    expect(parsePopulation(read("legacy-api-data-nation.json"))).toEqual(
      parsePopulation(read("tesseract-acs5-nation.json")),
    );
  });

  test("refuses a response broken down by state", () => {
    expect(() => parsePopulation(read("tesseract-acs5-state-2026-05.json"))).toThrow(
      /State ID, State, Year, Population/,
    );
  });
});

const cases = new URL("../../../../../shared/cases/population/", import.meta.url);

describe.skipIf(!existsSync(cases))(
  "parsePopulation on odd responses (skips without ../shared/cases)",
  () => {
    const parse = (name: string) => () => parsePopulation(readFileSync(new URL(name, cases), "utf8"));

    test("reads a response with a byte order mark", () => {
      expect(parse("t-bom.json")()).toHaveLength(11);
    });

    test.each([
      ["census.json", /expected object, received array/],
      ["t-nested.json", /data: .*expected array, received undefined.*its keys are result/],
      ["t-null.json", /data\.\d+\.Population: .*received null/],
      ["t-popstring.json", /data\.0\.Population: .*received string/],
    ])("says what is wrong with %s", (name, message) => {
      expect(parse(name)).toThrow(PopulationShapeChanged);
      expect(parse(name)).toThrow(message);
    });
  },
);

test("a refusal quotes only the first few columns or keys of a response, and only the beginning of each", () => {
  const names = Array.from({ length: 50_000 }, (_, index) => `column ${index}`);
  const longest = "k".repeat(500_000);
  for (const response of [{ columns: names, data: 1 }, { columns: [longest], data: 1 }, { [longest]: 1 }]) {
    const text = JSON.stringify(response);
    expect(() => parsePopulation(text)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,2000}$/s) }),
    );
  }
  expect(() => parsePopulation(JSON.stringify({ columns: names, data: 1 }))).toThrow(
    "its columns are column 0, column 1, column 2, column 3, column 4, column 5, column 6, column 7, column 8, column 9, and 49990 more",
  );
});

test("a list of more than 1,000 entries is refused before any entry is checked", () => {
  const wrong = Array.from({ length: 1001 }, () => ({ Nation: 1 }));
  for (const [response, list] of [
    [{ columns: wrong, data: [] }, "columns"],
    [{ columns: ["Nation"], data: wrong }, "data"],
    [{ source: [], data: wrong }, "data"],
  ] as const) {
    const parse = () => parsePopulation(JSON.stringify(response));
    expect(parse).toThrow(`${list}: more than 1000 entries`);
    expect(parse).toThrow(expect.not.objectContaining({ message: expect.stringMatching(/\.0/) }));
  }
});
