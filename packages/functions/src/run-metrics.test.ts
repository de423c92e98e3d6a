import type { AnalysisEvent } from "@data-quest/core/analysis/result";
import type { FileOutcome, SyncAction, SyncResult } from "@data-quest/core/workflow";
import { expect, test } from "vitest";
import { runMetrics } from "./run-metrics.ts";

test("a run's metrics include its stored bytes and its number of files by action, with the population file", () => {
  const files = [
    file("created", 10),
    file("updated", 20),
    file("unchanged", 40),
    file("removed", 0),
    file("held", 80),
  ];
  const metrics = runMetrics(input(files, file("updated", 100), true));
  expect(Object.fromEntries(metrics.map(({ name, value }) => [name, value]))).toEqual({
    SyncedRuns: 1,
    FilesCreated: 1,
    FilesUpdated: 2,
    FilesUnchanged: 1,
    FilesRemoved: 1,
    FilesHeld: 1,
    FilesFailed: 0,
    BytesStored: 130,
  });
});

test("a run with a failed file is not a synced run; its second analysis counts only the file that failed", () => {
  const failed = { key: "bls/pr/pr.y", action: "failed", error: "FileRefused", cause: "a web page" } as const;
  const values = (event: AnalysisEvent) =>
    Object.fromEntries(runMetrics(event).map(({ name, value }) => [name, value]));
  const first = values(input([file("created", 10), failed], file("updated", 100), true));
  expect(first).toMatchObject({ SyncedRuns: 0, FilesCreated: 1, FilesFailed: 1, BytesStored: 110 });
  const cured = { ...file("updated", 20), key: failed.key };
  const second = values({
    ...input([file("created", 10), cured], file("updated", 100), true),
    resynced: [failed.key],
  });
  expect(second).toMatchObject({
    SyncedRuns: 1,
    FilesCreated: 0,
    FilesUpdated: 1,
    FilesFailed: 0,
    BytesStored: 20,
  });
});

test("a run without refresh has synced nothing and has no metrics", () => {
  expect(runMetrics(input([file("unchanged", 10)], file("unchanged", 10), false))).toEqual([]);
});

function file(action: SyncAction, bytes: number): SyncResult {
  return { key: "bls/pr/pr.x", action, reason: "", bytes, sha256: "0", versionId: "1", sourceModified: null };
}

function input(files: FileOutcome[], population: SyncResult, refresh: boolean): AnalysisEvent {
  return {
    settings: {
      survey: "pr",
      settleSeconds: 0,
      analysis: {
        years: [2013, 2018],
        series: null,
        period: "Q01",
        dataFile: ["pr.data.0.Current"],
        chosenBy: "name",
        largerFile: null,
        knownConflicts: [],
        includeAverages: false,
      },
      verify: false,
      acceptSource: [],
      refresh,
      concurrency: 4,
    },
    execution: { id: "arn", name: "run", startTime: "2026-03-01T00:00:00.000Z" },
    files,
    population: { ...population, sha256: "0", versionId: "1", years: [2013, 2023] },
  };
}
