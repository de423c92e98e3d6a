/** What a run would do, without doing it. */
import { SourceNotFound } from "../errors.ts";
import { ask, header } from "../source/http.ts";
import type { Discovery, Execution, SyncItem } from "../workflow.ts";
import { bronzeKey, isHeld, readStoredFile, stampOf } from "./bronze.ts";
import { dateForIfModifiedSince } from "./conditions.ts";
import { type SyncDependencies, taskAddress } from "./task.ts";

/** What a run would do with a file. `download` is for one that may turn out to have the same bytes. */
export type PlannedAction = "create" | "download" | "remove" | "keep" | "hold";

/** One file of a plan. `bytes` is what would be downloaded. */
export type PlannedFile = { path: string; action: PlannedAction; bytes: number; reason: string };

const NO_EXECUTION: Execution = { id: "", name: "", startTime: "" };

/**
 * Plans one item of a discovery. The source is asked (HEAD) only where the listing alone does not tell.
 * Throws the errors of the source and of storage.
 */
export async function planFile(
  dependencies: SyncDependencies,
  discovery: Discovery,
  item: SyncItem,
): Promise<PlannedFile> {
  const { settings } = discovery;
  const { path } = item;
  const key = bronzeKey(settings.survey, path);
  const stored = await readStoredFile(dependencies.bronze, key);
  const accepted = settings.acceptSource.includes(key);
  const address = taskAddress(dependencies, {
    item,
    settings,
    listedAt: new Date(discovery.listedAt),
    execution: NO_EXECUTION,
  });
  if (stored && isHeld(stored) && !accepted)
    return { path, action: "hold", bytes: 0, reason: "a person put this version here" };
  if (item.do === "remove") {
    const gone = await isGone(dependencies, address);
    return gone
      ? { path, action: "remove", bytes: 0, reason: "gone at the source" }
      : { path, action: "keep", bytes: 0, reason: "not in the listing, but the source still has it" };
  }
  const bytes = item.size;
  if (stored === undefined) return { path, action: "create", bytes, reason: "new at the source" };
  if (accepted)
    return { path, action: "download", bytes, reason: "the source is accepted over the held version" };
  if (settings.verify) return { path, action: "download", bytes, reason: "verify compares every file" };
  const listed = { ...item, modified: new Date(item.modified) };
  if (stored.tags.sha256 !== undefined && stored.tags.stamp === stampOf(listed))
    return { path, action: "keep", bytes: 0, reason: "the listing has the same time and size" };
  const since = dateForIfModifiedSince(stored, listed);
  if (since === undefined)
    return { path, action: "download", bytes, reason: "size or time differ from the stored file's" };
  const answer = await ask(dependencies.source, address, {
    method: "HEAD",
    headers: { "if-modified-since": since },
    accept: [200, 304],
  });
  await answer.body.dump();
  if (answer.statusCode === 304 && (header(answer, "last-modified") ?? since) === since)
    return { path, action: "keep", bytes: 0, reason: "the source says that it is not modified (304)" };
  return { path, action: "download", bytes, reason: "changed at the source" };
}

async function isGone(dependencies: SyncDependencies, address: URL): Promise<boolean> {
  try {
    const answer = await ask(dependencies.source, address, { method: "HEAD", accept: [200] });
    await answer.body.dump();
    return false;
  } catch (error) {
    if (error instanceof SourceNotFound) return true;
    throw error;
  }
}
