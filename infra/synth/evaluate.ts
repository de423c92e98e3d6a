/**
 * Evaluates sst.config.ts once for each element of a list of options. synthesize.ts starts this script as a
 * separate process, because SST and Pulumi keep state in globals, and receives each result.
 * Usage: node evaluate.ts BUNDLE FOLDER OPTIONS (JSON)
 */
import crypto from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Pulumi from "@pulumi/pulumi";
import { platform, root } from "./folders.ts";
import { recordRegistrations } from "./monitor.ts";
import { type BuildRequest, emptyBuild, startRpc } from "./rpc.ts";
import type { Evaluation, Link, ResourceRecord, Synthesis } from "./synthesize.ts";

const [bundle = "", folder = "", options = "[]"] = process.argv.slice(2);
const pulumi: typeof Pulumi = createRequire(join(platform, "package.json"))("@pulumi/pulumi");
const build = emptyBuild(folder);

// Pulumi captures a stack trace for every promise. With the default of ten frames, the traces take half of the
// total time.
Error.stackTraceLimit = 1;

// SST ends every physical name with random letters. Here, they are the same each time, so that two
// evaluations are equal.
crypto.randomBytes = ((size: number) => Buffer.alloc(size)) as typeof crypto.randomBytes;

const evaluations: Evaluation[] = JSON.parse(options);
for (const [index, evaluation] of evaluations.entries()) {
  const synthesis = await evaluate(evaluation, index);
  await new Promise((resolve) => process.send?.(synthesis, resolve));
}
process.disconnect();

async function evaluate({ stage, environment }: Evaluation, index: number): Promise<Synthesis> {
  const resources: ResourceRecord[] = [];
  const links: Record<string, Link> = {};
  const functions: BuildRequest[] = [];
  const outputs: Record<string, unknown> = {};
  const rpc = await startRpc((request) => {
    functions.push(request);
    return build(request);
  });
  Object.assign(process.env, environment, { SST_SERVER: rpc.url });

  // SST's components and infra/ keep state in their modules, so each evaluation loads its own copies.
  const { config, run } = await import(`${pathToFileURL(bundle).href}?evaluation=${index}`);
  const app: Synthesis["app"] = { protect: false, ...(await config.app({ stage })), stage };
  await recordRegistrations(pulumi, { project: app.name, stage }, resources, links, outputs);
  Object.assign(globalThis, {
    $app: app,
    $dev: false,
    $cli: {
      command: "deploy",
      rpc: rpc.url,
      paths: { home: folder, root, work: folder, platform },
      state: { version: {} },
    },
  });
  await pulumi.runtime.runInPulumiStack(() => run(config.run));
  await pulumi.runtime.disconnect();
  rpc.server.close();

  resources.sort((a, b) => inOrder(`${a.type} ${a.name}`, `${b.type} ${b.name}`));
  functions.sort((a, b) => inOrder(a.functionID, b.functionID));
  return { app, resources, links, functions, outputs };
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
