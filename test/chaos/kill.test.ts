import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { bytesOf, type Harness, LONG_AGO, openHarness } from "../mirror/harness.ts";
import { keyOf, type Publications, recordPublications } from "../mirror/publications.ts";
import type { SyncProcessSettings } from "../mirror/sync-process.ts";

const LATER = new Date("2026-02-05T13:30:17Z");
const LARGE = "pr.large.txt";
const PART = 8 * 1024 * 1024;
const LONG = process.env.QUEST_LONG === "1";

/**
 * The requests for the large file at which the process is killed: an operation, and which request with this operation
 * it is, counted from 1.
 */
const moments: [operation: string, nth: number][] = [
  ["UploadPart", 2],
  ["CompleteMultipartUpload", 1],
  ["PutObjectTagging", 1],
  ...(LONG
    ? ([
        ["GetObjectTagging", 1],
        ["ListMultipartUploads", 2],
        ["GetObjectAttributes", 1],
        ["CreateMultipartUpload", 1],
        ["UploadPartCopy", 1],
        ["UploadPart", 1],
      ] satisfies [string, number][])
    : []),
];

let harness: Harness;
let publications: Publications;
afterEach(() => harness.close());

/** Starts a sync with the harness's source and bucket in a separate process. */
async function startProcess(): Promise<ChildProcess> {
  const endpoint = await harness.dependencies.bronze.client.config.endpoint?.();
  const settings: SyncProcessSettings = {
    timeSeries: harness.dependencies.timeSeries,
    endpoint: `http://${endpoint?.hostname}:${endpoint?.port}`,
    bucket: harness.dependencies.bronze.name,
    transfers: 1,
    parts: 3,
    runs: 1,
  };
  return spawn(process.execPath, [fileURLToPath(new URL("../mirror/sync-process.ts", import.meta.url))], {
    env: { ...process.env, SYNC: JSON.stringify(settings) },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

test.each(moments)(
  "a process killed (SIGKILL) at %s number %i leaves a complete file, and the next run finishes the sync",
  async (operation, nth) => {
    harness = await openHarness();
    publications = recordPublications(harness);
    const old = bytesOf(PART + 3000, 1);
    await publications.publish(LARGE, old, LONG_AGO);
    await publications.publish("pr.small", "as it was", LONG_AGO);
    await harness.sync({}, "first");
    const next = Buffer.concat([old.subarray(0, PART), bytesOf(PART + 5000, 2)]);
    await publications.publish(LARGE, next, LATER);
    await publications.publish("pr.small", "as it will be", LATER);

    const child = await startProcess();
    const exited = once(child, "exit");
    let count = 0;
    harness.setS3Faults(async (record) => {
      const isMoment = record.operation === operation && (record.key ?? keyOf(LARGE)) === keyOf(LARGE);
      if (isMoment && ++count === nth) {
        child.kill("SIGKILL");
        await exited;
      }
      return undefined;
    });
    expect(await exited).toEqual([null, "SIGKILL"]);
    harness.setS3Faults();

    // S3 continues with a request that it has received, so the last request of an upload may still take effect.
    const whole = /^(CompleteMultipartUpload|PutObjectTagging)$/.test(operation) ? [old, next] : [old];
    const current = await harness.body(keyOf(LARGE));
    expect(whole.some((body) => body.equals(current))).toBe(true);
    await harness.sync({}, "healthy");
    expect(await publications.differences()).toEqual([]);
    expect(await publications.brokenPromises()).toEqual([]);
  },
);
