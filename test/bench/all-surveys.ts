import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { startReplica } from "@data-quest/bls-replica";
import { provenanceMetadata, runTag, stampOf } from "@data-quest/core/bronze/stored-file";
import { discoverFiles } from "@data-quest/core/mirror/discover";
import { planRun } from "@data-quest/core/mirror/plan";
import type { MirrorDependencies } from "@data-quest/core/mirror/task";
import { putObject } from "@data-quest/core/storage/objects";
import type { Discovery } from "@data-quest/core/workflow";
import { startS3Server } from "@data-quest/s3-server";
import pMap from "p-map";
import { Agent } from "undici";
import type { BenchRow } from "./bench-row.ts";

const SURVEYS = 65;
const FILES = 1650;
const BYTES = 35e9;
const PUBLISHED = new Date("2026-01-29T13:30:00Z");
const LIMITS = { concurrency: 16, maxRemovedShare: 0.25 };

/** AWS's quotas: bytes that a state's input or output may have, events of an execution's history, seconds of a function's call. */
const PAYLOAD_BYTES = 256 * 1024;
const EVENTS = 25_000;
const CALL_SECONDS = 900;
/** TaskStateEntered, Scheduled, Started, Succeeded, StateExited and the iteration's start and end, where nothing is retried. */
const EVENTS_OF_A_FILE = 7;

type MadeUpFile = { path: string; size: number; modified: Date };

/**
 * A source in the order of magnitude of the whole of pub/time.series/, names and sizes made up: each survey is discovered and
 * planned as a run of its own, against a mirror that has nothing and against one that has everything. Gives time, memory,
 * requests, and what the workflow's states would carry, beside what they may.
 */
export async function benchAllSurveys(): Promise<BenchRow[]> {
  const surveys = madeUpSurveys();
  const virtual = [...surveys.values()].flat();
  const dir = await mkdtemp(join(tmpdir(), "bench-surveys-"));
  const replica = await startReplica({ dir, virtual });
  let s3Requests = 0;
  const s3 = await startS3Server({ dir: join(dir, "s3"), onRequest: () => s3Requests++ });
  const client = new S3Client({
    endpoint: s3.url,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  const dispatcher = new Agent({ connections: LIMITS.concurrency });
  const dependencies = {
    source: {
      dispatcher,
      contact: "bench@example.com",
      remainingTime: () => CALL_SECONDS * 1000,
      stallLimit: 60_000,
      now: () => new Date(),
      sleep: async () => undefined,
    },
    timeSeries: replica.timeSeries,
    population: replica.population,
    bronze: { client, name: "bronze" },
  };

  async function plan(mirror: string): Promise<BenchRow[]> {
    s3Requests = 0;
    replica.requests.length = 0;
    const began = performance.now();
    let writes = 0;
    for (const survey of surveys.keys()) {
      const { files } = await planRun(dependencies, { survey }, LIMITS);
      writes += files.filter(({ key, action }) => key.startsWith("bls/") && action === "create").length;
    }
    const toBls = replica.requests.filter(({ path }) => path.startsWith("/pub/")).length;
    const name = `${SURVEYS} surveys, ${virtual.length} files, planned against ${mirror}`;
    return [
      { name, value: performance.now() - began, unit: "ms" },
      { name: `${name}, files to create`, value: writes, unit: "" },
      { name: `${name}, requests to BLS`, value: toBls, unit: "" },
      { name: `${name}, requests to S3`, value: s3Requests, unit: "" },
      { name: `${name}, memory with both servers`, value: process.memoryUsage.rss() / 1e6, unit: "MB" },
    ];
  }

  try {
    await client.send(new CreateBucketCommand({ Bucket: "bronze" }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: "bronze", VersioningConfiguration }));
    const empty = await plan("an empty mirror");
    await mirrorAll(dependencies, virtual);
    const full = await plan("one that has them all");
    const discoveries = await pMap(
      surveys.keys(),
      (survey) => discoverFiles(dependencies, { survey }, LIMITS),
      {
        concurrency: 1,
      },
    );
    return [...empty, ...full, ...statesOf(discoveries), slowestPace(virtual)];
  } finally {
    await dispatcher.close();
    client.destroy();
    await replica.close();
    await s3.close();
    await rm(dir, { recursive: true });
  }
}

/** The surveys by their abbreviations. Few are large and most are small, in files and in bytes alike. */
function madeUpSurveys(): Map<string, MadeUpFile[]> {
  const weights = Array.from({ length: SURVEYS }, (_, n) => 1 / (n + 3));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const surveys = new Map<string, MadeUpFile[]>();
  let left = FILES;
  for (const [n, weight] of weights.entries()) {
    const name = String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26));
    const count = n === SURVEYS - 1 ? left : Math.max(8, Math.round((FILES * weight) / total) - 4);
    left -= count;
    const files = Array.from({ length: count }, (_, file) => ({
      path: `${name}/${name}.data.${file}.MadeUpAreaOrIndustry`,
      // Each has half the bytes of the one before it, and none is empty.
      size: 200 + Math.round((BYTES * weight) / total / 2 ** Math.min(file + 1, 40)),
      modified: PUBLISHED,
    }));
    surveys.set(name, files);
  }
  return surveys;
}

