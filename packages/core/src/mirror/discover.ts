/** Determines what a run has to do: its complete settings, and one item per file. */
import pMap from "p-map";
import { sha256Of } from "../bronze/content-hash.ts";
import { keptResult } from "../bronze/kept-result.ts";
import { reasons } from "../bronze/reasons.ts";
import { bronzeKey, isHeld, readStoredFile, surveyPrefix } from "../bronze/stored-file.ts";
import { defaultSurvey, populationKey } from "../constants.ts";
import type { DataFilesOfSurveys } from "../data-files/choice.ts";
import { chooseDataFiles, type ListedFile } from "../data-files/choose.ts";
import { InvalidInput, ListingNotBelievable, ListingTooLarge, SurveyEmpty } from "../errors.ts";
import { completeQuestions } from "../questions/registry.ts";
import { listSurvey, type SurveyListing, surveyAddress } from "../source/survey-folder.ts";
import { type Bucket, listObjects } from "../storage/objects.ts";
import { isStartedByAllSurveys, shareConcurrency } from "../surveys/all-surveys.ts";
import { abortDeadUploads } from "../upload/open-uploads.ts";
import type { Discovery, ExecutionInput, Settings, SyncItem, SyncResult } from "../workflow.ts";
import type { MirrorDependencies } from "./task.ts";

/** Settings of the deployment, which an input cannot change. */
export type DeploymentLimits = {
  /** How many files are synced at a time. */
  concurrency: number;
  /**
   * The largest share (0 to 1) of the stored files that may be missing from a listing before the listing is
   * refused.
   */
  maxRemovedShare: number;
  /** The data files to analyze instead of the usual ones, by survey. */
  dataFiles?: DataFilesOfSurveys;
};

/** A state's payload is at most 256 KiB; Step Functions' envelope around it needs some of that. */
const LARGEST_PAYLOAD_BYTES = 250 * 1024;
/**
 * The largest JSON size of a file's outcome, apart from the file's key: a failed file's error and 300
 * characters of the cause.
 */
const OUTCOME_BYTES = 400;
/** The most bytes that the population's outcome takes, together with the fields that identify the execution. */
const POPULATION_BYTES = 2048;
const READS_AT_A_TIME = 16;

/** The settings of a run that do not depend on which files the survey has. */
type RunSettings = Omit<Settings, "analysis">;

function settingsOfRun(input: ExecutionInput, limits: DeploymentLimits): RunSettings {
  return {
    survey: input.survey ?? defaultSurvey,
    settleSeconds: input.settleSeconds ?? 10,
    verify: input.verify ?? false,
    acceptSource: input.acceptSource ?? [],
    refresh: input.refresh ?? true,
    concurrency: isStartedByAllSurveys(input)
      ? shareConcurrency(limits.concurrency).files
      : limits.concurrency,
  };
}

/** The complete settings for an input and the files that the survey has. Throws whatever chooseDataFiles throws. */
export function completeSettings(
  input: ExecutionInput,
  limits: DeploymentLimits,
  files: readonly ListedFile[],
  choose = chooseDataFiles,
): Settings {
  const run = settingsOfRun(input, limits);
  const { analysis = {} } = input;
  return {
    ...run,
    analysis: {
      ...choose(run.survey, files, analysis, limits.dataFiles?.[run.survey]),
      ...completeQuestions(analysis, run.survey),
    },
  };
}

/**
 * Lists the survey at the source and compares the names with what is stored. With `refresh: false`, the
 * source is not contacted, and `present` has the stored files. Throws AnalysisImpossible if the survey has no
 * data file, or not the one that was requested; ListingNotBelievable, also if too many of the stored files
 * are missing from the listing; ListingTooLarge; InvalidInput if `acceptSource` has a key that is not in the
 * run, or is combined with `refresh: false`; and the errors of the source and of storage.
 */
