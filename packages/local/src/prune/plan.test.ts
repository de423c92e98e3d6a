import { describe, expect, test } from "vitest";
import { type Inventory, type PrunableExecution, type PrunableVersion, planPrune } from "./plan.ts";

const DAY = 86_400_000;
const now = Date.parse("2026-11-29T00:00:00Z");

/** An execution that started `days` ago. */
function execution(days: number, more: Partial<PrunableExecution> = {}): PrunableExecution {
  const name = `${more.survey ?? "pr"}-${days}`;
  return {
    ...{ arn: `arn:${name}`, name, stateMachineName: "Pipeline", survey: "pr", isRunning: false, bytes: 1 },
    ...{ startDate: now - days * DAY, output: undefined },
    ...more,
  };
}

/** Versions of an object with the given ages in days, newest first. */
function object(key: string, ages: number[], bucket = "bronze"): PrunableVersion[] {
  return ages.map((days) => ({
    ...{ bucket, key, versionId: `${key}@${days}`, isDeleteMarker: false, bytes: 10 },
    modified: now - days * DAY,
  }));
}

const report = (survey: string, name: string, days: number) =>
  object(`reports/${survey}/${name}/report.json`, [days], "gold");

function plan(inventory: Partial<Inventory>, keepLast: number, keepWithinDays = 0) {
  const all = { now, gold: "gold", executions: [], versions: [], copies: [], latest: [], ...inventory };
  const { executions, reports, versions, copies } = planPrune(all, {
    keepLast,
    keepWithin: keepWithinDays * DAY,
  });
  return {
    executions: executions.map(({ name }) => name),
    reports: reports.map(({ survey, execution }) => `${survey}/${execution}`),
    versions: versions.map(({ versionId }) => versionId),
    copies: copies.map(({ path }) => path),
  };
}

describe("executions", () => {
  test("are kept if they are among the newest of their survey and state machine", () => {
    const executions = [
      ...[1, 2, 3].map((days) => execution(days)),
      ...[4, 5, 6].map((days) => execution(days, { survey: "cu" })),
      execution(9, { stateMachineName: "AllSurveys", survey: null, name: "all" }),
    ];
    expect(plan({ executions }, 2).executions).toEqual(["pr-3", "cu-6"]);
  });

  test("are kept if they are recent or among the newest", () => {
    const executions = [1, 10, 20, 40].map((days) => execution(days));
    expect(plan({ executions }, 1, 15).executions).toEqual(["pr-20", "pr-40"]);
    expect(plan({ executions }, 3, 15).executions).toEqual(["pr-40"]);
  });

  test("are kept while they are running, however old they are", () => {
    expect(plan({ executions: [execution(1), execution(99, { isRunning: true })] }, 1).executions).toEqual(
      [],
    );
  });
});

describe("reports", () => {
  test("are removed with their execution, or if their execution is already gone", () => {
    const versions = [...report("pr", "pr-1", 1), ...report("pr", "pr-2", 2), ...report("pr", "gone", 50)];
    const executions = [execution(1), execution(2)];
    expect(plan({ executions, versions }, 1).reports).toEqual(["pr/pr-2", "pr/gone"]);
  });

  test("are kept if a kept execution that found no changes refers to them", () => {
    const output = JSON.stringify({ report: { keys: ["reports/pr/pr-3/report.json"] } });
    const executions = [execution(1, { output }), execution(2), execution(3)];
    const versions = [...report("pr", "pr-3", 3), ...report("pr", "pr-2", 2)];
    const copies = ["pr-3", "pr-2"].map((name) => ({ survey: "pr", execution: name, path: name, bytes: 1 }));
    expect(plan({ executions, versions, copies }, 1)).toEqual({
      executions: ["pr-2", "pr-3"],
      reports: ["pr/pr-2"],
      versions: [],
      copies: ["pr-2"],
    });
  });

  test("are kept if they are the latest of their survey, whatever happened to their execution", () => {
    expect(plan({ versions: report("pr", "old", 99), latest: ["pr/old"] }, 1).reports).toEqual([]);
  });

  test("objects that only resemble a report are not reports", () => {
    const versions = [
      ...object("reports/pr/x/report.json", [9], "bronze"),
      ...object("audit/pr/2026/11/x.csv", [9], "gold"),
      ...object("reports/pr/latest/report.json", [9], "gold"),
      ...object("reports/pr", [9], "gold"),
    ];
    expect(plan({ versions }, 1)).toMatchObject({ reports: [], versions: [] });
  });
});

describe("versions of objects", () => {
  const versions = object("k", [1, 5, 10, 20]);

  test("the current version is kept, and as many versions as requested", () => {
    expect(plan({ versions }, 1).versions).toEqual(["k@5", "k@10", "k@20"]);
    expect(plan({ versions }, 3).versions).toEqual(["k@20"]);
  });

  test("the age of a version is the time since it was replaced, as in S3's lifecycle rules", () => {
    expect(plan({ versions }, 1, 7).versions).toEqual(["k@20"]);
    expect(plan({ versions }, 1, 4).versions).toEqual(["k@10", "k@20"]);
  });

  test("a version that was current when a kept execution started is kept, because a redrive reads it", () => {
    expect(plan({ versions, executions: [execution(7)] }, 1).versions).toEqual(["k@20"]);
    expect(plan({ versions, executions: [execution(30)] }, 1).versions).toEqual([]);
  });

  test("a version that was replaced in the same second in which a kept execution started is kept", () => {
    const [newer, older] = object("k", [5, 9]);
    if (newer === undefined || older === undefined) throw new Error("There are fewer than two versions");
    const started = execution(0, { startDate: newer.modified + 999 });
    expect(plan({ versions: [newer, older], executions: [started] }, 1).versions).toEqual([]);
  });

  test("a version is kept if the output of a kept execution refers to it", () => {
    const output = JSON.stringify({ lineage: [{ key: "k", versionId: "k@20" }] });
    expect(plan({ versions, executions: [execution(3, { output })] }, 1).versions).toEqual(["k@10"]);
  });

  test("a delete marker is removed with the last version that it hides", () => {
    const [marker, ...others] = object("gone", [30, 40, 50]);
    if (marker === undefined) throw new Error("There is no first version");
    const deleted = [{ ...marker, isDeleteMarker: true }, ...others];
    expect(plan({ versions: deleted }, 1, 10).versions).toEqual(["gone@30", "gone@40", "gone@50"]);
    expect(plan({ versions: deleted }, 2, 10).versions).toEqual(["gone@50"]);
    expect(plan({ versions: deleted }, 1, 35).versions).toEqual(["gone@50"]);
  });
});
