import { analyze } from "@data-quest/core/analysis/analyze";
import { putObject } from "@data-quest/core/storage/objects";
import {
  openSurvey,
  readList,
  readListed,
  readObservations,
  searchLargeList,
} from "@data-quest/explore/silver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { analysisInput, openWarehouse, type Warehouse } from "../analysis/warehouse.ts";
import { type SilverServer, serveSilver } from "./silver-server.ts";

const SERIES = 40_000;
const idOf = (series: number) => `XXLONGSERIESID${100_000 + series}`;
/** The published value of a series in a year. The values have few digits in common. */
const publishedValue = (series: number, year: number) =>
  series === 7 && year === 2001 ? "0.9" : `${((series * 7919 + year * 104_729) % 1_000_003) / 10}`;
/** A value with more digits than a floating-point number can represent. */
const EXACT = "1234567890123456789.1";

let warehouse: Warehouse;
let silver: SilverServer;

beforeAll(async () => {
  warehouse = await openWarehouse();
  silver = await serveSilver(warehouse.buckets.silver);

  const years = [2001, 2002, 2003, 2004, 2005, 2006];
  const rows = Array.from({ length: SERIES }, (_, series) =>
    years.map(
      (year) =>
        `${idOf(series)}\t${year}\tA01\t${publishedValue(series, year)}\t${year === 2006 ? "R" : ""}\n`,
    ),
  ).flat();
  const header = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n";
  const series = Array.from(
    { length: SERIES },
    (_, number) => `${idOf(number)}\tItem ${number % 50}\tAll of item ${number % 50}\t2001\tA01\t2006\tA01\n`,
  );
  const { put } = warehouse;
  const files = [
    await put("bls/xx/xx.data.0.Current", header + rows.join("")),
    await put(
      "bls/xx/xx.series",
      `series_id\titem_code\tseries_title\tbegin_year\tbegin_period\tend_year\tend_period\n${series.join("")}`,
    ),
    await put("bls/xx/xx.footnote", "footnote_code\tfootnote_text\nR\trevised\n"),
  ];
  const population = await put(
    "usa-api-sync/population/nation_population.json",
    JSON.stringify({
      source: [],
      data: [2019, 2020].map((Year) => ({ Nation: "United States", Year: `${Year}`, Population: 100 })),
    }),
  );
  const chosen = { series: idOf(7), period: "A01" };
  await analyze(analysisInput(files, population, 1, chosen), warehouse.buckets, new Date());
  const wide = [`${header}ZZA\t2001\tA01\t${EXACT}\t\n`, `ZZA\t2002\tA01\t-${EXACT}25\t\n`].join("");
  const input = analysisInput([await put("bls/zz/zz.data.0.Current", wide)], population, 1);
  const settings = {
    ...input.settings,
    survey: "zz",
    analysis: { ...input.settings.analysis, dataFile: ["zz.data.0.Current"], series: null, period: null },
  };
  await analyze({ ...input, settings }, warehouse.buckets, new Date());
});
afterAll(async () => {
  silver.close();
  await warehouse.close();
});

test("reading one of many series transfers few bytes, and returns its names, footnotes, and exact values", async () => {
  for (const number of [0, 7, SERIES / 2, SERIES - 1]) {
    silver.sent.length = 0;
    const survey = await openSurvey("xx", silver.address);
    const observations = await readObservations(survey, idOf(number));
    const published = [2001, 2002, 2003, 2004, 2005, 2006].map((year) => publishedValue(number, year));
    const decimals = Math.max(...published.map((value) => value.split(".")[1]?.length ?? 0));
    expect(observations.map(({ value }) => value)).toEqual(
      published.map((value) => Number(value).toFixed(decimals)),
    );
    expect(observations.map(({ year }) => year)).toEqual([2001, 2002, 2003, 2004, 2005, 2006]);
    expect(observations.at(-1)?.footnotes).toBe("R");
    expect(await readListed(survey, idOf(number))).toMatchObject({
      id: idOf(number),
      names: { item: `Item ${number % 50}` },
      begin: "2001 A01",
      end: "2006 A01",
    });
    const moved = silver.sent.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(moved).toBeLessThan(700_000);
  }
  const survey = await openSurvey("xx", silver.address);
  expect((await readObservations(survey, idOf(7)))[0]?.value).toBe("0.9");
  expect(await readObservations(survey, "XXA")).toEqual([]);
});

test("values of up to 38 digits are exact, and all values of a series have the same number of decimal places", async () => {
  const survey = await openSurvey("zz", silver.address);
  expect((await readObservations(survey, "ZZA")).map(({ value }) => value)).toEqual([
    `${EXACT}00`,
    `-${EXACT}25`,
  ]);
});

test("the list of series has counts, footnotes, and columns, and is read completely or by ID prefix and column values", async () => {
  const survey = await openSurvey("xx", silver.address);
  expect(survey.facts).toMatchObject({ series: SERIES, footnotes: { R: "revised" } });
  expect(survey.facts.columns.map(({ name, values }) => [name, values?.length])).toEqual([
    ["item", 50],
    ["title", 50],
  ]);
  expect(await readList(survey)).toHaveLength(SERIES);
  const byId = await searchLargeList(survey, "XXLONGSERIESID10123", {}, 200);
  expect(byId.found.map(({ id }) => id)).toEqual(
    Array.from({ length: 10 }, (_, last) => `XXLONGSERIESID10123${last}`),
  );
  expect(byId.isWhole).toBe(true);
  const both = await searchLargeList(survey, "XXLONGSERIESID101", { item: "Item 7" }, 200);
  expect(both.found).toHaveLength(20);
  expect(both.found.every(({ names }) => names.item === "Item 7")).toBe(true);
  expect(await searchLargeList(survey, "", { item: "Item 7" }, 5)).toMatchObject({ isWhole: false });
  expect(await searchLargeList(survey, "YY", {}, 5)).toEqual({ found: [], isWhole: true });
});

test("a missing file is distinguished from one that is replaced while it is read", async () => {
  await expect(openSurvey("yy", silver.address)).rejects.toMatchObject({ name: "FileMissing" });
  const survey = await openSurvey("xx", silver.address);
  await survey.observations();
  const key = "bls/xx/data_file=xx.data.0.Current/data.parquet";
  const { bytes } = await warehouse.read("silver", key);
  await putObject(warehouse.buckets.silver, key, Buffer.concat([bytes, Buffer.alloc(1)]), {});
  await expect(readObservations(survey, idOf(3))).rejects.toMatchObject({ name: "FileChanged" });
});
