import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import type { VirtualFile } from "@data-quest/bls-replica";
import type { BenchRow } from "./bench-row.ts";
import {
  type Contender,
  type DataQuest,
  dataQuest,
  type Places,
  rclone,
  usualScript,
} from "./sync/contenders.ts";
import { type CountingServer, type Measured, startServer } from "./sync/processes.ts";

const ROUNDS = 3;
const BUCKET = "bench";
/** The number of part buffers that a deployed function has. */
const PARTS = 3;
/** The number of part buffers for a single file: one fills while the other is in transit. */
const PARTS_OF_ONE = 2;
const PUBLISHED = new Date("2026-01-29T13:30:00Z");

/** The files of the survey `pr` in February 2025, and their sizes. */
const SURVEY: Record<string, number> = {
  class: 102,
  contacts: 562,
  "data.0.Current": 1_539_613,
  "data.1.AllData": 3_163_207,
  duration: 176,
  footnote: 40,
  measure: 745,
  period: 146,
  seasonal: 79,
  sector: 263,
  series: 15_657,
  txt: 18_343,
};

const TWELVE: VirtualFile[] = Object.entries(SURVEY).map(([name, size]) => ({
  path: `pr/pr.${name}`,
  size,
  modified: PUBLISHED,
}));

/** 300 files, 1 GB in total: most are small, the largest is 21 MB, and the sizes are exponentially distributed. */
const THREE_HUNDRED: VirtualFile[] = Array.from({ length: 300 }, (_, n) => ({
  path: `pr/pr.data.${n}.Bench`,
  size: Math.round((-1e9 / 300) * Math.log(1 - (n + 0.5) / 300)),
  seed: n,
  modified: PUBLISHED,
}));

const ONE_LARGE: VirtualFile[] = [{ path: "pr/pr.data.0.Large", size: 2e9, modified: PUBLISHED }];

/** The cost of one sync with one tool. */
type Taken = {
  milliseconds: number;
  peakBytes: number;
  sourceRequests: number;
  s3Requests: number;
  /** Milliseconds of the sync alone, without the start of its process, if they can be measured. */
  alone?: number | undefined;
  /** Milliseconds of a sync in a process that has already done one. */
  warm?: number | undefined;
};

/**
 * Compares Data Quest with rclone and the usual script: the first sync of 12 and of 300 files, and a sync with
 * nothing to do, both without latency and with 50 ms before each response of the source. The programs run in turn,
 * each in a process of its own, with a new bucket. The results are medians of three rounds. Then measures Data Quest
 * with one file of 2 GB. The servers are separate processes.
 */
export async function benchSync(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-sync-"));
  try {
    const quest = await dataQuest(folder);
    const other = rclone();
    const rows: BenchRow[] = [];
    for (const [files, virtual] of [
      ["12 files", TWELVE],
      ["300 files, 1 GB", THREE_HUNDRED],
    ] as const) {
      for (const latencyMs of [0, 50]) {
        const source = await startSource(virtual, latencyMs);
        const others = other ? [other, usualScript] : [usualScript];
        rows.push(...(await compare(`${files}, ${latencyMs} ms`, folder, source, quest, others)));
        await source.close();
      }
    }
    const source = await startSource(ONE_LARGE, 0);
    const runs: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++)
      runs.push(await onNewBucket(folder, source, (places) => quest(places, 1, PARTS_OF_ONE)));
    const name = "One file of 2 GB, first: Data Quest";
    const peakBytes = median(runs.map((run) => run.peakBytes));
    rows.push({ name, value: median(runs.map(({ milliseconds }) => milliseconds)), unit: "ms" });
    rows.push({ name: `${name}, peak memory`, value: peakBytes / 1e6, unit: "MB" });
    await source.close();
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compare(
  scene: string,
  folder: string,
  source: CountingServer,
  quest: DataQuest,
  others: readonly Contender[],
): Promise<BenchRow[]> {
  const names = ["Data Quest", ...others.map(({ name }) => name)];
  const first = names.map((): Taken[] => []);
  const nothingToDo = names.map((): Taken[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index] of names.entries()) {
      const contender = others[index - 1];
      await onNewBucket(folder, source, async (places, count) => {
        const sync = contender ? () => contender.sync(places) : () => quest(places, 1, PARTS);
        first[index]?.push(await count(sync));
        const again = await count(sync);
        // The second run of a process corresponds to one in a warm Lambda function.
        const warm = contender ? undefined : (await quest(places, 2, PARTS)).inProcess[1]?.milliseconds;
        nothingToDo[index]?.push({ ...again, warm });
      });
    }
  }
  return [...rowsOf(`${scene}, first`, names, first), ...rowsOf(`${scene}, no change`, names, nothingToDo)];
}

function rowsOf(scene: string, names: readonly string[], taken: readonly Taken[][]): BenchRow[] {
  const rows: BenchRow[] = [];
  const times = taken.map((runs) => median(runs.map(({ milliseconds }) => milliseconds)));
  for (const [index, name] of names.entries()) {
    const runs = taken[index] ?? [];
    const add = (what: string, value: number | undefined, unit: string) => {
      if (value !== undefined) rows.push({ name: `${scene}: ${name}${what}`, value, unit });
    };
    add("", times[index], "ms");
    if (index > 0) add(", time relative to Data Quest", (times[index] ?? 0) / (times[0] ?? 0), "x");
    add(", without the start of its process", medianOf(runs.map(({ alone }) => alone)), "ms");
    add(", in a process that has already synced", medianOf(runs.map(({ warm }) => warm)), "ms");
    add(", peak memory", median(runs.map(({ peakBytes }) => peakBytes)) / 1e6, "MB");
    add(", requests to BLS", runs[0]?.sourceRequests, "");
    add(", requests to S3", runs[0]?.s3Requests, "");
  }
  return rows;
}

type Count = (
  sync: () => Promise<Pick<Taken, "milliseconds" | "peakBytes"> & { inProcess?: { milliseconds: number }[] }>,
) => Promise<Taken>;

/** Runs `use` with a new bucket on a new S3 server that counts requests. */
async function onNewBucket<T>(
  folder: string,
  source: CountingServer,
  use: (places: Places, count: Count) => Promise<T>,
): Promise<T> {
  const dir = join(folder, "s3");
  const s3 = await startServer("serve-s3.ts", dir);
  const client = new S3Client({
    endpoint: s3.url,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
  client.destroy();
  try {
    return await use({ timeSeries: source.url, endpoint: s3.url, bucket: BUCKET }, async (sync) => {
      await Promise.all([source.count(), s3.count()]);
      const { milliseconds, peakBytes, inProcess } = await sync();
      const [{ requests: sourceRequests }, { requests: s3Requests }] = await Promise.all([
        source.count(),
        s3.count(),
      ]);
      return { milliseconds, peakBytes, sourceRequests, s3Requests, alone: inProcess?.[0]?.milliseconds };
    });
  } finally {
    await s3.close();
    await rm(dir, { recursive: true });
  }
}

function startSource(virtual: VirtualFile[], latencyMs: number): Promise<CountingServer> {
  return startServer("serve-source.ts", JSON.stringify({ virtual, latencyMs }));
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
