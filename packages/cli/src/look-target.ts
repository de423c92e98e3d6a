/** What a command looks at that starts no execution. */
import { chooseDeployment } from "./deployments.ts";
import type { Target } from "./target.ts";

export type LookOptions = { stateDir: string; stage?: string; bucketPrefix?: string };

/** The stage that the options name, else the laptop's local AWS. Throws Failure as the targets do. */
export async function lookTarget({ stateDir, stage, bucketPrefix }: LookOptions): Promise<Target> {
  if (stage !== undefined) {
    const { stageTarget } = await import("./stage-target.ts");
    return stageTarget(stage);
  }
  const { localTarget } = await import("./local-target.ts");
  return localTarget({
    stateDir,
    deployment: chooseDeployment({ ...(bucketPrefix === undefined ? {} : { bucketPrefix }) }, process.env),
    asked: false,
    onlyLooks: true,
    log: (line) => process.stderr.write(`${line}\n`),
  });
}
