/** The deployment that each execution ran with, kept beside it: a redrive must have the same sources. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "./deployment.ts";

/** Keeps the deployment of an execution. */
export function keepDeployment(stateDir: string, execution: string, deployment: Deployment): void {
  mkdirSync(join(stateDir, "deployments"), { recursive: true });
  writeFileSync(fileOf(stateDir, execution), `${JSON.stringify(deployment, null, 2)}\n`);
}

/** The deployment that an execution ran with; undefined where none was kept. */
export function keptDeployment(stateDir: string, execution: string): Deployment | undefined {
  try {
    return Deployment.parse(JSON.parse(readFileSync(fileOf(stateDir, execution), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** An execution's name may hold what is special in a path. */
function fileOf(stateDir: string, execution: string): string {
  return join(stateDir, "deployments", `${encodeURIComponent(execution)}.json`);
}
