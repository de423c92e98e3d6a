import { type ChildProcess, fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleConfig } from "./bundle.ts";
import { cache, platform } from "./folders.ts";
import { ensurePlatform } from "./platform.ts";
import type { BuildRequest } from "./rpc.ts";

/**
 * A resource as `sst deploy` would register it. `inputs` are resolved; `parent` is the name of the component
 * that created it; `dependsOn` has the names of the resources that are created before it and removed after it.
 */
export type ResourceRecord = {
  type: string;
  name: string;
  parent?: string | undefined;
  protect?: boolean;
  retainOnDelete?: boolean;
  dependsOn?: string[];
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
  /** What `sst deploy` prints. */
  outputs: Record<string, unknown>;
};

/** `settings` overrides the stage's own settings (QUEST_SETTINGS in infra/settings.ts). */
export type SynthesisOptions = {
  stage?: string;
  contact?: string;
  settings?: Record<string, unknown>;
};

/** One evaluation, as evaluate.ts receives it. */
export type Evaluation = { stage: string; environment: Record<string, string> };

/** Placeholder for the contact address that a deployment must provide. */
const placeholderContact = "data-quest@example.com";

/**
 * Evaluates sst.config.ts as `sst deploy` would, with SST's own components and without AWS, once for each
 * element of `all`. Installs SST's platform first if it is missing. Throws an Error with the message of the first
 * evaluation that fails.
 */
export async function synthesize(...all: SynthesisOptions[]): Promise<Synthesis[]> {
  await ensurePlatform();
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "synth-"));
  const bundle = join(platform, `${folder.split("/").at(-1)}.mjs`);
  try {
    await bundleConfig(bundle);
    return await evaluate(bundle, folder, all.map(evaluationOf));
  } finally {
    await rm(bundle, { force: true });
    await rm(folder, { recursive: true });
  }
}

function evaluationOf(options: SynthesisOptions): Evaluation {
  const { stage = "production", contact = placeholderContact, settings = {} } = options;
  return { stage, environment: { QUEST_CONTACT: contact, QUEST_SETTINGS: JSON.stringify(settings) } };
}

/** One process runs all evaluations, because loading SST and Pulumi takes most of the time. */
async function evaluate(bundle: string, folder: string, evaluations: Evaluation[]): Promise<Synthesis[]> {
  const args = [bundle, folder, JSON.stringify(evaluations)];
  const child = fork(join(import.meta.dirname, "evaluate.ts"), args, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: ["--no-warnings"],
  });
  const said = collect(child);
  const syntheses: Synthesis[] = [];
  child.on("message", (message) => syntheses.push(message as Synthesis));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0 && syntheses.length === evaluations.length) return syntheses;
  const stage = evaluations[syntheses.length]?.stage;
  throw new Error(`sst.config.ts cannot be evaluated for the stage ${stage} (exit code ${code}):\n${said()}`);
}

/** Everything that a process prints, for the message if it fails. */
function collect(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => chunks.push(text));
  return () => chunks.join("").trim();
}
