import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { BUNDLED_POPULATION } from "@data-quest/bls-replica";
import { stateMachineArn } from "@data-quest/local/deployment/deployment";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { actionsOf, answersOf, BRONZE, GOLD, type Laptop, openLaptop, statesOf } from "./laptop.ts";

const header = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const rows = (...lines: [string, number, string, string][]) =>
  lines
    .map(([id, year, period, value]) => `${id.padEnd(17)}\t${year}\t${period}\t${value.padStart(12)}\t\r\n`)
    .join("");
/** A quarterly data file that includes the series of the third question. */
const quarterly =
  header +
  rows(
    ["PRS30006032", 2013, "Q01", "0.5"],
    ["PRS30006032", 2013, "Q02", "1.5"],
    ["PRS30006032", 2014, "Q01", "-0.1"],
  );

let laptop: Laptop;

describe("a monthly survey with a subfolder", () => {
  beforeAll(async () => {
    laptop = await openLaptop();
    await laptop.publish(
      "xm/xm.data.0.Current",
      header +
        rows(
          ["XMU0001", 2015, "M01", "1.1"],
          ["XMU0001", 2015, "M02", "2.2"],
          ["XMU0001", 2015, "M13", "99"],
          ["XMU0001", 2016, "M01", "3.2"],
          ["XMU0002", 2015, "M01", "-"],
          ["XMU0002", 2016, "S01", "5"],
          ["XMU0002", 2016, "M02", "1"],
        ),
    );
    await laptop.publish("xm/older/xm.data.1.Old", header + rows(["XMU0001", 1999, "M01", "7"]));
    await laptop.publish("xm/xm.series", "series_id\tarea_code\r\nXMU0001\tA\r\nXMU0002\tB\r\n");
    await laptop.publish("xm/xm.area", "area_code\tarea_text\r\nA\tNorth\r\nB\tSouth\r\n");
  });
  afterAll(() => laptop.close());

  test("is mirrored, including the subfolder, and analyzed by month, without averages", async () => {
    const outcome = await laptop.run({
      survey: "xm",
      analysis: { series: "XMU0001", period: "M01" },
    });
    const answers = answersOf(outcome);
    expect(await laptop.keys(BRONZE)).toEqual([
      "bls/xm/older/xm.data.1.Old",
      "bls/xm/xm.area",
      "bls/xm/xm.data.0.Current",
      "bls/xm/xm.series",
      "usa-api-sync/population/nation_population.json",
    ]);
    expect(answers.bestYears).toMatchObject({ series: 2, byBasis: { months: 2 } });
    expect(answers.seriesWithPopulation?.rows).toEqual([
      { year: 2015, value: "1.1", population: 316515021 },
      { year: 2016, value: "3.2", population: 318558162 },
    ]);
    const csv = (await laptop.read(GOLD, "reports/xm/latest/best-years.csv")).toString();
    expect(csv).toMatch(/^\uFEFFseries_id,year,value,basis,ties/);
    expect(csv).toMatch(/^XMU0001,2015,3\.3,months,,.*North/m);
    expect(csv).toMatch(/^XMU0002,2016,1,months,,.*South/m);
  });

  test("is analyzed with averages if the input sets includeAverages", async () => {
    const analysis = { series: "XMU0001", period: "M01", includeAverages: true };
    answersOf(await laptop.run({ survey: "xm", analysis }));
    const csv = (await laptop.read(GOLD, "reports/xm/latest/best-years.csv")).toString();
    expect(csv).toMatch(/^XMU0001,2015,102\.3,all,/m);
  });

  test("is analyzed again from what is stored, with an empty Map and no requests to the source", async () => {
    laptop.replica.requests.length = 0;
    const outcome = await laptop.run({ survey: "xm", refresh: false });
    expect(answersOf(outcome).seriesWithPopulation).toBeNull();
    expect(laptop.replica.requests).toEqual([]);
    const events = await laptop.history(outcome.executionArn);
    expect(events.find(({ type }) => type === "MapStateStarted")?.mapStateStartedEventDetails?.length).toBe(
      0,
    );
  });
});

