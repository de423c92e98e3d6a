/** A fault of the table, and what is seen when it strikes. */
import { runSteps } from "./run.ts";
import { openScene, type Scene, type SceneOptions } from "./scene.ts";

export type FaultCase = {
  side: "source" | "S3";
  /** The row of the table. */
  fault: string;
  scene?: SceneOptions;
  /** Lets the fault begin. Gives what ends it, where the world's own faults are not all. */
  begin: (scene: Scene) => unknown;
  expected: Seen;
  /** What the step does about it, where the outcome alone does not say. */
  note?: string;
};

/** What a run with the fault does, what is in Bronze then, and what makes it right. */
export type Seen = {
  /** The errors that are retried. */
  retried: string[];
  /** The error that ends the run; null: it succeeds. */
  error: string | null;
  /** The file that changed at the source, as Bronze has it after the run. */
  changedFile: "old" | "new" | "another";
  /** What makes Bronze equal to the source again; null where it is so already. */
  repairedBy: null | "next run" | "verify";
  brokenPromises: string[];
};

/** Lets a fault strike, and looks. */
export async function strike(fault: FaultCase): Promise<Seen> {
  const scene = await openScene(fault.scene);
  try {
    const end = await fault.begin(scene);
    const { retried, error } = await runSteps(scene.world, "struck");
    scene.world.replica.setFaults([]);
    scene.world.setS3Faults();
    if (typeof end === "function") await end();
    const changedFile = await scene.changedFile();
    if (changedFile === "none") throw new Error("The changed file is not stored at all");
    const brokenPromises = await scene.ledger.brokenPromises();
    const repairedBy = await repair(scene);
    return { retried, error, changedFile, repairedBy, brokenPromises };
  } finally {
    await scene.world.close();
  }
}

/** Makes healthy runs until Bronze equals the source, and says what it took. Throws where nothing helps. */
async function repair(scene: Scene): Promise<Seen["repairedBy"]> {
  const before = await scene.ledger.differences();
  await scene.world.sync({}, "healthy");
  let repairedBy: Seen["repairedBy"] = before.length === 0 ? null : "next run";
  if ((await scene.ledger.differences()).length > 0) {
    await scene.world.sync({ verify: true }, "verify");
    repairedBy = "verify";
  }
  const left = await scene.ledger.differences();
  if ((await scene.world.openUploads()) > 0) left.push("a multipart upload is open");
  if (left.length > 0) throw new Error(`Healthy runs do not repair: ${left.join("; ")}`);
  return repairedBy;
}
