import { populationKey } from "@data-quest/core/population/population";
import { type HistoryEvent, readTimeline } from "@data-quest/execution-history";
import { pipelineDefinition } from "@data-quest/local/deployment/deployment";
import type { HistoryRecord, LambdaResult } from "@data-quest/step-functions";
import { raise, runInMemory, virtualClock } from "@data-quest/step-functions/testing";
import { expect, test } from "vitest";
import { estimateCost } from "./cost-estimate.ts";

const MB = 1024 ** 2;
/** Memory sizes that make the sums easy to check. */
const functions = {
  DiscoverFiles: { memoryMB: 1024 },
  SyncFile: { memoryMB: 2048 },
  FetchPopulation: { memoryMB: 1024 },
  Analyze: { memoryMB: 4096 },
  WriteAudit: { memoryMB: 512 },
};
const seconds: Record<string, number> = { DiscoverFiles: 2, SyncFile: 3, FetchPopulation: 1, Analyze: 5 };

/**
 * Runs the deployed workflow with functions that take the times in `seconds`. A function's first calls return its
 * `failures`; later calls succeed.
 */
async function execute(failures: Record<string, LambdaResult[]>, after?: HistoryRecord[]) {
  const clock = virtualClock();
  const values: Record<string, unknown> = {
    DiscoverFiles: {
      settings: {
        survey: "pr",
        settleSeconds: 60,
        analysis: {
          years: [2013, 2018],
          series: null,
          period: "Q01",
          dataFile: "pr.data",
          includeAverages: false,
        },
        verify: false,
        acceptSource: [],
        refresh: true,
        concurrency: 1,
      },
      source: "http://127.0.0.1/pr/",
      listedAt: "2026-09-03T12:30:00.000Z",
      items: ["small", "large"].map((name) => ({
        do: "sync",
        name,
        path: name,
        size: 1,
        modified: "2026-09-03T12:30:00.000Z",
      })),
      present: [],
    },
    FetchPopulation: {
      key: populationKey,
      action: "unchanged",
      reason: "",
      bytes: 0,
      sha256: "aa",
      versionId: "1",
      years: [2013, 2023],
    },
    Analyze: {},
  };
  const synced = (path: string) => ({
    key: `bls/pr/${path}`,
    action: "created",
    reason: "",
    bytes: path === "large" ? 20 * MB : 1000,
    sha256: "aa",
    versionId: "1",
    sourceModified: null,
  });
  const run = runInMemory({
    definition: JSON.parse(pipelineDefinition()),
    ...(after ? { after } : {}),
    random: () => 0,
    clock,
    invokeLambda: async (arn, payload) => {
      const name = arn.split(":").at(-1) ?? "";
      await clock.sleep((seconds[name] ?? 0) * 1000, new AbortController().signal);
      const failure = failures[name]?.shift();
      const value = name === "SyncFile" ? synced(JSON.parse(payload).item.path) : values[name];
      return failure ?? { payload: JSON.stringify(value) };
    },
  });
  await run.finished;
  return run.records;
}

function estimateOf(records: readonly HistoryRecord[]) {
  const estimate = estimateCost(readTimeline(records.map(({ event }) => event)), functions);
  const quantities = Object.fromEntries(
    [...estimate.run.items, ...estimate.month.items].map(({ item, quantity }) => [item, quantity]),
  );
  return { ...estimate, quantities };
}

test("a run costs its state transitions, calls, GB-seconds, and requests to S3", async () => {
  const { quantities, run } = estimateOf(await execute({}));
  expect(quantities).toEqual({
    // DiscoverFiles, SyncFiles, two of KeepItem, two of SyncFile, FetchPopulation, Settle, Analyze,
    // AnyFileFailed, and AllFilesSynced.
    "State transitions": 11,
    // Five requests in the run itself, and one for WriteAudit.
    "Lambda requests": 6,
    // 1 GB for 2 s, 2 GB for 3 s twice, 1 GB for 1 s, 4 GB for 5 s, and half a GB for 1 s. The wait costs
    // nothing.
    "Lambda compute": 2 + 12 + 1 + 20 + 0.5,
    // 24 requests in each run. One for the small file. Six for the large file: three parts, and one each to start,
    // complete, and tag the upload.
    "S3 writes and listings": 24 + 1 + 6,
    "S3 reads": 40 + 2 * 3,
    Runs: 365.25 / 12,
    "S3 storage": (2 * (20 * MB + 1000)) / 1e9,
  });
  const expected = 11 * 0.000025 + 6 * 0.0000002 + 35.5 * 0.0000133334 + 31 * 0.000005 + 46 * 0.0000004;
  expect(run.total).toBeCloseTo(expected, 12);
});

test("each retry and each redrive adds a transition and a call, and the time of failed calls counts", async () => {
  const retried = estimateOf(
    await execute({ SyncFile: [raise("SourceUnavailable"), raise("SourceUnavailable")] }),
  );
  expect(retried.quantities).toMatchObject({
    "State transitions": 13,
    "Lambda requests": 8,
    "Lambda compute": 35.5 + 2 * 6,
  });
  const failed = await execute({ Analyze: [raise("AnalysisImpossible")] });
  const redriven = estimateOf(await execute({}, failed));
  expect(redriven.quantities).toMatchObject({
    "State transitions": 12,
    "Lambda requests": 7,
    "Lambda compute": 35.5 + 20,
  });
});

test("a month includes one run per day and the storage", async () => {
  const { run, month } = estimateOf(await execute({}));
  const storage = ((2 * (20 * MB + 1000)) / 1e9) * 0.023;
  expect(month.total).toBeCloseTo((365.25 / 12) * run.total + storage, 12);
});

test("a call without an end counts until the end of the history, and an empty history costs the fixed estimates", () => {
  const at = (id: number, type: HistoryEvent["type"], second: number, more: Partial<HistoryEvent> = {}) => ({
    id,
    previousEventId: id - 1,
    type,
    timestamp: new Date(second * 1000),
    ...more,
  });
  const parameters = JSON.stringify({
    FunctionName: "arn:aws:lambda:us-east-1:1:function:app-SyncFileFunction-x:$LATEST",
  });
  const events = [
    at(1, "ExecutionStarted", 0),
    at(2, "TaskStateEntered", 0, { stateEnteredEventDetails: { name: "SyncFile" } }),
    at(3, "TaskScheduled", 0, {
      taskScheduledEventDetails: {
        resourceType: "lambda",
        resource: "invoke",
        region: "us-east-1",
        parameters,
      },
    }),
    at(4, "TaskStarted", 1),
    at(5, "ExecutionAborted", 11),
  ];
  const [, requests, compute] = estimateCost(readTimeline(events), functions).run.items;
  expect(requests?.quantity).toBe(2);
  expect(compute?.quantity).toBe(2 * 10 + 0.5);
  expect(estimateCost(readTimeline([]), functions).run.items.map(({ quantity }) => quantity)).toEqual([
    0, 1, 0.5, 24, 40,
  ]);
});
