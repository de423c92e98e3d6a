import { bronzeKey, type StoredFile, sourceTag } from "../bronze/stored-file.ts";
import type { chooseDataFiles } from "../data-files/choose.ts";
import { FileNameRefused, SyntheticDataRefused } from "../errors.ts";
import type { SourceClient } from "../source/http.ts";
import { fileAddress, type SourceFile, surveyAddress } from "../source/survey-folder.ts";
import type { Bucket } from "../storage/objects.ts";
import type { PartBuffers } from "../upload/part-buffers.ts";
import type { Execution, Settings, SyncItem } from "../workflow.ts";

/** Where files come from and where they go. */
export type MirrorDependencies = {
  source: SourceClient;
  /** The URL of the folder of all surveys. */
  timeSeries: string;
  bronze: Bucket;
  /** Chooses the data files to analyze. Without it, the names of the survey's files decide. */
  chooseDataFiles?: typeof chooseDataFiles;
};

/** What sync needs. The buffers are shared by everything that the process syncs concurrently. */
export type SyncDependencies = MirrorDependencies & { buffers: PartBuffers };

/** One iteration's task. `listedAt` is when the item was listed, by the source's clock. */
export type SyncTask = { item: SyncItem; listedAt: Date; settings: Settings; execution: Execution };

/** A file as one listing page showed it. */
export type Listed = { file: SourceFile; listedAt: Date };

/**
 * The URL of a task's file. Throws FileNameRefused if the path points elsewhere, as a path with `..` does. Only a
 * path from a key in Bronze can do so.
 */
export function taskAddress(dependencies: MirrorDependencies, { settings, item }: TaskOfFile): URL {
  const folder = surveyAddress(dependencies.timeSeries, settings.survey);
  const address = fileAddress(folder, item.path);
  if (address.href === `${folder.href}${item.path.split("/").map(encodeURIComponent).join("/")}`)
    return address;
  throw new FileNameRefused(
    `s3://${dependencies.bronze.name}/${bronzeKey(settings.survey, item.path)} has a name that points outside ${folder}, so it cannot be requested from the source. ` +
      "A redrive cannot fix this: copy the object to another key, delete it here, and start a new run",
  );
}

/** Identifies the file of a task. */
export type TaskOfFile = Pick<SyncTask, "item" | "settings">;

/** The tag of the source that a task's file comes from. */
export function taskSource({ timeSeries }: MirrorDependencies, { settings, item }: TaskOfFile): string {
  return sourceTag(surveyAddress(timeSeries, settings.survey), item.synthetic ?? false);
}

/** The error if synthetic data would replace real data, which only `acceptSource` allows. */
export function syntheticRefusal(
  { bronze, timeSeries }: MirrorDependencies,
  { key, metadata }: StoredFile,
): SyntheticDataRefused {
  return new SyntheticDataRefused(
    `s3://${bronze.name}/${key} came from ${metadata.source ?? "an operator"}, and ${timeSeries} serves synthetic data only (the sample), which does not replace it. ` +
      `A redrive cannot fix this: start a new run that reads the source with --source, that keeps the sample in a separate --state-dir, or that accepts the sample with --accept-source ${key}`,
  );
}
