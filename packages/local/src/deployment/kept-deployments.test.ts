import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Deployment } from "./deployment.ts";
import { keepDeployment, keptDeployment } from "./kept-deployments.ts";

const EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:Pipeline:one";
const deployment = (contact: string): Deployment => ({
  source: "sample",
  populationSource: "sample",
  contact,
  concurrency: 4,
  maxRemovedShare: 0.25,
  bucketPrefix: "data-quest",
});

test("a deployment that is stored again is replaced in one step", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "kept-deployments-"));
  try {
    keepDeployment(stateDir, EXECUTION, deployment("old@example.com"));
    const folder = join(stateDir, "deployments");
    const [name = ""] = readdirSync(folder);
    const reader = openSync(join(folder, name), "r");
    keepDeployment(stateDir, EXECUTION, deployment("new@example.com"));
    expect(readFileSync(reader, "utf8")).toContain("old@example.com");
    closeSync(reader);
    expect(keptDeployment(stateDir, EXECUTION)?.contact).toBe("new@example.com");
    expect(readdirSync(folder)).toEqual([name]);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
});
