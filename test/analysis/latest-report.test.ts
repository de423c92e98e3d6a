import { analyze } from "@data-quest/core/analysis/analyze";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { Report } from "@data-quest/core/report/report";
import { putObject } from "@data-quest/core/storage/objects";
import type { SyncResult } from "@data-quest/core/workflow";
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

describe("a run that changes nothing", () => {
  const SAME = { knownConflicts: [] };
  const stored = () =>
    warehouse.requests.filter(({ operation }) => /^(Put|Create|Upload|Copy)/.test(operation));

  test("returns the earlier report, says since when nothing has changed, and stores nothing", async () => {
    const first = await run(1, SAME);
    expect(first.unchangedSince).toBeNull();
    warehouse.requests.length = 0;
    const second = await run(2, SAME);
    expect(AnalysisResult.parse(second)).toEqual({
      ...first,
      unchangedSince: { execution: "run-1", startTime: "2026-08-01T01:00:00.000Z" },
      silver: first.silver.map(({ key }) => ({ key, action: "unchanged" })),
    });
    expect(stored()).toEqual([]);
    expect((await run(1, SAME)).unchangedSince).toBeNull();
  });

  test.each([
    [
      "a file has a new version",
      async () => {
        files[3] = await warehouse.put(
          "bls/xx/xx.area",
          `${AREA}
`,
        );
      },
    ],
    ["a file is gone", async () => void files.splice(3, 1)],
    [
      "Silver lost a file",
      async () => warehouse.remove("silver", "bls/xx/data_file=xx.data.1.AllData/data.parquet"),
    ],
    [
      "Silver lost the releases",
      async () => warehouse.remove("silver", "bls/xx/releases/data_file=xx.data.0.Current/releases.parquet"),
    ],
    ["the report lost a file", async () => warehouse.remove("gold", "reports/xx/run-1/index.html")],
  ])("is distinguished from a run where %s", async (_, change) => {
    await run(1, SAME);
    await change();
    expect((await run(2, SAME)).unchangedSince).toBeNull();
  });

  test("is distinguished from a run that compares more releases, until no release is left to compare", async () => {
    for (const value of ["0.2", "0.3", "0.4"])
      files[0] = await warehouse.put("bls/xx/xx.data.0.Current", DATA.replace("0.1", value));
    const pending = [];
    let last: AnalysisResult | undefined;
    for (let hour = 1; hour <= 4; hour++) {
      const input = analysisInput(files, population, hour, SAME);
      last = await analyze(input, warehouse.buckets, NOW, 2 * DATA.length);
      pending.push(last.releases.pending);
    }
    expect(pending).toEqual([1, 0, 0, 0]);
    expect(last?.unchangedSince?.execution).toBe("run-2");
    expect(last?.releases).toMatchObject({ recorded: 4, notCompared: 0 });
  });

  test("publishes the report again if the earlier report has expired under a lifecycle rule", async () => {
    const first = await run(1, SAME);
    for (const key of await warehouse.keys("gold"))
      if ((await warehouse.tags("gold", key)).report === "execution") await warehouse.remove("gold", key);
    const second = await run(2, SAME);
    expect(second).toMatchObject({ unchangedSince: null, bestYears: first.bestYears });
    const kept = await warehouse.keys("gold");
    expect(second.report.keys.filter((key) => !kept.includes(key))).toEqual([]);
    expect(kept.filter((key) => key.includes("/run-1/"))).toEqual([]);
    expect((await run(3, SAME)).unchangedSince).toMatchObject({ execution: "run-2" });
  });

  test("is distinguished from a run with other settings, and from a run with a faulty file", async () => {
    await run(1, SAME);
    expect((await run(2, { ...SAME, includeAverages: true })).unchangedSince).toBeNull();
    files[1] = await warehouse.put("bls/xx/xx.data.1.AllData", `${DATA}XXZ\t2000\tA01\tx\t\n`);
    await expect(run(3, SAME)).rejects.toThrow("line 9");
    await expect(run(4, SAME)).rejects.toThrow("line 9");
  });
});

