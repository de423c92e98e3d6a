/** The words of a command line that depend on a state directory: executions, files, versions, and states. */
import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { listVersions } from "@data-quest/core/bronze/versions";
import { populationKey, surveysPrefix } from "@data-quest/core/constants";
import { fileName } from "@data-quest/core/format";
import { listObjects } from "@data-quest/core/storage/objects";
import { knownSurveys } from "@data-quest/core/surveys";
import { allVisits } from "@data-quest/execution-history";
import type { Candidate, Place, WordKind } from "./completion.ts";
import { chooseDeployment } from "./deployments.ts";
import { fileKey, shortFileKey } from "./file-key.ts";
import { readExecutionTimeline } from "./follow.ts";
import { localTarget } from "./local-target.ts";
import { DEFAULT_STATE_DIR } from "./options.ts";
import { bucketOf, executionArn, type Target } from "./target.ts";
import { formatBytes } from "./terminal.ts";

/** The longest time to wait for words from the state directory, in milliseconds. */
const PATIENCE_MILLISECONDS = 1000;
const MOST_EXECUTIONS = 100;

/** The words of the given kind. Empty for a deployed stage, which would take too long to respond. */
export async function wordsOfKind({ kind, given, typed }: Place): Promise<Candidate[]> {
  if (kind === "any" || kind === "paths" || given.has("--stage")) return [];
  if (kind === "surveys")
    return [...knownSurveys()].map(([value, { name }]) => ({ value, description: name }));
  const stateDir = given.get("--state-dir") ?? process.env.QUEST_STATE_DIR ?? DEFAULT_STATE_DIR;
  const bucketPrefix = given.get("--bucket-prefix");
  const target = await localTarget({
    stateDir,
    deployment: chooseDeployment({ ...(bucketPrefix === undefined ? {} : { bucketPrefix }) }, {}),
    asked: false,
    readOnly: true,
    log: () => undefined,
    patience: PATIENCE_MILLISECONDS,
  });
  try {
    return await WORDS[kind](target, given, typed);
  } finally {
    await target.close();
  }
}

type StoredKind = Exclude<WordKind, "any" | "paths" | "surveys">;

const WORDS: Readonly<
  Record<
    StoredKind,
    (target: Target, given: ReadonlyMap<string, string>, typed: string) => Promise<Candidate[]>
  >
> = {
  executions: (target) => executions(target, () => true),
  "failed-executions": (target) =>
    executions(target, (status) => status !== "SUCCEEDED" && status !== "RUNNING"),
  "mirrored-files": mirroredFiles,
  versions,
  states,
};

async function executions(
  { stepFunctions, stateMachineArn }: Target,
  fits: (status: string) => boolean,
): Promise<Candidate[]> {
  const { executions: found = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: MOST_EXECUTIONS }),
  );
  return found.flatMap(({ name, status = "" }) =>
    name !== undefined && fits(status) ? [{ value: name, description: status }] : [],
  );
}

/**
 * The mirrored files of the survey in `--survey`, or of all surveys without that option, in the shortest form
 * that the commands accept.
 */
async function mirroredFiles(
  target: Target,
  given: ReadonlyMap<string, string>,
  typed: string,
): Promise<Candidate[]> {
  const survey = given.get("--survey");
  const prefix = survey === undefined ? surveysPrefix : `${surveysPrefix}${survey}/`;
  const words = [{ value: shortFileKey(populationKey), description: "" }];
  for await (const { key, bytes } of listObjects(bucketOf(target, "bronze"), prefix)) {
    const name = fileName(key);
    const isEnough = !typed.includes("/") && key === `${surveysPrefix}${name.split(".")[0]}/${name}`;
    words.push({ value: isEnough ? name : shortFileKey(key), description: formatBytes(bytes) });
  }
  return words;
}

async function versions(target: Target, given: ReadonlyMap<string, string>): Promise<Candidate[]> {
  const file = given.get("file");
  if (file === undefined) return [];
  const found = await listVersions(bucketOf(target, "bronze"), fileKey(file));
  return found.map(({ versionId, storedAt, bytes, removed }) => ({
    value: versionId,
    description: `${storedAt.slice(0, 16).replace("T", " ")}, ${removed ? "removed" : formatBytes(bytes)}`,
  }));
}

async function states(target: Target, given: ReadonlyMap<string, string>): Promise<Candidate[]> {
  const execution = given.get("execution");
  if (execution === undefined) return [];
  const timeline = await readExecutionTimeline(target, executionArn(target, execution));
  return [...allVisits(timeline)].map(({ name, status }) => ({ value: name, description: status }));
}
