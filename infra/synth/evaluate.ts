/**
 * Evaluates sst.config.ts for one stage, in a separate process, because SST and Pulumi keep state in their
 * modules. Started by synthesize.ts, to which it sends the result: node evaluate.ts BUNDLE STAGE FOLDER
 */
import crypto from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Pulumi from "@pulumi/pulumi";
import { platform, root } from "./folders.ts";
import { recordRegistrations } from "./monitor.ts";
import { type BuildRequest, emptyBuild, startRpc } from "./rpc.ts";
import type { Link, ResourceRecord, Synthesis } from "./synthesize.ts";

const [bundle = "", stage = "", folder = ""] = process.argv.slice(2);
const pulumi: typeof Pulumi = createRequire(join(platform, "package.json"))("@pulumi/pulumi");
const resources: ResourceRecord[] = [];
const links: Record<string, Link> = {};
const functions: BuildRequest[] = [];

// SST ends every physical name with random letters. These are the same each time, so two evaluations are
// equal.
crypto.randomBytes = ((size: number) => Buffer.alloc(size)) as typeof crypto.randomBytes;

const build = emptyBuild(folder);
const rpc = await startRpc((request) => {
  functions.push(request);
  return build(request);
});
process.env.SST_SERVER = rpc.url;

const { config, run } = await import(pathToFileURL(bundle).href);
const app: Synthesis["app"] = { protect: false, ...(await config.app({ stage })), stage };
await recordRegistrations(pulumi, { project: app.name, stage }, resources, links);
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
const synthesis: Synthesis = { app, resources, links, functions };
process.send?.(synthesis, () => process.disconnect());

function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
