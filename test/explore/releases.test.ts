import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { analyze } from "@data-quest/core/analysis/analyze";
import { Report } from "@data-quest/core/report/report";
import type { SyncResult } from "@data-quest/core/workflow";
import { openReleases, readRevisions } from "@data-quest/explore/read-revisions";
import { changeBetween, dateOf, firstValue, lastValue, revisionsCsv } from "@data-quest/explore/revisions";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { analysisInput, openWarehouse, type Warehouse } from "../analysis/warehouse.ts";
import { type SilverServer, serveSilver } from "./silver-server.ts";

const real = fileURLToPath(new URL("../../../shared/data/bls", import.meta.url));
const PATH = "xx.data.0.Current";
const POPULATION = JSON.stringify({
  source: [],
  data: [2019, 2020].map((Year) => ({ Nation: "United States", Year: `${Year}`, Population: 100 })),
});

let warehouse: Warehouse;
let population: SyncResult;
let silver: SilverServer;

async function open() {
  warehouse = await openWarehouse();
  population = await warehouse.put("usa-api-sync/population/nation_population.json", POPULATION);
  silver = await serveSilver(warehouse.buckets.silver);
}
async function close() {
  silver.close();
  await warehouse.close();
}

/** Stores a release of the data file and analyzes it. */
async function release(body: string | Buffer, hour: number, modified: string, series: object = {}) {
  const file = await warehouse.put(`bls/xx/${PATH}`, body, {
    execution: `run-${hour}`,
    "last-modified": new Date(modified).toUTCString(),
  });
  const input = analysisInput([file], population, hour, series);
  return analyze(input, warehouse.buckets, new Date());
}

describe.skipIf(!existsSync(real))("the real vintages of pr (skips without ../shared/data)", () => {
  const vintages = ["2025-02", "2026-05", "2026-06"];
  beforeAll(async () => {
    await open();
    for (const [index, vintage] of vintages.entries())
      await release(
        readFileSync(join(real, vintage, "pr/pr.data.0.Current")),
        index + 1,
        `${vintage}-06T13:30:00Z`,
        { series: "PRS30006032", period: "Q01" },
      );
  });
  afterAll(close);

  // The counts were computed by a Python script from the same files.
  test("have the number of differences that was computed independently", async () => {
    const { text } = await warehouse.read("gold", "reports/xx/latest/report.json");
    const { releases } = Report.parse(JSON.parse(text));
    expect(releases.rows.map(({ comparison }) => comparison)).toMatchObject([
      { outcome: "compared", changed: 1376, added: 351, dropped: 0, footnotes: 143, changedSeries: 198 },
      { outcome: "compared", changed: 15916, added: 1230, dropped: 0, footnotes: 12, changedSeries: 270 },
      { outcome: "first" },
    ]);
    expect(releases.inCsv).toBe(3);
    const csv = (await warehouse.read("gold", "reports/xx/latest/releases.csv")).text.trim().split("\r\n");
    expect(csv).toHaveLength(1 + 1376 + 351 + 143 + 15916 + 1230 + 12);
    expect(csv.filter((line) => line.includes(",PRS30006013,2020,Q05,"))).toEqual([
      expect.stringContaining(",PRS30006013,2020,Q05,changed,97.363,97.410,0.047,,"),
      expect.stringContaining(",PRS30006013,2020,Q05,changed,97.432,97.363,-0.069,,"),
    ]);
  });

  test("yield a series' values in every release since the first, in a few small requests", async () => {
    silver.sent.length = 0;
    const releases = await openReleases("xx", PATH, silver.address);
    const { rows, unknown, unread, since } = await readRevisions(releases, "PRS85006092");
    expect(silver.sent.length).toBeLessThan(25);
    expect({ unknown, unread, since: since && dateOf(since) }).toEqual({
      unknown: 0,
      unread: 0,
      since: "2025-02-06",
    });
    const row = (year: number, period: string) =>
      rows.find((each) => each.year === year && each.period === period);
    const valuesOf = (year: number, period: string) =>
      row(year, period)?.revisions.map(({ release: of, kind, before, after, footnotesAfter }) =>
        [dateOf(of), kind, before, after, footnotesAfter].join(" "),
      );
    expect(valuesOf(2025, "Q04")).toEqual(["2026-05-06 added  1.8 R", "2026-06-06 changed 1.8 1.6 "]);
    expect(valuesOf(2024, "Q02")).toEqual(["2026-05-06 changed 2.1 3.7 "]);
    expect(valuesOf(2026, "Q01")).toEqual(["2026-06-06 added  0.3 R"]);
    const quarter = row(2025, "Q04");
    if (quarter === undefined) throw new Error("no revisions");
    expect([firstValue(quarter), lastValue(quarter)]).toEqual(["1.8", "1.6"]);
    expect(changeBetween(firstValue(quarter), lastValue(quarter))).toBe("-0.2");
  });
});

