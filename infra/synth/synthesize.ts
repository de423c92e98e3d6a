import { type ChildProcess, fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleConfig } from "./bundle.ts";
import { cache, platform } from "./folders.ts";
import { ensurePlatform } from "./platform.ts";
import type { BuildRequest } from "./rpc.ts";

/**
 * A resource as `sst deploy` would register it. `inputs` are resolved; `parent` is the name of the component
 * that created it.
 */
export type ResourceRecord = {
  type: string;
  name: string;
  parent?: string | undefined;
  protect?: boolean;
  retainOnDelete?: boolean;
  inputs: Record<string, unknown>;
};

/** What a link to a component passes on. */
export type Link = Record<string, unknown>;

/** The result of one evaluation of sst.config.ts, in a stable order. */
export type Synthesis = {
  app: { name: string; stage: string; removal: string; protect: boolean; providers: Record<string, unknown> };
  resources: ResourceRecord[];
  links: Record<string, Link>;
  functions: BuildRequest[];
};

/** `settings` overrides the stage's own (QUEST_SETTINGS in infra/settings.ts). */
export type SynthesisOptions = {
  stage?: string;
  contact?: string;
  settings?: Record<string, unknown>;
};

/** Placeholder for the address that a deployment must provide. */
export const placeholderContact = "data-quest@example.com";

/**
 * Evaluates sst.config.ts as `sst deploy` would, with SST's own components and without AWS, once for each of
 * `all`. Installs SST's platform first if it is missing. Throws an Error with the message of the first
 * evaluation that fails.
 */
export async function synthesize(...all: SynthesisOptions[]): Promise<Synthesis[]> {
  await ensurePlatform();
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "synth-"));
  const bundle = join(platform, `${folder.split("/").at(-1)}.mjs`);
  try {
    await bundleConfig(bundle);
    const results: Synthesis[] = [];
    for (const options of all) results.push(await evaluate(bundle, folder, options));
    return results;
  } finally {
    await rm(bundle, { force: true });
    await rm(folder, { recursive: true });
  }
}

async function evaluate(bundle: string, folder: string, options: SynthesisOptions): Promise<Synthesis> {
  const { stage = "production", contact = placeholderContact, settings = {} } = options;
  const child = fork(join(import.meta.dirname, "evaluate.ts"), [bundle, stage, folder], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: ["--no-warnings"],
    env: { ...process.env, QUEST_CONTACT: contact, QUEST_SETTINGS: JSON.stringify(settings) },
  });
  const said = collect(child);
  const [synthesis, code] = await new Promise<[Synthesis | undefined, number | null]>((resolve, reject) => {
    let received: Synthesis | undefined;
    child.once("message", (message) => {
      received = message as Synthesis;
    });
    child.once("error", reject);
    child.once("close", (exitCode) => resolve([received, exitCode]));
  });
  if (code === 0 && synthesis) return synthesis;
  throw new Error(`sst.config.ts cannot be evaluated for the stage ${stage} (exit code ${code}):\n${said()}`);
}

/** Everything that a process prints, for the message if it fails. */
function collect(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => chunks.push(text));
  return () => chunks.join("").trim();
}
