/** The deployment that each execution ran with: a redrive must have the same sources. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import { entryName } from "@data-quest/step-functions";
import * as z from "zod";
import { Deployment } from "./deployment.ts";

/** A stored deployment cannot be read. The message names the file and what is impossible without it. */
export class DeploymentDamaged extends Error {
  override readonly name = "DeploymentDamaged";
}

/** Stores the deployment of an execution. */
export function keepDeployment(stateDir: string, execution: string, deployment: Deployment): void {
  mkdirSync(join(stateDir, "deployments"), { recursive: true, mode: PRIVATE_DIRECTORY });
  writeFileSync(fileOf(stateDir, execution), `${JSON.stringify(deployment, null, 2)}\n`, {
    mode: PRIVATE_FILE,
  });
}

/**
 * The deployment that an execution ran with. Undefined if none was stored. Throws DeploymentDamaged, which
 * names the file.
 */
export function keptDeployment(stateDir: string, execution: string): Deployment | undefined {
  const file = fileOf(stateDir, execution);
  try {
    return Deployment.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new DeploymentDamaged(
      `${file} is damaged: it records the sources of the execution ${execution}, so this execution cannot be redriven. Start a new one`,
    );
  }
}

/** Like keptDeployment, for callers that work without the deployment: a damaged one counts as missing. */
export function readableDeployment(stateDir: string, execution: string): Deployment | undefined {
  try {
    return keptDeployment(stateDir, execution);
  } catch (error) {
    if (error instanceof DeploymentDamaged) return undefined;
    throw error;
  }
}

/** Removes what was stored for an execution. */
export function removeKeptDeployment(stateDir: string, execution: string): void {
  rmSync(fileOf(stateDir, execution), { force: true });
}

function fileOf(stateDir: string, execution: string): string {
  return join(stateDir, "deployments", `${entryName(execution)}.json`);
}
