/** Determines what a run would do, without doing it. */
import pMap from "p-map";
import { bronzeKey } from "../bronze/stored-file.ts";
import { populationKey } from "../constants.ts";
import { comparePopulation } from "../population/fetch-population.ts";
import { ask, drain, header } from "../source/http.ts";
import type { Discovery, ExecutionInput, Settings, SyncItem } from "../workflow.ts";
import { decide } from "./decide.ts";
import { type DeploymentLimits, discoverFiles } from "./discover.ts";
import { type FileItem, firstFacts, learn } from "./facts.ts";
import { type MirrorDependencies, syntheticRefusal, taskAddress } from "./task.ts";

/**
 * What a run would do with a file. `download` means that the bytes may turn out to be the same, `update` that
 * the file is known to differ, and `fail` that it cannot be synced.
 */
export type PlannedAction = "create" | "download" | "update" | "remove" | "keep" | "hold" | "fail";

/**
 * One file of a plan. `bytes` is the size at the source if the file would be fetched, otherwise the size of the
 * stored version.
 */
export type PlannedFile = { key: string; action: PlannedAction; bytes: number; reason: string };

/** What a run with these settings would do with each file of its listing, and with the population. */
export type Plan = { settings: Settings; source: string; listedAt: string; files: PlannedFile[] };

/** The dependencies of a plan: those of the mirror, and the URL of the population. */
export type PlanDependencies = MirrorDependencies & { population: string };

/**
 * Plans a run with this input. Reads the listing, the population, and what is stored, and asks the source
 * about files that the listing does not settle, as many at a time as a run would. Changes nothing. With `refresh:
 * false` there is nothing to plan: such a run fetches no files. Throws whatever discoverFiles throws;
 * SyntheticDataRefused and FileNameRefused, as a run would; PopulationShapeChanged; and the errors of the
 * source and of storage.
 */
export async function planRun(
  dependencies: PlanDependencies,
  input: ExecutionInput,
  limits: DeploymentLimits,
): Promise<Plan> {
  const discovery = await discoverFiles(dependencies, input, limits);
  const { settings, source, listedAt, items } = discovery;
  if (!settings.refresh) return { settings, source, listedAt, files: [] };
  const files = await pMap(items, (item) => planFile(dependencies, discovery, item), {
    concurrency: settings.concurrency,
  });
  files.push(await planPopulation(dependencies, settings));
  return { settings, source, listedAt, files };
}

async function planFile(
  dependencies: MirrorDependencies,
  { settings }: Discovery,
  item: SyncItem,
): Promise<PlannedFile> {
  const key = bronzeKey(settings.survey, item.path);
  if (item.do === "refuse") return { key, action: "fail", bytes: 0, reason: item.reason };
  const { facts, act } = await settle(dependencies, settings, item);
  const { version } = facts;
  const stored = version?.bytes ?? facts.listed?.size ?? 0;
  switch (act.do) {
    case "download":
      return { key, action: version ? "download" : "create", bytes: act.line.size, reason: act.reason };
    case "refuse":
      if (version) throw syntheticRefusal(dependencies, version);
      throw new Error(`${key} is refused, but no version is stored`);
    default:
      return { key, action: PLANNED[act.do], bytes: stored, reason: act.reason };
  }
}

const PLANNED = { nothing: "keep", keep: "keep", hold: "hold", renew: "update", remove: "remove" } as const;

/**
 * Learns facts until the decision is an action, without downloading: HEAD shows whether a file was modified.
 */
async function settle(dependencies: MirrorDependencies, settings: Settings, item: FileItem) {
  let facts = await firstFacts(dependencies, settings, item, undefined);
  for (;;) {
    const decision = decide(facts);
    if ("do" in decision) return { facts, act: decision };
    if (decision.need !== "modification") {
      facts = await learn(dependencies, settings, item, facts, decision.need);
      continue;
    }
    const answer = await ask(dependencies.source, taskAddress(dependencies, { settings, item }), {
      method: "HEAD",
      headers: { "if-modified-since": decision.since },
      accept: [200, 304],
    });
    await drain(answer);
    const lastModified = header(answer, "last-modified");
    facts = { ...facts, modification: { notModified: answer.statusCode === 304, lastModified } };
  }
}

async function planPopulation(dependencies: PlanDependencies, settings: Settings): Promise<PlannedFile> {
  const { answer, stored, decision } = await comparePopulation(dependencies, settings);
  const isFetched = decision.do === "create" || decision.do === "update";
  const bytes = isFetched ? answer.body.length : (stored?.bytes ?? 0);
  return { key: populationKey, action: decision.do, bytes, reason: decision.reason };
}
