import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { publishFile, type Replica, startReplica, writeSample } from "@data-quest/bls-replica";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { startS3Server } from "@data-quest/s3-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseOutcome, quest } from "./quest.ts";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const GOLD = "data-quest-gold";
const BUCKETS = ["data-quest-bronze", "data-quest-silver", GOLD];
const RUNS = process.env.QUEST_LONG === undefined ? 2 : 50;

let dir: string;
let replica: Replica;
let sources: string[];
/**
 * What an undisturbed run leaves behind, and how long it takes from its first state to its end, in
 * milliseconds.
 */
let undisturbed: { objects: Map<string, string>; duration: number };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "quest-kill-"));
  await writeSample(join(dir, "source"));
  // A file of three parts, so that an upload can be killed between two of them.
  const large = "A line of a file that is uploaded in parts\r\n".repeat(450_000);
  await publishFile(join(dir, "source/pr/pr.large.txt"), large, new Date("2026-01-29T13:30:00Z"));
  replica = await startReplica({ dir: join(dir, "source"), synthetic: true });
  sources = ["--source", replica.timeSeries, "--population-source", replica.population];
  const stateDir = join(dir, "undisturbed");
  const child = run(stateDir);
  const begun = await firstState(child);
  await once(child, "exit");
  undisturbed = { objects: await objectsOf(stateDir), duration: performance.now() - begun };
});
afterAll(async () => {
  await replica.close();
  rmSync(dir, { recursive: true });
});

function run(stateDir: string): ChildProcess {
  const args = [main, "run", "--settle", "0", "--state-dir", stateDir, ...sources];
  return spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Waits until the run reports its first state. Returns the time of that report. */
async function firstState(child: ChildProcess): Promise<number> {
  if (child.stderr) await once(child.stderr, "data");
  return performance.now();
}

/** A fixed share (0 to 1) for each seed. The shares are the fractional parts of multiples of the golden ratio. */
function shareOf(seed: number): number {
  return (0.9 + seed * 0.618034) % 1;
}

/** Kills a run (kill -9) after this share of an undisturbed run's time, and then completes it. */
async function killAndRedrive(stateDir: string, share: number): Promise<void> {
  const child = run(stateDir);
  const ended = once(child, "exit");
  await firstState(child);
  await new Promise((resolve) => setTimeout(resolve, share * undisturbed.duration));
  child.kill("SIGKILL");
  await ended;
  const [name = "", ...others] = readdirSync(join(stateDir, "deployments")).map((file) => parse(file).name);
  expect(others).toEqual([]);
  const redriven = await quest(["redrive", name, "--state-dir", stateDir, "--json"]);
  // The run may have been killed after the execution's end.
  if (redriven.stderr.includes("Execution is SUCCEEDED and cannot be redriven")) return;
  expect(parseOutcome(redriven)).toMatchObject({ status: "SUCCEEDED", name });
}

/** Opens the S3 of a state directory that no process is using. */
async function withS3<T>(stateDir: string, look: (s3: S3Client) => Promise<T>): Promise<T> {
  const server = await startS3Server({ dir: join(stateDir, "s3") });
  const s3 = new S3Client({ endpoint: server.url, ...clientSettings(localEnvironment()) });
  try {
    return await look(s3);
  } finally {
    s3.destroy();
    await server.close();
  }
}

/** The current objects: key -> SHA-256 of the content, without what is specific to a run. */
function objectsOf(stateDir: string): Promise<Map<string, string>> {
  return withS3(stateDir, async (s3) => {
    const objects = new Map<string, string>();
    for (const Bucket of BUCKETS) {
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      for (const { Key = "", IsLatest } of Versions) {
        if (!IsLatest || Key.startsWith("audit/")) continue;
        const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
        const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
        // Reports contain the name of their run, and lists of releases contain version IDs. The contents of
        // other files do not depend on the run.
        const namesRun = Bucket === GOLD || Key.endsWith("/releases.parquet");
        const content = namesRun ? withoutRun(Buffer.from(bytes).toString("latin1")) : bytes;
        objects.set(`${Bucket}/${withoutRun(Key)}`, createHash("sha256").update(content).digest("hex"));
      }
    }
    return objects;
  });
}

/** The text without the names, times, and versions that are specific to a run. */
function withoutRun(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{4}/g, "EXECUTION")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d\b/g, "MINUTE")
    .replaceAll(/\b[0-9a-f]{32}\b/g, "VERSION");
}

describe(`a run that is killed (moments tested: ${RUNS})`, () => {
  const moments = Array.from({ length: RUNS }, (_, seed) => shareOf(seed));

  test.each(moments)(
    "stores the same objects after a redrive, and uploads nothing twice (killed after %d of the usual duration)",
    async (share) => {
      const stateDir = mkdtempSync(join(dir, "state-"));
      await killAndRedrive(stateDir, share);
      expect(await objectsOf(stateDir)).toEqual(undisturbed.objects);
      await withS3(stateDir, async (s3) => {
        const Bucket = "data-quest-bronze";
        const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
        const keys = Versions.map(({ Key }) => Key);
        expect(keys).toEqual([...new Set(keys)]);
        const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
        expect(Uploads).toEqual([]);
      });
    },
  );
});
