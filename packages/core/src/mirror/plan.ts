/** What a run would do, without doing it. */
import pMap from "p-map";
import { isCopy } from "../bronze/copies.ts";
import {
  bronzeKey,
  hasStamp,
  isHeld,
  readStoredFile,
  type StoredFile,
  stampOf,
} from "../bronze/stored-file.ts";
import { askPopulation, contentHash } from "../population/fetch-population.ts";
import { populationKey } from "../population/population.ts";
import { ask, drain, header } from "../source/http.ts";
import type { Discovery, ExecutionInput, Settings, SyncItem } from "../workflow.ts";
import { dateForIfModifiedSince } from "./conditions.ts";
import { type DeploymentLimits, discoverFiles } from "./discover.ts";
import { askForUnlisted, isStored, NOT_LISTED } from "./remove-file.ts";
import {
  type MirrorDependencies,
  refuseSynthetic,
  type TaskOfFile,
  taskAddress,
  taskSource,
} from "./task.ts";

/**
 * What a run would do with a file. `download` is for one that may turn out to have the same bytes, `update` for one that is known
 * to differ. `fail` is for one that cannot be synced.
 */
export type PlannedAction = "create" | "download" | "update" | "remove" | "keep" | "hold" | "fail";

/** One file of a plan. `bytes` is the source's size where it would be fetched, else the stored version's. */
export type PlannedFile = { key: string; action: PlannedAction; bytes: number; reason: string };

/** What a run with these settings would do with each file of its listing, and with the population. */
export type Plan = { settings: Settings; source: string; listedAt: string; files: PlannedFile[] };

/** What a plan is made with: the mirror's own, and the address of the population. */
export type PlanDependencies = MirrorDependencies & { population: string };

/**
 * Plans a run with this input. It reads the listing, the population and what is stored, asks the source about the files
 * that the listing leaves open, as many at a time as a run would, and changes nothing.
 * With `refresh: false` there is nothing to plan: such a run fetches no file.
 * Throws what discoverFiles throws, SyntheticDataRefused and FileNameRefused as a run would, PopulationShapeChanged, and the errors of the source
 * and of storage.
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
  discovery: Discovery,
  item: SyncItem,
): Promise<PlannedFile> {
  const key = bronzeKey(discovery.settings.survey, item.path);
  if (item.do === "refuse") return { key, action: "fail", bytes: 0, reason: item.reason };
  const stored = await readStoredFile(dependencies.bronze, key);
  const accepted = discovery.settings.acceptSource.includes(key);
  const reason = "a person put this version here";
  const hold: PlannedFile = { key, action: "hold", bytes: stored?.bytes ?? 0, reason };
  if (stored && isHeld(stored) && !accepted) return hold;
  if (stored) refuseSynthetic(dependencies, { item, settings: discovery.settings }, stored);
  const planned = await planUnheld(dependencies, discovery.settings, item, stored);
  const isChange = planned.action === "download" || planned.action === "remove";
  return stored && !accepted && isChange && (await isCopy(dependencies.bronze, stored)) ? hold : planned;
}

/** The plan for a file that a run may change. */
async function planUnheld(
  dependencies: MirrorDependencies,
  settings: Settings,
  item: Exclude<SyncItem, { do: "refuse" }>,
  stored: StoredFile | undefined,
): Promise<PlannedFile> {
  const key = bronzeKey(settings.survey, item.path);
  if (item.do === "remove") return planUnlisted(dependencies, { item, settings }, key, stored);
  const download = (reason: string): PlannedFile => ({ key, action: "download", bytes: item.size, reason });
  if (stored === undefined) return { ...download("new at the source"), action: "create" };
  if (isHeld(stored)) return download("the source is accepted over the held version");
  if (settings.acceptSource.includes(key)) return download("the source is accepted");
  if (settings.verify) return download("verify compares every file");
  return planStored(dependencies, { item, settings }, stored);
}

/** The plan for a file that sync wrote: the listing's stamp, its size, or the source's own word (HEAD) tell whether it stays. */
async function planStored(
  dependencies: MirrorDependencies,
  task: TaskOfFile & { item: { do: "sync" } },
  stored: StoredFile,
): Promise<PlannedFile> {
  const { item } = task;
  const { key } = stored;
  const from = taskSource(dependencies, task);
  const keep = (reason: string): PlannedFile => ({ key, action: "keep", bytes: stored.bytes, reason });
  const download = (reason: string): PlannedFile => ({ key, action: "download", bytes: item.size, reason });
  const listed = { size: item.size, modified: new Date(item.modified) };
  if (hasStamp(stored.tags, stampOf(listed), from)) return keep("the listing has the same time and size");
  const since = dateForIfModifiedSince(stored, listed, from);
  if (since === undefined) {
    return download(
      item.size === stored.bytes
        ? "the same size, with another time or of another source: only its bytes can tell"
        : "the listing has another size",
    );
  }
  const answer = await ask(dependencies.source, taskAddress(dependencies, task), {
    method: "HEAD",
    headers: { "if-modified-since": since },
    accept: [200, 304],
  });
  await drain(answer);
  return answer.statusCode === 304 && (header(answer, "last-modified") ?? since) === since
    ? keep("the source says that it is not modified (304)")
    : download("changed at the source");
}

async function planUnlisted(
  dependencies: MirrorDependencies,
  task: TaskOfFile,
  key: string,
  stored: StoredFile | undefined,
): Promise<PlannedFile> {
  const { gone, found } = await askForUnlisted(dependencies.source, taskAddress(dependencies, task));
  const bytes = stored?.bytes ?? 0;
  if (gone !== undefined) return { key, action: "remove", bytes, reason: `gone at the source (${gone})` };
  if (found && stored) {
    const download = { key, action: "download", bytes: found.size } as const;
    if (task.settings.verify) return { ...download, reason: `${NOT_LISTED}; verify compares every file` };
    if (!isStored(found, stored, taskSource(dependencies, task)))
      return { ...download, reason: `${NOT_LISTED}; changed at the source` };
  }
  return { key, action: "keep", bytes, reason: NOT_LISTED };
}

async function planPopulation(
  { source, population, bronze }: PlanDependencies,
  settings: Settings,
): Promise<PlannedFile> {
  const key = populationKey;
  const { body, digest } = await askPopulation(source, population);
  const stored = await readStoredFile(bronze, key);
  if (stored === undefined) return { key, action: "create", bytes: body.length, reason: "new at the source" };
  const same = (await contentHash(bronze, stored)) === digest.toString("hex");
  const isPersons = isHeld(stored) || (!same && (await isCopy(bronze, stored)));
  if (isPersons && !settings.acceptSource.includes(key)) {
    const reason = same ? "the source has the same bytes" : "the source differs";
    return { key, action: "hold", bytes: stored.bytes, reason: `a person put this version here; ${reason}` };
  }
  return same
    ? { key, action: "keep", bytes: stored.bytes, reason: "the same bytes (sha256)" }
    : { key, action: "update", bytes: body.length, reason: "changed at the source" };
}