describe("a run of a survey with one file", () => {
  beforeAll(async () => {
    laptop = await openLaptop();
    await laptop.publish("pr/pr.data.0.Current", quarterly);
  });
  afterAll(() => laptop.close());

  test("succeeds, and every read by the analysis specifies the version that the execution wrote", async () => {
    const answers = answersOf(await laptop.run());
    expect(answers.bestYears.series).toBe(1);
    expect(answers.lineage.map(({ key }) => key)).toEqual([
      "usa-api-sync/population/nation_population.json",
      "bls/pr/pr.data.0.Current",
    ]);
    const reads = laptop.s3Requests.filter(
      ({ operation, bucket }) => operation === "GetObject" && bucket === BRONZE,
    );
    // The data file is read twice: for the answers, and for Silver.
    expect([...new Set(reads.map(({ versionId }) => versionId))]).toEqual(
      answers.lineage.map(({ versionId }) => versionId),
    );
  });

  test("stores the exact bytes of the population response", async () => {
    const answers = answersOf(await laptop.run());
    const stored = await laptop.read(BRONZE, "usa-api-sync/population/nation_population.json");
    const served = readFileSync(BUNDLED_POPULATION);
    expect(stored.equals(served)).toBe(true);
    expect(answers.lineage[0]?.sha256).toBe(createHash("sha256").update(served).digest("hex"));
  });

  test("lists the data files if the chosen data file is missing, before it downloads anything", async () => {
    const outcome = await laptop.run({ analysis: { dataFile: "pr.data.7.Nothing" } });
    expect(outcome).toMatchObject({ status: "FAILED", error: "AnalysisImpossible" });
    expect(outcome.cause).toContain("pr.data.0.Current");
  });
});

describe("a run with a file that fails", () => {
  const names = ["pr.class", "pr.data.0.Current", "pr.measure", "pr.sector"];
  beforeAll(async () => {
    laptop = await openLaptop({
      faults: [{ match: /pr\.measure$/, fault: { kind: "status", status: 500 } }],
    });
    for (const name of names)
      await laptop.publish(`pr/${name}`, name.includes(".data.") ? quarterly : `${name}\tcode\r\n`);
  });
  afterAll(() => laptop.close());

  test("fails at SyncFiles once the retries are exhausted, and a redrive resumes there", async () => {
    const failed = await laptop.run();
    expect(failed).toMatchObject({ status: "FAILED", error: "SourceUnavailable" });
    expect(failed.cause).toContain("pr.measure returned 500");
    const before = await laptop.history(failed.executionArn);
    const attempts = laptop.replica.requests.filter(({ path }) => path.endsWith("pr.measure"));
    expect(attempts).toHaveLength(6);
    expect((await laptop.keys(GOLD)).filter((key) => /^reports\/(?!index\.)/.test(key))).toEqual([]);
    expect(await laptop.keys(BRONZE)).not.toContain("bls/pr/pr.measure");

    laptop.replica.setFaults([]);
    laptop.replica.requests.length = 0;
    const redriven = await laptop.redrive(failed.executionArn);
    answersOf(redriven);
    expect(redriven.executionArn).toBe(failed.executionArn);
    const events = await laptop.history(failed.executionArn);
    expect(events.slice(0, before.length)).toEqual(before);
    const after = events.slice(before.length);
    expect(after[0]?.type).toBe("ExecutionRedriven");
    const entered = after
      .filter(({ type }) => type === "TaskStateEntered")
      .map(({ stateEnteredEventDetails: e }) => e?.name);
    expect(entered).not.toContain("DiscoverFiles");
    expect(actionsOf(after).get("bls/pr/pr.measure")).toBe("created");
    const done = actionsOf(before);
    expect([...actionsOf(after).keys()].filter((key) => done.has(key))).toEqual([]);
    expect(laptop.replica.requests.filter(({ path }) => path.endsWith("pr.class"))).toEqual([]);
    expect((await laptop.keys(BRONZE)).filter((key) => key.startsWith("bls/"))).toEqual(
      names.map((name) => `bls/pr/${name}`),
    );
    expect([...actionsOf(events).values()]).toEqual(names.map(() => "created"));
  });
});

