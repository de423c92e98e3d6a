/** Learns the facts that a decision needs. */
import { isCopy } from "../bronze/copies.ts";
import { bronzeKey, readStoredFile, sourceTag } from "../bronze/stored-file.ts";
import { surveyAddress } from "../source/survey-folder.ts";
import { readCurrentTags } from "../storage/objects.ts";
import type { Settings, SyncItem } from "../workflow.ts";
import type { Facts } from "./decide.ts";
import { type MirrorDependencies, taskAddress } from "./task.ts";
import { askForUnlisted } from "./unlisted.ts";

/** An item that may be synced. */
export type FileItem = Exclude<SyncItem, { do: "refuse" }>;

/** What is known about a file from one request for the current version's tags. */
export async function firstFacts(
  { bronze, timeSeries }: MirrorDependencies,
  settings: Settings,
  item: FileItem,
  execution: string | undefined,
): Promise<Facts> {
  const key = bronzeKey(settings.survey, item.path);
  const synthetic = item.synthetic ?? false;
  return {
    accepted: settings.acceptSource.includes(key),
    verify: settings.verify,
    source: sourceTag(surveyAddress(timeSeries, settings.survey), synthetic),
    synthetic,
    execution,
    listed: item.do === "sync" ? { size: item.size, modified: new Date(item.modified) } : undefined,
    current: await readCurrentTags(bronze, key),
  };
}

/** Learns one more fact. Throws the errors of the source and of storage, and FileNameRefused. */
export async function learn(
  dependencies: MirrorDependencies,
  settings: Settings,
  item: FileItem,
  facts: Facts,
  need: "version" | "copied" | "presence",
): Promise<Facts> {
  const { bronze, source } = dependencies;
  if (need === "copied")
    return { ...facts, copied: facts.version !== undefined && (await isCopy(bronze, facts.version)) };
  if (need === "presence")
    return {
      ...facts,
      presence: await askForUnlisted(source, taskAddress(dependencies, { settings, item })),
    };
  const version = await readStoredFile(bronze, bronzeKey(settings.survey, item.path), facts.current);
  return version ? { ...facts, version, current: version } : { ...facts, current: undefined };
}
