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
 * Node's settings for a process with little memory: V8 starts garbage collection at a small heap size, and has no
 * threads with separate heaps; glibc keeps one heap instead of one per thread, and returns free memory.
 */
const NODE_FLAGS = ["--max-semi-space-size=2", "--initial-heap-size=8", "--v8-pool-size=0"];

/** The source and the destination. */
export type Places = { timeSeries: string; endpoint: string; bucket: string };

export type Contender = { name: string; sync: (places: Places) => Promise<Measured> };

/**
 * Data Quest as a process with `runs` runs, and `parts` parts of 8 MiB for all bodies in transit. Also
 * returns its own measurement of each run.
 */
export type DataQuest = (
  places: Places,
  runs: number,
  parts: number,
) => Promise<Measured & { inProcess: SyncProcessRun[] }>;

/**
 * Data Quest's sync, bundled into `folder` like its functions. V8 keeps the compiled code there, because
 * rclone is also compiled. The sync's own functions are called one after the other, without Step Functions
 * between them.
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

/** rclone, if it is installed. Otherwise explains how to install it. */
export function rclone(): Contender | undefined {
  const version = spawnSync("rclone", ["version"], { encoding: "utf8" });
  if (version.error) {
    console.error("rclone is not installed, so there is no comparison with it: apt-get install rclone");
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
        // rclone's S3 client does not accept a bundle of certificates together with its own transport.
        { AWS_CA_BUNDLE: undefined, RCLONE_CONFIG: "" },
      ),
  };
}