describe("a file with an error that stops only the file", () => {
  const page = "<!DOCTYPE html><html><body>Down for maintenance</body></html>";
  const report = async () =>
    JSON.parse((await laptop.read(GOLD, "reports/pr/latest/report.json")).toString());
  const later = new Date("2026-02-05T13:30:00Z");
  beforeEach(async () => {
    laptop = await openLaptop();
    for (const name of ["pr.class", "pr.measure"]) await laptop.publish(`pr/${name}`, `${name}\tcode\r\n`);
  });
  afterEach(() => laptop.close());

  test("does not affect other files: they are synced and analyzed, and then the run fails with the file's error", async () => {
    await laptop.publish("pr/pr.data.0.Current", quarterly);
    answersOf(await laptop.run());
    const [before] = (await report()).lineage.slice(-1);
    await laptop.publish("pr/pr.data.0.Current", page, later);
    await laptop.publish("pr/pr.measure", "changed\tcode\r\n", later);

    const failed = await laptop.run();
    expect(failed).toMatchObject({ status: "FAILED", error: "FileRefused", output: null });
    expect(failed.cause).toContain("pr.data.0.Current is not what its name says");
    const events = await laptop.history(failed.executionArn);
    expect(statesOf(events)).toEqual([
      "DiscoverFiles",
      "SyncFiles",
      "FetchPopulation",
      "Settle",
      "Analyze",
      "AnyFileFailed",
      "SyncFailedFiles",
    ]);
    expect(actionsOf(events)).toEqual(
      new Map([
        ["bls/pr/pr.class", "unchanged"],
        ["bls/pr/pr.measure", "updated"],
      ]),
    );
    const { failedFiles, lineage, execution } = await report();
    expect(execution.name).toBe(failed.name);
    expect(failedFiles).toEqual([
      {
        key: "bls/pr/pr.data.0.Current",
        error: "FileRefused",
        cause: expect.stringMatching(/^pr\.data\.0\.Current is not what its name says: .*'<!DOCTYPE html>/),
        versionId: before.versionId,
      },
    ]);
    expect(lineage.at(-1)).toEqual(before);
    const html = (await laptop.read(GOLD, "reports/pr/latest/index.html")).toString();
    expect(html).toMatch(/One file failed to sync in this run/);

    await laptop.publish("pr/pr.data.0.Current", quarterly.replace("0.5", "0.7"), later);
    laptop.replica.requests.length = 0;
    const redriven = await laptop.redrive(failed.executionArn);
    expect(answersOf(redriven).seriesWithPopulation?.rows[0]).toMatchObject({ value: "0.7" });
    expect(laptop.replica.requests.filter(({ path }) => !/pr\.data|pr\/$/.test(path))).toEqual([]);
    expect(await report()).toMatchObject({ failedFiles: [], execution: { name: failed.name } });
    const after = (await laptop.history(failed.executionArn)).slice(events.length);
    expect(statesOf(after)).toEqual(["AnalyzeAgain"]);
  });

  test("postpones the analysis if the file is needed and was never stored, and a redrive completes the run", async () => {
    await laptop.publish("pr/pr.data.0.Current", page);
    const failed = await laptop.run();
    expect(failed).toMatchObject({ status: "FAILED", error: "FileRefused" });
    const events = await laptop.history(failed.executionArn);
    const analyzed = events.find(({ stateExitedEventDetails: exit }) => exit?.name === "Analyze");
    expect(JSON.parse(analyzed?.stateExitedEventDetails?.output ?? "null")).toEqual({
      postponed: expect.stringMatching(/no file pr\.data\.0\.Current.*failed to sync: bls\/pr\/pr\.data\.0/),
    });
    await laptop.publish("pr/pr.data.0.Current", quarterly, later);
    answersOf(await laptop.redrive(failed.executionArn));
  });

  test("may have a name that cannot be stored, or be listed although its URL returns 404", async () => {
    await laptop.publish("pr/pr.data.0.Current", quarterly);
    laptop.replica.setFaults([
      { match: /pr\.measure$/, fault: { kind: "status", status: 404 } },
      { match: "listing", fault: { kind: "links", hrefs: ["/pub/time.series/pr/pr.c#lass"] } },
    ]);
    const failed = await laptop.run();
    expect(failed.status).toBe("FAILED");
    expect((await report()).failedFiles).toEqual([
      {
        key: "bls/pr/pr.measure",
        error: "FileMissing",
        cause: expect.stringContaining("404"),
        versionId: null,
      },
      {
        key: "bls/pr/pr.c#lass",
        error: "FileNameRefused",
        cause: expect.stringContaining("A redrive cannot fix this"),
        versionId: null,
      },
    ]);
    expect(["FileMissing", "FileNameRefused"]).toContain(failed.error);
    expect(await laptop.keys(BRONZE)).toEqual([
      "bls/pr/pr.class",
      "bls/pr/pr.data.0.Current",
      "usa-api-sync/population/nation_population.json",
    ]);
  });
});

describe("bad input", () => {
  beforeAll(async () => {
    laptop = await openLaptop();
    await laptop.publish("pr/pr.data.0.Current", quarterly);
    await laptop.publish(
      "zz/zz.data.0.Current",
      header + rows(["ZZU0001", 2015, "M01", "1.1"], ["ZZU0001", 2015, "M02", "1.2x"]),
    );
  });
  afterAll(() => laptop.close());

  test.each([
    ["an unknown survey", { survey: "nosuch" }, "SourceNotFound", /no survey at .*nosuch/],
    ["an unknown key", { surveys: "pr" }, "InvalidInput", /surveys/],
    ["years in the wrong order", { analysis: { years: [2018, 2013] } }, "InvalidInput", /analysis\.years/],
    ["a malformed data line", { survey: "zz" }, "DataFileMalformed", /zz\.data\.0\.Current.*3.*1\.2x/],
    ["an unknown series", { analysis: { series: "PRS99999999" } }, "AnalysisImpossible", /PRS99999999/],
    [
      "a year without population",
      { analysis: { years: [2010, 2014] } },
      "AnalysisImpossible",
      /2010, 2011, 2012/,
    ],
    [
      "an invalid key in acceptSource",
      { acceptSource: ["bls/pr/pr.nothing"] },
      "InvalidInput",
      /bls\/pr\/pr\.nothing/,
    ],
  ])("%s: the run and its history have the error, and there is no report", async (_, input, error, cause) => {
    const outcome = await laptop.run(input);
    expect(outcome).toMatchObject({ status: "FAILED", error, output: null });
    expect(outcome.cause).toMatch(cause);
    const last = (await laptop.history(outcome.executionArn)).at(-1);
    expect(last).toMatchObject({ type: "ExecutionFailed", executionFailedEventDetails: { error } });
    expect((await laptop.keys(GOLD)).filter((key) => /^reports\/(?!index\.)/.test(key))).toEqual([]);
    expect(await laptop.openUploads()).toBe(0);
  });

  test.each(["latest", ".."])("an execution named %s is refused before it writes a report", async (name) => {
    const started = await laptop.stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, name, input: '{"settleSeconds":0}' }),
    );
    await laptop.idle();
    const ended = await laptop.stepFunctions.send(
      new DescribeExecutionCommand({ executionArn: started.executionArn }),
    );
    expect(ended).toMatchObject({ status: "FAILED", error: "InvalidInput" });
    expect(ended.cause).toContain(`cannot be named ${name}`);
    expect((await laptop.keys(GOLD)).filter((key) => key.startsWith(`reports/pr/${name}`))).toEqual([]);
  });

  test("a source that does not respond is retried, then fails the run", async () => {
    laptop.replica.setFaults([{ match: "listing", fault: { kind: "reset" } }]);
    const outcome = await laptop.run();
    laptop.replica.setFaults([]);
    expect(outcome).toMatchObject({ status: "FAILED", error: "SourceUnavailable" });
  });
});