describe("the latest report", () => {
  const latest = async () => {
    const keys = (await warehouse.keys("gold")).filter((key) => key.includes("/latest/"));
    const executions = await Promise.all(
      keys.map(async (key) => (await warehouse.read("gold", key)).metadata.execution),
    );
    return [...new Set(executions)];
  };

  test("does not have the expiration tag, but each file in an execution's folder does", async () => {
    await run(3);
    await run(2);
    const tags = await Promise.all(
      (await warehouse.keys("gold")).map(async (key) => [key, await warehouse.tags("gold", key)] as const),
    );
    expect(tags.filter(([key]) => key.includes("/latest/")).map(([, each]) => each)).toEqual(
      Array(8).fill({}),
    );
    expect(tags.filter(([key]) => key.includes("/run-")).map(([, each]) => each)).toEqual(
      Array(16).fill({ report: "execution" }),
    );
  });

  test("refers to the previous report, even if an execution analyzes twice, but never to a later one", async () => {
    const earlier = async (folder: string) =>
      Report.parse(JSON.parse((await warehouse.read("gold", `reports/xx/${folder}/report.json`)).text))
        .earlier;
    await run(2);
    expect(await earlier("latest")).toBeNull();
    await run(3);
    expect(await earlier("latest")).toBe("run-2");
    await run(3);
    expect(await earlier("latest")).toBe("run-2");
    expect((await warehouse.read("gold", "reports/xx/run-3/index.html")).text).toContain(
      'href="../run-2/index.html"',
    );
    await run(1);
    expect(await earlier("run-1")).toBeNull();
  });

  test("is replaced by the same or a later execution, but never by an earlier execution", async () => {
    expect((await run(2)).report.latest).toBe(true);
    expect((await run(3)).report.latest).toBe(true);
    const late = await run(1);
    expect(late.report.latest).toBe(false);
    expect(late.report.keys).toHaveLength(8);
    expect(await latest()).toEqual(["run-3"]);
    expect((await run(3)).report.latest).toBe(true);
  });

  test.each([
    // The file has the same bytes and ETag in all executions, so it is copied, and then the later file is put back.
    { name: "best-years.csv", statuses: [200, 200, 200, 200] },
    { name: "report.json", statuses: [200, 200, 412] },
  ])(
    "is left to a later execution that writes $name between this execution's check and its write",
    async ({ name, statuses }) => {
      await run(1);
      let rival: Promise<unknown> | undefined;
      warehouse.intercept.before = async ({ operation, key }) => {
        if (operation === "CopyObject" && key === `reports/xx/latest/${name}` && rival === undefined) {
          rival = run(3);
          await rival;
        }
        return undefined;
      };
      expect((await run(2)).report.latest).toBe(false);
      expect(rival).toBeDefined();
      const copies = warehouse.requests.filter(({ operation }) => operation === "CopyObject");
      expect(
        copies.flatMap(({ key, status }) => (key === `reports/xx/latest/${name}` ? [status] : [])),
      ).toEqual(statuses);
      expect(await latest()).toEqual(["run-3"]);
    },
  );

  test("is unchanged if S3 cannot copy one of the execution's own files", async () => {
    await run(1);
    warehouse.intercept.before = async ({ operation, key }) =>
      operation === "CopyObject" && key === "reports/xx/latest/index.html"
        ? { kind: "error", code: "SlowDown" }
        : undefined;
    await expect(run(2)).rejects.toThrow(/^Copying s3:\/\/gold\/reports\/xx\/run-2\/index\.html to reports/);
    expect((await warehouse.read("gold", "reports/xx/latest/index.html")).metadata.execution).toBe("run-1");
    expect((await warehouse.read("gold", "reports/xx/latest/report.json")).metadata.execution).toBe("run-1");
  });

  test("is repaired if an earlier execution writes a file in the meantime", async () => {
    await run(1);
    let done = false;
    warehouse.intercept.before = async ({ operation, key }) => {
      if (operation === "CopyObject" && key === "reports/xx/latest/report.json" && !done) {
        done = true;
        const metadata = { execution: "run-2", "execution-started": "2026-08-01T02:00:00.000Z" };
        await putObject(warehouse.buckets.gold, "reports/xx/latest/best-years.csv", "old", { metadata });
      }
      return undefined;
    };
    expect((await run(3)).report.latest).toBe(true);
    expect(await latest()).toEqual(["run-3"]);
  });
});
