import { type AuditRow, auditRows } from "@data-quest/core/audit/rows";
import { populationKey } from "@data-quest/core/population/population";
import type { Discovery, PopulationResult, SyncResult } from "@data-quest/core/workflow";
import { type HistoryEvent, readTimeline } from "@data-quest/execution-history";
import { pipelineDefinition } from "@data-quest/local/deployment/deployment";
import type { Clock, HistoryRecord, LambdaResult } from "@data-quest/step-functions";
import { raise, runInMemory, virtualClock } from "@data-quest/step-functions/testing";
import { describe, expect, test } from "vitest";

const definition = JSON.parse(pipelineDefinition());
const CONCURRENCY = 2;

const discovery = (...names: string[]): Discovery => ({
  settings: {
    survey: "pr",
    settleSeconds: 0,
    analysis: {
      years: [2013, 2018],
      series: null,
      period: "Q01",
      dataFile: ["pr.data"],
      chosenBy: "name",
      largerFile: null,
      knownConflicts: [],
      includeAverages: false,
    },
    verify: false,
    acceptSource: [],
    refresh: true,
    concurrency: CONCURRENCY,
  },
  source: "http://127.0.0.1/pr/",
  listedAt: "2026-09-03T12:30:00.000Z",
  items: names.map((name) => ({
    do: "sync",
    name,
    path: name,
    size: name.length,
    modified: "2026-09-03T12:30:00.000Z",
  })),
  present: [],
});

const synced = (path: string): SyncResult => ({
  key: `bls/pr/${path}`,
  action: "created",
  reason: "new at the source",
  bytes: path.length,
  sha256: `sha256 of ${path}`,
  versionId: `version of ${path}`,
  sourceModified: "2026-09-03T12:30:30.000Z",
});

const population: PopulationResult = {
  key: populationKey,
  action: "unchanged",
  reason: "the same bytes (sha256)",
  bytes: 1670,
  sha256: "sha256 of the population",
  versionId: "version of the population",
  years: [2013, 2023],
};

type Answer = LambdaResult | ((clock: Clock) => Promise<LambdaResult>);
/**
 * The functions' results, by the name of the file or of the function. Each attempt takes the next result.
 */
type Script = Record<string, Answer[]>;

/** Runs the deployed workflow with functions that follow a script. Calls without a scripted result succeed. */
function begin(names: string[], script: Script, after?: HistoryRecord[]) {
  const clock = virtualClock();
  return runInMemory({
    definition,
    ...(after ? { after } : {}),
    random: () => 0,
    clock,
    invokeLambda: async (functionArn, payload) => {
      const name = functionArn.split(":").at(-1) ?? "";
      const item = name === "SyncFile" ? JSON.parse(payload).item.path : name;
      const answer = script[item]?.shift();
      if (answer !== undefined) return typeof answer === "function" ? answer(clock) : answer;
      const values: Record<string, unknown> = {
        DiscoverFiles: discovery(...names),
        SyncFile: synced(item),
        FetchPopulation: population,
        Analyze: {},
      };
      return { payload: JSON.stringify(values[name]) };
    },
  });
}

/** The records' events as the SDK returns them. */
function eventsOf(records: readonly HistoryRecord[]): HistoryEvent[] {
  return records.map(({ event }) => ({ ...event, timestamp: new Date(event.timestamp * 1000) }));
}

function rowsOfRecords(records: readonly HistoryRecord[]): AuditRow[] {
  return auditRows(readTimeline(eventsOf(records)));
}

async function rowsOf(names: string[], script: Script): Promise<AuditRow[]> {
  const run = begin(names, script);
  await run.finished;
  return rowsOfRecords(run.records);
}

/** Runs the workflow, and then redrives it with the rest of the script. */
async function redrivenRowsOf(
  names: string[],
  script: Script,
): Promise<{ first: AuditRow[]; second: AuditRow[] }> {
  const run = begin(names, script);
  await run.finished;
  const again = begin(names, script, run.records);
  await again.finished;
  return { first: rowsOfRecords(run.records), second: rowsOfRecords(again.records) };
}

const inShort = (rows: readonly AuditRow[]) =>
  rows.map(({ file, action, attempts }) => `${file.split("/").at(-1)} ${action} ${attempts}`);

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const never: Answer = () => new Promise(() => undefined);
const forbidden = raise("SourceForbidden", "pr.b returned 403");
const malformed = raise("FileRefused", "pr.b is a web page");