describe("the revisions of a series", () => {
  beforeEach(open);
  afterEach(close);
  const fileOf = (...rows: string[]) =>
    `series_id\tyear\tperiod\tvalue\tfootnote_codes\n${rows.map((row) => `${row.replaceAll(" ", "\t")}\n`).join("")}`;

  test("exclude other series, start with the latest observation, and include observations that were dropped and added again", async () => {
    await release(fileOf("XXA 2019 M02 1 ", "XXA 2020 M02 1.25 P", "XXB 2020 M01 9 "), 1, "2026-01-05");
    await release(fileOf("XXA 2019 M02 1 ", "XXA 2020 M02 1.25 ", "XXB 2020 M01 8 "), 2, "2026-02-05");
    await release(fileOf("XXA 2019 M02 1 ", "XXB 2020 M01 7 "), 3, "2026-03-05");
    await release(fileOf("XXA 2019 M02 2 ", "XXA 2020 M02 -3 ", "XXB 2020 M01 7 "), 4, "2026-04-05");
    const releases = await openReleases("xx", PATH, silver.address);
    const revisions = await readRevisions(releases, "XXA");
    expect(revisions.rows.map(({ year, period }) => `${year} ${period}`)).toEqual(["2020 M02", "2019 M02"]);
    expect(
      revisionsCsv([revisions]).replaceAll(/,2026-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z,(?=[a-z])/g, ",T,"),
    ).toBe(
      [
        "series_id,year,period,published_at,stored_at,kind,before,after,footnotes_before,footnotes_after",
        "XXA,2020,M02,2026-02-05T00:00:00.000Z,T,footnotes,1.25,1.25,P,",
        "XXA,2020,M02,2026-03-05T00:00:00.000Z,T,dropped,1.25,,,",
        "XXA,2020,M02,2026-04-05T00:00:00.000Z,T,added,,-3.00,,",
        "XXA,2019,M02,2026-04-05T00:00:00.000Z,T,changed,1.00,2.00,,",
        "",
      ].join("\r\n"),
    );
    expect((await readRevisions(releases, "XXC")).rows).toEqual([]);
  });

  test("include the number of releases whose differences are lost, and stay readable without them", async () => {
    for (const [index, value] of ["1", "2", "3"].entries())
      await release(fileOf(`XXA 2019 M02 ${value} `), index + 1, `2026-0${index + 1}-05`);
    const [newest] = (await openReleases("xx", PATH, silver.address)).all;
    await warehouse.remove("silver", String(newest?.comparison.differences));
    const revisions = await readRevisions(await openReleases("xx", PATH, silver.address), "XXA");
    expect(revisions.unknown).toBe(1);
    expect(revisions.rows.map(({ revisions: [only] }) => only?.after)).toEqual(["2"]);
  });

  test("are missing if no run has recorded releases", async () => {
    await expect(openReleases("xx", PATH, silver.address)).rejects.toMatchObject({ name: "FileMissing" });
  });
});
