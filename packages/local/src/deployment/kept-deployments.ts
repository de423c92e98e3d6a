/** Stores the deployment that each execution ran with, because a redrive must use the same sources. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import { replacePrivateText } from "@data-quest/state-directory/replace-file";
import { entryName } from "@data-quest/step-functions";
import * as z from "zod";
import { Deployment } from "./deployment.ts";

/**
 * A stored deployment cannot be read. The message includes the file's path and says what cannot be done
 * without the file.
 */
export class DeploymentDamaged extends Error {
  override readonly name = "DeploymentDamaged";
}

/** Stores the deployment of an execution. */
export function keepDeployment(stateDir: string, execution: string, deployment: Deployment): void {
  mkdirSync(join(stateDir, "deployments"), { recursive: true, mode: PRIVATE_DIRECTORY });
  replacePrivateText(fileOf(stateDir, execution), `${JSON.stringify(deployment, null, 2)}\n`);
}

/**
 * The deployment that an execution ran with. Undefined if no deployment was stored. Throws DeploymentDamaged
 * if the stored file is damaged.
 */
export function keptDeployment(stateDir: string, execution: string): Deployment | undefined {
  const file = fileOf(stateDir, execution);
  try {
    return Deployment.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new DeploymentDamaged(
      `${file} is damaged. It records the sources of the execution ${execution}, so this execution cannot be redriven. Start a new one`,
    );
  }
}

/**
 * Like keptDeployment, but a damaged deployment counts as missing. For callers that can work without the
 * deployment.
 */
export function readableDeployment(stateDir: string, execution: string): Deployment | undefined {
  try {
    return keptDeployment(stateDir, execution);
  } catch (error) {
    if (error instanceof DeploymentDamaged) return undefined;
    throw error;
  }
}

/** Removes the stored deployment of an execution. */
export function removeKeptDeployment(stateDir: string, execution: string): void {
  rmSync(fileOf(stateDir, execution), { force: true });
}

function fileOf(stateDir: string, execution: string): string {
  return join(stateDir, "deployments", `${entryName(execution)}.json`);
}
