/**
 * Performs complete syncs in a separate process, without Step Functions between the steps. Each run discovers the
 * files and syncs them concurrently. The environment variable SYNC has the settings as JSON. Prints one line of
 * JSON for each run.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { startRun } from "@data-quest/core/mirror/discover";
import { syncFile } from "@data-quest/core/mirror/sync-file";
import { createPartBuffers } from "@data-quest/core/upload/part-buffers";
import pMap from "p-map";
import { Agent } from "undici";
import { anyDataFile } from "./any-data-file.ts";

export type SyncProcessSettings = {
  timeSeries: string;
  endpoint: string;
  bucket: string;
  /** The number of files synced at a time. */
  transfers: number;
  /** The number of parts of 8 MiB that are in memory at a time. */
  parts: number;
  /** The number of runs, one after the other. */
  runs: number;
};
/** The duration of one run, and the number of files by action. */
export type SyncProcessRun = { milliseconds: number; actions: Record<string, number> };

const settings: SyncProcessSettings = JSON.parse(process.env.SYNC ?? "");
const { timeSeries, endpoint, bucket, transfers, parts, runs } = settings;
const dispatcher = new Agent({ connections: transfers });
const client = new S3Client({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "sync", secretAccessKey: "sync" },
  expectContinueHeader: false,
});
const dependencies = {
  chooseDataFiles: anyDataFile,
  source: {
    dispatcher: async () => dispatcher,
    contact: "sync@example.com",
    remainingTime: () => 900_000,
    stallLimit: 60_000,
    now: () => new Date(),
    sleep,
  },
  timeSeries,
  bronze: { client, name: bucket },
  buffers: createPartBuffers(parts),
};

for (let run = 0; run < runs; run++) {
  const began = performance.now();
  const discovery = await startRun(dependencies, {}, { concurrency: transfers, maxRemovedShare: 0.25 });
  const execution = { id: `${process.pid}-${run}`, name: `${run}`, startTime: new Date().toISOString() };
  const shared = { settings: discovery.settings, listedAt: new Date(discovery.listedAt), execution };
  const results = await pMap(discovery.items, (item) => syncFile(dependencies, { item, ...shared }), {
    concurrency: transfers,
  });
  const actions: Record<string, number> = {};
  for (const { action } of results) actions[action] = (actions[action] ?? 0) + 1;
  const outcome: SyncProcessRun = { milliseconds: performance.now() - began, actions };
  console.log(JSON.stringify(outcome));
}
client.destroy();
await dispatcher.close();
