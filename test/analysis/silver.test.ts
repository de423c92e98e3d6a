import { analyze } from "@data-quest/core/analysis/analyze";
import { Report } from "@data-quest/core/report/report";
import { openParquet, rowsOf } from "@data-quest/core/silver/read-parquet";
import { FACTS_KEY, SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { surveyColumns } from "@data-quest/core/silver/survey-columns";
import { writePopulation } from "@data-quest/core/silver/write-population";
import { putObject } from "@data-quest/core/storage/objects";
import type { SyncResult } from "@data-quest/core/workflow";
import { parquetMetadata } from "hyparquet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AREA, DATA, openSmallSurvey } from "./small-survey.ts";
import { analysisInput, type Warehouse } from "./warehouse.ts";

const NOW = new Date("2026-08-01T12:00:00Z");

let warehouse: Warehouse;
let files: SyncResult[];
let population: SyncResult;
beforeEach(async () => {
  ({ warehouse, files, population } = await openSmallSurvey());
});
afterEach(() => warehouse.close());

const run = (
  ...input: Parameters<typeof analysisInput> extends [unknown, unknown, ...infer Rest] ? Rest : never
) => analyze(analysisInput(files, population, ...input), warehouse.buckets, NOW);

describe("Silver", () => {
  const key = "bls/xx/data_file=xx.data.0.Current/data.parquet";
  const other = "bls/xx/data_file=xx.data.1.AllData/data.parquet";
  const list = "bls/xx/series.parquet";
  const releases = "bls/xx/releases/data_file=xx.data.0.Current/releases.parquet";
  const populationKey = "population/nation.parquet";
  const written = () =>
    warehouse.requests.filter(({ operation, bucket }) => operation === "PutObject" && bucket === "silver");

  test("has every data file, rebuilt only if the data file or a file that contains names changes", async () => {
    expect((await run(1)).silver).toEqual([
      { key, action: "created" },
      { key: other, action: "created" },
    ]);
    expect(await warehouse.keys("silver")).toEqual([key, other, releases, list, populationKey]);
    expect((await warehouse.read("silver", key)).metadata["source-version"]).toBe(files[0]?.versionId);

    warehouse.requests.length = 0;
    expect((await run(2)).silver.map(({ action }) => action)).toEqual(["unchanged", "unchanged"]);
    expect(written()).toEqual([]);
    expect(warehouse.requests.filter(({ key }) => key === "bls/xx/xx.data.1.AllData")).toEqual([]);

    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", DATA.replace("0.1", "0.2"));
    expect((await run(3)).silver.map(({ action }) => action)).toEqual(["unchanged", "updated"]);
    files[3] = await warehouse.put("bls/xx/xx.area", AREA.replace("North", "Far north"));
    expect((await run(4)).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
  });

  test("has the population, written once per version and checked before an earlier report is reused", async () => {
    // The settings are the same in each run, so that a report can be reused.
    const rerun = (hour: number) => run(hour, { knownConflicts: [] });
    const years = async () => {
      const file = await openParquet(warehouse.buckets.silver, populationKey);
      return file === undefined ? [] : Array.fromAsync(rowsOf(file));
    };
    await rerun(1);
    expect(await years()).toEqual([
      { year: 2019, population: 109 },
      { year: 2020, population: 100 },
      { year: 2021, population: 101 },
    ]);
    warehouse.requests.length = 0;
    expect((await rerun(2)).unchangedSince).not.toBeNull();
    expect(written()).toEqual([]);

    // A population that needs more than 32 bits, which no nation's population does.
    const body = (await warehouse.read("bronze", population.key)).text.replace(":101", ":9007199254740991");
    population = await warehouse.put(population.key, body);
    await rerun(3);
    expect((await years())[2]).toEqual({ year: 2021, population: 9_007_199_254_740_991 });

    await warehouse.remove("silver", populationKey);
    expect((await rerun(4)).unchangedSince).toBeNull();
    expect(written().map(({ key }) => key)).toEqual([populationKey, populationKey]);

    // An execution for another survey found another version of the population.
    await writePopulation(warehouse.buckets.silver, [{ year: 2019, population: 1 }], "other", {
      id: "other",
      name: "other",
      startTime: "2026-08-01T05:00:00.000Z",
    });
    await rerun(4);
    expect(await years()).toHaveLength(1);
    expect((await rerun(6)).unchangedSince).toBeNull();
    expect(await years()).toHaveLength(3);
  });

  test("has the population of the later of two executions that write it at the same time", async () => {
    const at = (hour: number) => ({
      id: `${hour}`,
      name: `run-${hour}`,
      startTime: `2026-08-01T0${hour}:00:00.000Z`,
    });
    const write = (hour: number) =>
      writePopulation(
        warehouse.buckets.silver,
        [{ year: 2019, population: hour }],
        `version-${hour}`,
        at(hour),
      );
    const population = async () => {
      const file = await openParquet(warehouse.buckets.silver, populationKey);
      return file && Array.fromAsync(rowsOf(file));
    };
    // At first, neither execution finds a file. In the second round, both find the file from run-2.
    for (const [earlier, later] of [
      [1, 2],
      [3, 4],
    ] as const) {
      let rival: Promise<unknown> | undefined;
      warehouse.intercept.before = async ({ operation, bucket }) => {
        if (operation === "PutObject" && bucket === "silver" && rival === undefined) {
          rival = write(later);
          await rival;
        }
        return undefined;
      };
      await write(earlier);
      expect(rival).toBeDefined();
      expect(await population()).toEqual([{ year: 2019, population: later }]);
    }
  });

  test("gets a new population file if the stored file has an earlier layout", async () => {
    await run(1, { knownConflicts: [] });
    const { metadata, bytes } = await warehouse.read("silver", populationKey);
    const { layout, ...others } = metadata;
    expect(layout).toBeDefined();
    await putObject(warehouse.buckets.silver, populationKey, Buffer.from(bytes), {
      contentType: "application/vnd.apache.parquet",
      metadata: others,
    });
    expect((await run(2, { knownConflicts: [] })).unchangedSince).toBeNull();
    expect((await warehouse.read("silver", populationKey)).metadata).toMatchObject({
      layout,
      execution: "run-2",
    });
  });

  test("has a list of the analyzed series, built once, and built again if it was removed", async () => {
    files.push(await warehouse.put("bls/xx/xx.footnote", "footnote_code\tfootnote_text\nR\trevised\n"));
    await run(1);
    const listed = async () => {
      const { bytes } = await warehouse.read("silver", list);
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      const { key_value_metadata = [] } = parquetMetadata(file);
      const facts = key_value_metadata.find(({ key }) => key === FACTS_KEY)?.value ?? "";
      return SeriesListFacts.parse(JSON.parse(facts));
    };
    expect(await listed()).toMatchObject({
      survey: "xx",
      dataFile: "xx.data.0.Current",
      series: 3,
      footnotes: { R: "revised" },
      columns: [
        { name: "area", values: ["99", "North", "South"] },
        { name: "seasonal" },
        { name: "sort" },
        { name: "title" },
      ],
    });
    warehouse.requests.length = 0;
    await run(2);
    expect(written()).toEqual([]);
    await warehouse.remove("silver", list);
    await run(3);
    expect(written().map(({ key }) => key)).toEqual([list]);
    expect((await warehouse.read("silver", list)).metadata.execution).toBe("run-3");
  });

  test("includes a data file whose series are not sorted", async () => {
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXA\t2000\tA01\t1\t\n`);
    expect((await run()).silver.map(({ action }) => action)).toEqual(["created", "created"]);
  });

  test("gets nothing from an unreadable file; the step publishes its answers and then fails", async () => {
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXZ\t2000\tA01\t0.1.2\t\n`);
    await expect(run()).rejects.toThrow(
      /^bls\/xx\/xx\.data\.1\.AllData, line 9: the value is not a number.*Everything else was analyzed and published: reports\/xx\/run-1\/report\.json$/,
    );
    expect(await warehouse.keys("silver")).toEqual([key, releases, list, populationKey]);
    const { text } = await warehouse.read("gold", "reports/xx/latest/report.json");
    expect(Report.parse(JSON.parse(text))).toMatchObject({
      bestYears: { series: 3 },
      dataFiles: { faults: [expect.stringContaining("xx.data.1.AllData, line 9")] },
    });
    expect((await warehouse.read("gold", "reports/xx/latest/index.html")).text).toContain(
      "<strong>Some data could not be used.</strong>",
    );
    expect(await warehouse.openUploads()).toBe(0);
  });

  test("has one decimal type for all files of a survey, large enough for all their values", async () => {
    const types = async () =>
      Promise.all(
        [key, other].map(async (each) => (await warehouse.read("silver", each)).metadata["value-type"]),
      );
    await run(1);
    expect(await types()).toEqual(["decimal(18,6)", "decimal(18,6)"]);
    const before = files[1];
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXZ\t2000\tA01\t0.1234567\t\n`);
    expect((await run(2)).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
    expect(await types()).toEqual(["decimal(38,7)", "decimal(38,7)"]);

    warehouse.requests.length = 0;
    expect((await run(3)).silver.map(({ action }) => action)).toEqual(["unchanged", "unchanged"]);
    expect(written()).toEqual([]);
    if (before) files[1] = before;
    expect((await run(4)).silver.map(({ action }) => action)).toEqual(["updated", "updated"]);
    expect(await types()).toEqual(["decimal(18,6)", "decimal(18,6)"]);
  });

  test("has one list of columns and types for all files of a survey", async () => {
    expect(await surveyColumns(warehouse.buckets.silver, "xx")).toEqual([]);
    files[1] = await warehouse.put(
      "bls/xx/xx.data.1.AllData",
      `${DATA}XXZ\t2000\tA01\t${"1".repeat(20)}\t\n`,
    );
    await run();
    const fixed = [
      { name: "series_id", type: "string" },
      { name: "year", type: "int" },
      { name: "period", type: "string" },
      { name: "value", type: "decimal(38,6)" },
      { name: "footnotes", type: "string" },
    ];
    const names = ["area", "seasonal", "sort", "title"].map((name) => ({ name, type: "string" }));
    expect(await surveyColumns(warehouse.buckets.silver, "xx")).toEqual([...fixed, ...names]);
    await putObject(warehouse.buckets.silver, "bls/xx/data_file=xx.data.2/data.parquet", "text", {});
    await expect(surveyColumns(warehouse.buckets.silver, "xx")).rejects.toThrow(
      "xx.data.2/data.parquet is not a Parquet file",
    );
  });

  test("cannot represent values that need more than 38 digits in total, and the error names the line", async () => {
    const rows = [`XXY\t2000\tA01\t${"9".repeat(30)}\t`, "XXZ\t2000\tA01\t0.123456789\t"];
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}${rows.join("\n")}\n`);
    await expect(run()).rejects.toThrow(
      "bls/xx/xx.data.1.AllData, line 10: with this value, the survey needs more than the 38 digits that a decimal can have",
    );
  });

  test("is written by only one of two concurrent executions", async () => {
    let rival: Promise<unknown> | undefined;
    warehouse.intercept.before = async ({ operation, key: writtenKey }) => {
      if (operation === "PutObject" && writtenKey === key && rival === undefined) {
        rival = run(3);
        await rival;
      }
      return undefined;
    };
    expect((await run(2)).silver).toEqual([
      { key, action: "left" },
      { key: other, action: "left" },
    ]);
    // S3 refused the second write of the first data file.
    expect(written().map(({ key, status }) => [key, status])).toEqual([
      [populationKey, 200],
      [key, 200],
      [list, 200],
      [releases, 200],
      [key, 412],
    ]);
  });

  test("is written from the same fetch as the answers, and is copied for a data file with the same bytes", async () => {
    const requests = (operation: string) =>
      warehouse.requests.filter((request) => request.operation === operation).map((request) => request.key);
    await run(1);
    const dataFiles = requests("GetObject").filter((each) => each?.startsWith("bls/xx/xx.data."));
    expect(dataFiles).toEqual(["bls/xx/xx.data.0.Current"]);
    expect(requests("CopyObject").filter((each) => each?.startsWith("bls/"))).toEqual([other]);
    const [copied, original] = await Promise.all([other, key].map((each) => warehouse.read("silver", each)));
    expect(copied?.text).toBe(original?.text);
    expect(copied?.metadata).toMatchObject({
      "source-version": files[1]?.versionId,
      "value-type": "decimal(18,6)",
    });
  });

  test("is written, not copied, if another execution has replaced the Silver object to be copied", async () => {
    warehouse.intercept.before = async ({ operation, key: copiedKey }) => {
      if (operation !== "CopyObject" || copiedKey !== other) return undefined;
      warehouse.intercept.before = async () => undefined;
      await putObject(warehouse.buckets.silver, key, "another's", {});
      return undefined;
    };
    expect((await run(2)).silver.map(({ action }) => action)).toEqual(["created", "created"]);
    const ofOther = written().filter(({ key }) => key === other);
    expect(ofOther.at(-1)).toMatchObject({ status: 200 });
  });

  test("is not replaced by a copy if another execution has written it in the meantime", async () => {
    const metadata = { execution: "run-9", "execution-started": "2026-08-01T09:00:00.000Z" };
    warehouse.intercept.before = async ({ operation, key: copiedKey }) => {
      if (operation !== "CopyObject" || copiedKey !== other) return undefined;
      warehouse.intercept.before = async () => undefined;
      await putObject(warehouse.buckets.silver, other, "another's", { metadata });
      return undefined;
    };
    expect((await run(2)).silver).toEqual([
      { key, action: "created" },
      { key: other, action: "left" },
    ]);
    expect((await warehouse.read("silver", other)).text).toBe("another's");
  });

  /** Analyzes the given files in an execution that started at the given hour. */
  const runOn = (hour: number, its: SyncResult[]) =>
    analyze(analysisInput(its, population, hour), warehouse.buckets, NOW);
  const newer = async (path = "xx.data.1.AllData") =>
    warehouse.put(`bls/xx/${path}`, DATA.replace("0.1", "0.2"));

  test("is left to a later execution that has finished", async () => {
    const older = [...files];
    files[1] = await newer();
    await run(2);
    expect((await runOn(1, older)).silver).toEqual([
      { key, action: "left" },
      { key: other, action: "left" },
    ]);
    expect((await warehouse.read("silver", other)).metadata).toMatchObject({
      "source-version": files[1].versionId,
      execution: "run-2",
      "execution-started": "2026-08-01T02:00:00.000Z",
    });
    expect((await runOn(3, older)).silver.map(({ action }) => action)).toEqual(["unchanged", "updated"]);
  });

  test("is left to a later execution that is still running, file by file", async () => {
    const older = [...files];
    files[1] = await newer();
    warehouse.intercept.before = async ({ operation, bucket }) =>
      operation === "PutObject" && bucket === "gold" ? { kind: "error", code: "AccessDenied" } : undefined;
    await expect(run(2)).rejects.toThrow();
    const gone = older.filter((file) => file !== older[1]);
    await expect(runOn(1, gone)).rejects.toThrow();
    warehouse.intercept.before = async () => undefined;
    expect((await runOn(1, gone)).silver).toEqual([
      { key, action: "left" },
      { key: other, action: "left" },
    ]);
    expect((await runOn(1, older)).silver.map(({ action }) => action)).toEqual(["left", "left"]);
    expect((await warehouse.read("silver", other)).metadata.execution).toBe("run-2");
  });

  test("loses a data file that the source no longer has, whatever its name", async () => {
    await run(1);
    const leftover = "bls/xx/data_file=xx.data.9.Older/data.parquet";
    await putObject(warehouse.buckets.silver, leftover, "older", {});
    const others = ["bls/xx/notes.txt", "bls/xxx/data_file=xxx.data.1/data.parquet"];
    for (const each of others) await putObject(warehouse.buckets.silver, each, "another's", {});
    const renamed = await newer("more/xx.data.1.All");
    const after = files.map((file, index) => (index === 1 ? renamed : file));
    const renamedKey = "bls/xx/data_file=more/xx.data.1.All/data.parquet";
    expect((await runOn(2, after)).silver).toEqual([
      { key: renamedKey, action: "created" },
      { key, action: "unchanged" },
      { key: other, action: "removed" },
      { key: leftover, action: "removed" },
    ]);
    expect(await warehouse.keys("silver")).toEqual([
      renamedKey,
      key,
      ...others.slice(0, 1),
      releases,
      list,
      ...others.slice(1),
      populationKey,
    ]);

    // A redrive of the earlier execution does not bring the removed file back.
    expect((await run(1)).silver.map(({ action }) => action)).toEqual(["left", "left"]);
    expect(await warehouse.keys("silver")).toHaveLength(7);
  });

  test("keeps a file that another execution has written since this execution checked", async () => {
    await run(1);
    const after = files.filter((file) => file !== files[1]);
    let rival: Promise<unknown> | undefined;
    warehouse.intercept.before = async ({ operation, bucket }) => {
      if (operation === "DeleteObject" && bucket === "silver" && rival === undefined) {
        files[1] = await newer();
        rival = run(3);
        await rival;
      }
      return undefined;
    };
    expect((await runOn(2, after)).silver).toEqual([
      { key, action: "unchanged" },
      { key: other, action: "left" },
    ]);
    expect(rival).toBeDefined();
    expect((await warehouse.read("silver", other)).metadata.execution).toBe("run-3");
  });
});
