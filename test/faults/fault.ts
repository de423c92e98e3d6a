/** A fault in the table, and what is observed when it occurs. */
import { createHash } from "node:crypto";
import { readTags } from "@data-quest/core/storage/objects";
import { type Run, runSteps } from "./run.ts";
import { openScene, type Scene, type SceneOptions } from "./scene.ts";

export type FaultCase = {
  side: "source" | "S3";
  /** The name of the fault in the table. */
  fault: string;
  scene?: SceneOptions;
  /** Starts the fault. Returns a function that ends it, or nothing if the harness ends the fault itself. */
  begin: (scene: Scene) => unknown;
  expected: Seen;
  /** What the step does about the fault, if the outcome alone does not show it. */
  note?: string;
};

/** What a run with the fault does, what is in Bronze afterward, and what repairs it. */
export type Seen = {
  /** The errors that are retried. */
  retried: string[];
  /** The error that ends the run. Null if the run succeeds. */
  error: string | null;
  /** What the error stops: nothing, only the file, or the run. */
  stops: Run["stops"];
  /**
   * The pauses that Retry-After or a Retry rule without jitter requested, in seconds, rounded to the nearest 10.
   * Pauses of less than 5 seconds have other causes, and are left out.
   */
  pauses: number[];
  /** Whether the run requested the rest of a body (Range, If-Range). */
  asksForRest: boolean;
  /** Whether the run made a conditional request for a file (If-Modified-Since). */
  asksIfModified: boolean;
  /** Which version of the changed file is in Bronze after the run. */
  changedFile: "old" | "new" | "another";
  /** What makes Bronze equal to the source again. Null if the two are already equal. */
  repairedBy: null | "next run" | "verify";
  brokenPromises: string[];
};

/** Injects a fault, and observes a run. Throws an Error if the fault never occurs or is never repaired. */
export async function strike(fault: FaultCase): Promise<Seen> {
  const scene = await openScene(fault.scene);
  const { harness } = scene;
  try {
    const end = await fault.begin(scene);
    const [pausesBefore, requestsBefore] = [harness.pauses.length, harness.replica.requests.length];
    const { retried, error, waits, stops } = await runSteps(harness, "struck");
    const requests = harness.replica.requests.slice(requestsBefore);
    const pauses = [...harness.pauses.slice(pausesBefore), ...waits];
    harness.replica.setFaults([]);
    harness.setS3Faults();
    if (typeof end === "function") await end();
    if (scene.strikes() === 0) throw new Error(`${fault.fault}: never occurred`);
    const changedFile = await scene.changedFile();
    if (changedFile === "none") throw new Error("The changed file is not stored at all");
    const brokenPromises = [...(await scene.publications.brokenPromises()), ...(await wrongTags(scene))];
    const repairedBy = await repair(scene);
    return {
      retried,
      error,
      stops,
      pauses: pauses.map((milliseconds) => Math.round(milliseconds / 10_000) * 10).filter(Boolean),
      asksForRest: requests.some(({ headers }) => "range" in headers && "if-range" in headers),
      asksIfModified: requests.some(({ headers }) => "if-modified-since" in headers),
      changedFile,
      repairedBy,
      brokenPromises,
    };
  } finally {
    await harness.close();
  }
}

/** Describes the versions whose SHA-256 tag does not match their bytes. */
async function wrongTags({ harness }: Scene): Promise<string[]> {
  const wrong: string[] = [];
  for (const { key, versionId, marker } of await harness.versions()) {
    if (marker) continue;
    const { sha256 } = await readTags(harness.dependencies.bronze, key, versionId);
    const actual = createHash("sha256")
      .update(await harness.body(key, versionId))
      .digest("hex");
    if (sha256 !== undefined && sha256 !== actual)
      wrong.push(`${key} has a version with the tags of another version`);
  }
  return wrong;
}

/**
 * Syncs without faults until Bronze equals the source, and returns which run was needed. Throws an Error if no
 * run makes them equal.
 */
async function repair(scene: Scene): Promise<Seen["repairedBy"]> {
  const before = await scene.publications.differences();
  await scene.harness.sync({}, "healthy");
  let repairedBy: Seen["repairedBy"] = before.length === 0 ? null : "next run";
  if ((await scene.publications.differences()).length > 0) {
    await scene.harness.sync({ verify: true }, "verify");
    repairedBy = "verify";
  }
  const left = await scene.publications.differences();
  if ((await scene.harness.openUploads()) > 0) left.push("a multipart upload is open");
  if (left.length > 0) throw new Error(`Problems remain after healthy runs: ${left.join("; ")}`);
  return repairedBy;
}