describe("an invalid contact address", () => {
  beforeAll(async () => {
    laptop = await openLaptop({ contact: "nobody" });
    await laptop.publish("pr/pr.data.0.Current", quarterly);
  });
  afterAll(() => laptop.close());

  test("gets a 403 at once, without a retry, and the error says why", async () => {
    const outcome = await laptop.run();
    expect(outcome).toMatchObject({ status: "FAILED", error: "SourceForbidden" });
    expect(outcome.cause).toContain("contact address");
    expect(laptop.replica.requests).toHaveLength(1);
  });
});

describe("a population that is not the nation's", () => {
  beforeAll(async () => {
    laptop = await openLaptop({
      population: JSON.stringify({
        columns: ["State ID", "State", "Year", "Population"],
        data: [{ "State ID": "04000US01", State: "Alabama", Year: 2013, Population: 4799277 }],
      }),
    });
    await laptop.publish("pr/pr.data.0.Current", quarterly);
  });
  afterAll(() => laptop.close());

  test("is refused before any of it is stored", async () => {
    const outcome = await laptop.run();
    expect(outcome).toMatchObject({ status: "FAILED", error: "PopulationShapeChanged" });
    expect(outcome.cause).toMatch(
      /expected, one row per year with Nation .*State ID, State, Year, Population/,
    );
    expect(await laptop.keys(BRONZE)).toEqual(["bls/pr/pr.data.0.Current"]);
  });
});