export async function discoverFiles(
  dependencies: MirrorDependencies,
  input: ExecutionInput,
  limits: DeploymentLimits,
): Promise<Discovery> {
  const run = settingsOfRun(input, limits);
  refuseAcceptanceUnasked(run);
  const address = surveyAddress(dependencies.timeSeries, run.survey);
  const { files, ...found } = run.refresh
    ? await discoverAtSource(dependencies, run, limits, address)
    : await discoverStored(dependencies, run, address);
  const discovery = {
    settings: completeSettings(input, limits, files, dependencies.chooseDataFiles),
    ...found,
  };
  refuseTooManyFiles(address.href, discovery);
  return discovery;
}

/**
 * Refuses a listing that does not fit into a state's payload (256 KiB), either in the output of
 * DiscoverFiles or in the input of the second Analyze. That input has the settings, the outcomes of all files
 * and of the population, and the keys of the files that failed. Throws ListingTooLarge.
 */
export function refuseTooManyFiles(source: string, discovery: Discovery): void {
  const { settings, items } = discovery;
  const outcomes = items.reduce(
    (sum, { path }) => sum + OUTCOME_BYTES + 2 * jsonBytes(bronzeKey(settings.survey, path)),
    0,
  );
  const analysis = jsonBytes(settings) + outcomes + POPULATION_BYTES;
  const bytes = Math.max(analysis, jsonBytes(discovery));
  if (bytes <= LARGEST_PAYLOAD_BYTES) return;
  const files = items.length + discovery.present.length;
  const accepted = settings.acceptSource.length;
  throw new ListingTooLarge(
    `${source} has ${files} files, which take ${bytes} bytes with the settings of the run (${accepted} keys in acceptSource): one execution carries at most ${LARGEST_PAYLOAD_BYTES} bytes, about 550 files` +
      (accepted > 1 ? ". Start a new run with fewer keys in acceptSource" : ""),
  );
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Starts a run: discovers its files, and aborts the uploads of runs that were killed. Throws what
 * discoverFiles throws.
 */
export async function startRun(
  dependencies: MirrorDependencies,
  input: ExecutionInput,
  limits: DeploymentLimits,
): Promise<Discovery> {
  const discovery = await discoverFiles(dependencies, input, limits);
  if (discovery.settings.refresh)
    await abortDeadUploads(dependencies.bronze, discovery, dependencies.source.now());
  return discovery;
}

/** What was discovered, and the survey's files, from which the data files are chosen. */
type Found = Omit<Discovery, "settings"> & { files: ListedFile[] };

async function discoverAtSource(
  dependencies: MirrorDependencies,
  settings: RunSettings,
  limits: DeploymentLimits,
  address: URL,
): Promise<Found> {
  const [listing, stored] = await Promise.all([
    listSurvey(dependencies.source, address),
    listKeys(dependencies.bronze, settings.survey),
  ]);
  if (listing.files.length + listing.odd.length === 0) refuseNoFiles(address, stored);
  const listed = new Set(listing.files.map((file) => bronzeKey(settings.survey, file.path)));
  const gone = stored.filter((key) => !listed.has(key));
  await refuseMassRemoval(dependencies.bronze, listing, stored, gone, limits.maxRemovedShare);
  refuseUnknownKeys(settings, new Set([...listed, ...gone, populationKey]));
  const mark = listing.synthetic ? { synthetic: true as const } : {};
  const items: SyncItem[] = [
    ...listing.files.map(
      ({ name, path, size, modified }) =>
        ({ do: "sync", name, path, size, modified: modified.toISOString(), ...mark }) as const,
    ),
    ...gone.map((key) => {
      const path = key.slice(surveyPrefix(settings.survey).length);
      return { do: "remove", name: path.slice(path.lastIndexOf("/") + 1), path, ...mark } as const;
    }),
    ...listing.odd.map((entry) => ({ do: "refuse", ...entry, ...mark }) as const),
  ];
  return {
    files: listing.files.map(({ path, size }) => ({ path, bytes: size })),
    source: address.href,
    listedAt: listing.listedAt.toISOString(),
    items,
    present: [],
  };
}

/** A survey that never had a file is empty. The listing of a survey that lost all of its files is refused. */
function refuseNoFiles(address: URL, stored: readonly string[]): never {
  if (stored.length === 0)
    throw new SurveyEmpty(
      `${address} lists no files: BLS has the survey's folder, but publishes nothing in it`,
    );
  throw new ListingNotBelievable(
    `${address} lists no files, but ${stored.length} are stored: nothing was removed`,
  );
}

/**
 * One missing file is always allowed; more are allowed up to the share in the settings. Operators' files do
 * not count.
 */
async function refuseMassRemoval(
  bronze: Bucket,
  listing: SurveyListing,
  stored: readonly string[],
  gone: readonly string[],
  maxRemovedShare: number,
): Promise<void> {
  const most = Math.max(1, stored.length * maxRemovedShare);
  if (gone.length <= most) return;
  const files = await pMap(gone, (key) => readStoredFile(bronze, key), { concurrency: READS_AT_A_TIME });
  if (files.filter((file) => file && !isHeld(file)).length <= most) return;
  throw new ListingNotBelievable(
    `${listing.address} lists ${listing.files.length} files, and ${gone.length} of the ${stored.length} stored files are not in the listing (${gone.slice(0, 3).join(", ")}, ...). ` +
      `The settings allow at most ${Math.round(maxRemovedShare * 100)}% at once, so nothing was removed: check the source, and if its listing is right, raise maxRemovedShare`,
  );
}

/** A run that does not contact the source cannot accept anything from it. */
function refuseAcceptanceUnasked({ acceptSource, refresh }: RunSettings): void {
  if (refresh || acceptSource.length === 0) return;
  throw new InvalidInput(
    `acceptSource: ${acceptSource.join(", ")}: with refresh: false, the source is not contacted; leave out acceptSource or refresh: false`,
  );
}

function refuseUnknownKeys(settings: RunSettings, known: ReadonlySet<string>): void {
  const unknown = settings.acceptSource.filter((key) => !known.has(key));
  if (unknown.length === 0) return;
  throw new InvalidInput(
    `acceptSource: ${unknown.join(", ")}: no such key in this run (keys look like ${bronzeKey(settings.survey, `${settings.survey}.series`)})`,
  );
}

async function discoverStored(
  dependencies: MirrorDependencies,
  settings: RunSettings,
  address: URL,
): Promise<Found> {
  const keys = await listKeys(dependencies.bronze, settings.survey);
  const present = await pMap(keys, (key) => presentFile(dependencies.bronze, key), {
    concurrency: READS_AT_A_TIME,
  }).then((files) => files.filter((file) => file !== undefined));
  if (present.length === 0) {
    throw new InvalidInput(
      `refresh: false analyzes what is stored, but s3://${dependencies.bronze.name}/${surveyPrefix(settings.survey)} has no files: run with refresh first`,
    );
  }
  const prefix = surveyPrefix(settings.survey);
  return {
    files: present.map(({ key, bytes }) => ({ path: key.slice(prefix.length), bytes })),
    source: address.href,
    listedAt: dependencies.source.now().toISOString(),
    items: [],
    present,
  };
}

async function presentFile(bronze: Bucket, key: string): Promise<SyncResult | undefined> {
  const file = await readStoredFile(bronze, key);
  if (file === undefined) return undefined;
  const sha256 = await sha256Of(bronze, file);
  return isHeld(file)
    ? keptResult(file, "held", reasons.heldUnasked, sha256)
    : keptResult(file, "unchanged", reasons.refreshOff, sha256);
}

async function listKeys(bronze: Bucket, survey: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listObjects(bronze, surveyPrefix(survey))) keys.push(key);
  return keys;
}