describe("auditRows", () => {
  test("has everything that a run found out about a file", async () => {
    expect(await rowsOf(["pr.a"], {})).toEqual([
      {
        time,
        file: "bls/pr/pr.a",
        action: "created",
        reason: "new at the source",
        bytes: 4,
        sha256: "sha256 of pr.a",
        versionId: "version of pr.a",
        listedModified: "2026-09-03T12:30:00.000Z",
        listedBytes: 4,
        sourceModified: "2026-09-03T12:30:30.000Z",
        attempts: 1,
        duration: expect.any(Number),
        error: null,
      },
      {
        time,
        file: populationKey,
        action: "unchanged",
        reason: "the same bytes (sha256)",
        bytes: 1670,
        sha256: "sha256 of the population",
        versionId: "version of the population",
        listedModified: null,
        listedBytes: null,
        sourceModified: null,
        attempts: 1,
        duration: expect.any(Number),
        error: null,
      },
    ]);
  });

  test("handles a run without files, and a run that failed before its listing", async () => {
    expect(inShort(await rowsOf([], {}))).toEqual(["nation_population.json unchanged 1"]);
    expect(await rowsOf([], { DiscoverFiles: [raise("InvalidInput")] })).toEqual([]);
  });

  test("distinguishes iterations whose events are interleaved", async () => {
    const names = Array.from({ length: 9 }, (_, index) => `pr.${index}`);
    const slow =
      (answer: LambdaResult, seconds: number): Answer =>
      async (clock) => {
        await clock.sleep(seconds * 1000, new AbortController().signal);
        return answer;
      };
    const passing = raise("SourceUnavailable");
    const done = (path: string) => ({ payload: JSON.stringify(synced(path)) });
    const script = {
      "pr.0": [slow(done("pr.0"), 60)],
      "pr.1": [slow(passing, 10), slow(done("pr.1"), 30)],
      "pr.2": [slow(passing, 20), slow(passing, 30), done("pr.2")],
    };
    const run = begin(names, script);
    await run.finished;
    const rows = rowsOfRecords(run.records);
    expect(rows.slice(0, -1).map(({ sha256 }) => sha256)).toEqual(names.map((name) => `sha256 of ${name}`));
    expect(rows.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 1, 1, 1, 1, 1, 1, 1]);
    // The events really were interleaved: the events of each file are not consecutive.
    const order = run.records.filter(({ place }) => place.length > 0).map(({ place }) => place[1]);
    expect(order.filter((index, position) => index !== order[position - 1]).length).toBeGreaterThan(
      names.length,
    );
  });

  test("says which file failed and why, which files were in progress, and which files never started", async () => {
    const rows = await rowsOf(["pr.a", "pr.b", "pr.c", "pr.d"], { "pr.a": [never], "pr.b": [forbidden] });
    expect(inShort(rows)).toEqual([
      "pr.a aborted 1",
      "pr.b failed 1",
      "pr.c not started 0",
      "pr.d not started 0",
    ]);
    expect(rows.map(({ error }) => error)).toEqual([null, "SourceForbidden: pr.b returned 403", null, null]);
    expect(rows.map(({ time: at }) => at)).toEqual([time, time, time, time]);
    expect(rows.map(({ duration }) => duration)).toEqual([null, expect.any(Number), null, null]);
  });

  test("counts attempts that ran out of time", async () => {
    const [row] = await rowsOf(["pr.a"], { "pr.a": Array.from({ length: 12 }, () => never) });
    expect(row).toMatchObject({ action: "failed", attempts: 12, error: "States.Timeout" });
    expect(row?.duration).toBeGreaterThanOrEqual(12 * 930_000);
    const [later] = await rowsOf(["pr.a"], { "pr.a": [never] });
    expect(later).toMatchObject({ action: "created", attempts: 2, error: null });
  });

  test("has the other files, and the execution still runs its analysis, even if some files time out", async () => {
    const timedOut: LambdaResult = {
      functionError: "Unhandled",
      payload: '{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 900.00 seconds"}',
    };
    const run = begin(["pr.a", "pr.b", "pr.c", "pr.d"], {
      "pr.a": Array.from({ length: 12 }, () => never),
      "pr.b": Array.from({ length: 6 }, () => timedOut),
    });
    expect(await run.finished).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(inShort(rowsOfRecords(run.records))).toEqual([
      "pr.a failed 12",
      "pr.b created 7",
      "pr.c created 1",
      "pr.d created 1",
      "nation_population.json unchanged 1",
    ]);
    const outputs = run.records.flatMap(({ event }) => event.stateExitedEventDetails ?? []);
    const failed = outputs.filter(({ name }) => name === "RecordFailure").map(({ output }) => output);
    expect(failed.map((output) => JSON.parse(output ?? "")).sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
      [
        { key: "bls/pr/pr.a", action: "failed", error: "States.Timeout", cause: "The step ran out of time" },
        {
          key: "bls/pr/pr.b",
          action: "failed",
          error: "Sandbox.Timedout",
          cause: "Task timed out after 900.00 seconds",
        },
      ],
    );
    expect(outputs.map(({ name }) => name)).toContain("Analyze");
  });

  test("includes the redrive of files that failed, were aborted, or never started, with all attempts", async () => {
    const begun = Promise.withResolvers<void>();
    const { first, second } = await redrivenRowsOf(["pr.a", "pr.b", "pr.c", "pr.d"], {
      "pr.b": [() => begun.promise.then(() => forbidden)],
      "pr.c": [
        () => {
          begun.resolve();
          return new Promise(() => undefined);
        },
      ],
    });
    expect(inShort(first)).toEqual([
      "pr.a created 1",
      "pr.b failed 1",
      "pr.c aborted 1",
      "pr.d not started 0",
    ]);
    expect(inShort(second)).toEqual([
      "pr.a created 1",
      "pr.b created 2",
      "pr.c created 2",
      "pr.d created 1",
      "nation_population.json unchanged 1",
    ]);
    expect(second[1]).toMatchObject({ error: null, sha256: "sha256 of pr.b" });
  });

  test("has a refused file along with the other files, and the result of the redrive", async () => {
    const { first, second } = await redrivenRowsOf(["pr.a", "pr.b", "pr.c"], {
      "pr.b": [malformed, malformed],
    });
    expect(inShort(first)).toEqual([
      "pr.a created 1",
      "pr.b failed 2",
      "pr.c created 1",
      "nation_population.json unchanged 1",
    ]);
    expect(first[1]).toMatchObject({ error: "FileRefused: pr.b is a web page", sha256: null });
    expect(inShort(second)).toEqual([
      "pr.a created 1",
      "pr.b created 3",
      "pr.c created 1",
      "nation_population.json unchanged 1",
    ]);
    expect(second[1]).toMatchObject({ error: null, sha256: "sha256 of pr.b" });
  });

  test("follows a step outside the Map through a redrive", async () => {
    const failed = await redrivenRowsOf(["pr.a"], {
      FetchPopulation: [raise("PopulationShapeChanged", "odd")],
    });
    expect(failed.first[1]).toMatchObject({ action: "failed", error: "PopulationShapeChanged: odd" });
    expect(failed.second[1]).toMatchObject({ action: "unchanged", attempts: 2, error: null });
    const listed = await redrivenRowsOf(["pr.a"], { DiscoverFiles: [raise("ListingNotBelievable")] });
    expect(inShort(listed.second)).toEqual(["pr.a created 1", "nation_population.json unchanged 1"]);
    const analyzed = await redrivenRowsOf(["pr.a"], { Analyze: [raise("AnalysisImpossible")] });
    expect(inShort(analyzed.second)).toEqual(["pr.a created 1", "nation_population.json unchanged 1"]);
  });

  test("includes an execution that an operator stopped", async () => {
    const begun = Promise.withResolvers<void>();
    const run = begin(["pr.a", "pr.b"], {
      "pr.b": [
        () => {
          begun.resolve();
          return new Promise(() => undefined);
        },
      ],
    });
    await begun.promise;
    run.stop({ error: "Stopped", cause: "Ctrl-C" });
    await run.finished;
    expect(inShort(rowsOfRecords(run.records))).toContain("pr.b aborted 1");
  });

  describe("never throws, whatever a history contains", () => {
    const audited = async (change: (events: HistoryEvent[]) => HistoryEvent[]) => {
      const run = begin(["pr.a", "pr.b"], { "pr.b": [malformed, malformed] });
      await run.finished;
      return auditRows(readTimeline(change(eventsOf(run.records))));
    };

    test("a cause that was truncated at 32,768 characters", async () => {
      const cause = JSON.stringify({ errorMessage: "pr.b is a web page", trace: "x".repeat(40_000) });
      const rows = await audited((events) =>
        events.map((event) =>
          event.taskFailedEventDetails === undefined
            ? event
            : {
                ...event,
                taskFailedEventDetails: {
                  ...event.taskFailedEventDetails,
                  error: "FileRefused",
                  cause: cause.slice(0, 32_768),
                },
              },
        ),
      );
      expect(rows.find(({ file }) => file.endsWith("pr.b"))).toMatchObject({
        action: "failed",
        error: "FileRefused: pr.b is a web page",
      });
    });

    test("missing or truncated data", async () => {
      const without = (events: HistoryEvent[], change: (text: string) => string | undefined) =>
        events.map((event): HistoryEvent => {
          const copy: Record<string, unknown> = {};
          for (const [key, value] of Object.entries(event))
            copy[key] =
              value !== null && typeof value === "object" && !(value instanceof Date)
                ? Object.fromEntries(
                    Object.entries(value).map(([name, member]) => [
                      name,
                      ["input", "output", "parameters"].includes(name) ? change(String(member)) : member,
                    ]),
                  )
                : value;
          return copy;
        });
      expect(await audited((events) => without(events, () => undefined))).toEqual([]);
      for (let length = 0; length < 400; length += 7)
        await audited((events) => without(events, (text) => text.slice(0, length)));
    });

    test("a result that this version does not know", async () => {
      const run = begin(["pr.a"], { "pr.a": [{ payload: '{"key":"bls/pr/pr.a","action":"teleported"}' }] });
      await run.finished;
      expect(rowsOfRecords(run.records)[0]).toMatchObject({ action: "unknown", attempts: 1, error: null });
    });

    test("only some of its events", async () => {
      const run = begin(["pr.a", "pr.b"], { "pr.b": [malformed, malformed] });
      await run.finished;
      const all = eventsOf(run.records);
      for (let missing = 0; missing < all.length; missing++)
        auditRows(readTimeline(all.filter((_, index) => index !== missing)));
      for (let from = 0; from < all.length; from++) auditRows(readTimeline(all.slice(from)));
    });
  });
});
