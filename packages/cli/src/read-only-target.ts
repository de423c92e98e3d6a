/** The target of a read-only command. */
import { chooseDeployment } from "./deployments.ts";
import type { Target } from "./target.ts";

export type ReadOnlyOptions = { stateDir: string; stage?: string; bucketPrefix?: string };

/** The stage in the options, or else the laptop's local AWS. Throws Failure as stageTarget and localTarget do. */
export async function readOnlyTarget({ stateDir, stage, bucketPrefix }: ReadOnlyOptions): Promise<Target> {
  if (stage !== undefined) {
    const { stageTarget } = await import("./stage-target.ts");
    return stageTarget(stage);
  }
  const { localTarget } = await import("./local-target.ts");
  return localTarget({
    stateDir,
    deployment: chooseDeployment({ ...(bucketPrefix === undefined ? {} : { bucketPrefix }) }, process.env),
    asked: false,
    readOnly: true,
    log: (line) => process.stderr.write(`${line}\n`),
  });
}
