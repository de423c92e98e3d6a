/** The programs that are compared, each a whole process that syncs one survey to one bucket. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFunction } from "@data-quest/lambda-host/bundle";
import type { SyncProcessRun, SyncProcessSettings } from "../../mirror/sync-process.ts";
import { type Measured, measure } from "./processes.ts";

/** The number of concurrent files, for the programs that support concurrency. */
export const TRANSFERS = 16;
/**
 * Node's settings for a process with little memory: V8 starts garbage collection at a small heap size, and uses
 * few threads. The MALLOC variables below make glibc keep one heap instead of one per thread, and return free memory.
 */
const NODE_FLAGS = ["--max-semi-space-size=2", "--initial-heap-size=8", "--v8-pool-size=0"];

/** The source and the destination. */
export type Places = { timeSeries: string; endpoint: string; bucket: string };

export type Contender = { name: string; sync: (places: Places) => Promise<Measured> };

/**
 * Syncs `runs` times with Data Quest in one process, with `parts` buffers of 8 MiB for all bodies in transit.
 * Also returns the process's measurement of each run.
 */
export type DataQuest = (
  places: Places,
  runs: number,
  parts: number,
) => Promise<Measured & { inProcess: SyncProcessRun[] }>;

/**
 * Data Quest's sync, bundled into `folder` in the same way as the deployed functions. V8 keeps the compiled code
 * in that folder, because rclone is also compiled. The steps of the sync are called one after the other, without
 * Step Functions.
 */
export async function dataQuest(folder: string): Promise<DataQuest> {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const { file } = await bundleFunction(root, "test/mirror/sync-process.run", folder);
  return async (places, runs, parts) => {
    const settings: SyncProcessSettings = { ...places, transfers: TRANSFERS, parts, runs };
    const measured = await measure(process.execPath, [...NODE_FLAGS, file], {
      SYNC: JSON.stringify(settings),
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      MALLOC_ARENA_MAX: "1",
      MALLOC_TRIM_THRESHOLD_: "131072",
    });
    const inProcess: SyncProcessRun[] = measured.output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    return { ...measured, inProcess };
  };
}

export const usualScript: Contender = {
  name: "the usual script",
  sync: ({ timeSeries, endpoint, bucket }) => {
    const script = fileURLToPath(new URL("usual-script.ts", import.meta.url));
    return measure(process.execPath, [script, timeSeries, endpoint, bucket], {});
  },
};

/** Returns rclone if it is installed. Otherwise, prints how to install it. */
export function rclone(): Contender | undefined {
  const version = spawnSync("rclone", ["version"], { encoding: "utf8" });
  if (version.error) {
    console.error("rclone is not installed, so it is not compared. To install it: apt-get install rclone");
    return undefined;
  }
  return {
    name: version.stdout.split("\n", 1)[0]?.replace("-DEV", "") ?? "rclone",
    sync: ({ timeSeries, endpoint, bucket }) =>
      measure(
        "rclone",
        [
          "sync",
          `:http,url='${timeSeries}pr/':`,
          `:s3,provider=Other,acl=bucket-owner-full-control,access_key_id=a,secret_access_key=b,endpoint='${endpoint}':${bucket}/bls/pr`,
          ...["--transfers", String(TRANSFERS), "--checkers", String(TRANSFERS)],
          ...["--user-agent", "rclone (bench@example.com)"],
        ],
        // rclone's S3 client does not accept a certificate bundle together with rclone's own HTTP transport.
        { AWS_CA_BUNDLE: undefined, RCLONE_CONFIG: "" },
      ),
  };
}