/** Puts a stand-in of no bytes for every file, with all that a sync would know of it. */
async function mirrorAll({ bronze }: MirrorDependencies, files: readonly MadeUpFile[]): Promise<void> {
  const execution = "arn:bench";
  const lastModified = PUBLISHED.toUTCString();
  const metadata = provenanceMetadata({
    source: "https://example.com/",
    lastModified,
    execution,
    replaces: undefined,
    synthetic: true,
  });
  const known = { sha256: "0".repeat(64), modified: PUBLISHED.toISOString(), run: runTag(execution) };
  const put = (file: MadeUpFile) => {
    const tags = { ...known, stamp: stampOf(file) };
    return putObject(bronze, `bls/${file.path}`, Buffer.alloc(0), { metadata, tags });
  };
  await pMap(files, put, { concurrency: LIMITS.concurrency });
}

/** What the states would carry for the largest survey, and for all surveys as one execution. */
function statesOf(discoveries: Discovery[]): BenchRow[] {
  const largest = discoveries.reduce((a, b) => (a.items.length > b.items.length ? a : b));
  return [
    ["the largest survey", largest.items] as const,
    ["all surveys in one execution", discoveries.flatMap(({ items }) => items)] as const,
  ].flatMap(([scope, items]) => {
    const name = `${scope}, ${items.length} files`;
    const listing = Buffer.byteLength(JSON.stringify(items));
    const results = Buffer.byteLength(JSON.stringify(items.map(({ path }) => resultOf(path))));
    const events = items.length * EVENTS_OF_A_FILE;
    return [
      { name: `${name}: listing`, value: listing, unit: "bytes" },
      {
        name: `${name}: listing, of what a state may carry`,
        value: (listing / PAYLOAD_BYTES) * 100,
        unit: "%",
      },
      { name: `${name}: results`, value: results, unit: "bytes" },
      {
        name: `${name}: results, of what a state may carry`,
        value: (results / PAYLOAD_BYTES) * 100,
        unit: "%",
      },
      { name: `${name}: events of the Map, at least`, value: events, unit: "" },
      { name: `${name}: events, of an execution's`, value: (events / EVENTS) * 100, unit: "%" },
    ];
  });
}

function resultOf(path: string) {
  return {
    key: `bls/${path}`,
    action: "unchanged",
    reason: "the listing has the same time and size",
    bytes: 123_456_789,
    sha256: "0".repeat(64),
    versionId: "0".repeat(32),
    sourceModified: PUBLISHED.toISOString(),
  };
}

/** The slowest source from which the largest file comes within one call of a function. */
function slowestPace(files: readonly MadeUpFile[]): BenchRow {
  const largest = Math.max(...files.map(({ size }) => size));
  const name = `The largest file, ${(largest / 1e9).toFixed(2)} GB: pace that a call of ${CALL_SECONDS} s needs`;
  return { name, value: largest / 1e6 / CALL_SECONDS, unit: "MB/s" };
}
