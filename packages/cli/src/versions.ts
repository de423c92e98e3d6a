/** `quest versions` and `quest restore`: list the versions of a mirrored file, and restore one of them. */
import { isDeepStrictEqual } from "node:util";
import type { FileVersion } from "@data-quest/core/bronze/file-version";
import { listVersions, restoreVersion } from "@data-quest/core/bronze/versions";
import type { Bucket } from "@data-quest/core/storage/objects";
import type { Deployment } from "@data-quest/local/deployment/deployment";
import { readableDeployment } from "@data-quest/local/deployment/kept-deployments";
import { commandLine } from "./command-line.ts";
import { chooseDeployment, deploymentWords } from "./deployments.ts";
import { Failure } from "./failure.ts";
import { fileKey } from "./file-key.ts";
import { type ReadOnlyOptions, readOnlyTarget } from "./read-only-target.ts";
import { rememberedOptions } from "./remembered-source.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { bucketOf } from "./target.ts";
import { formatBytes, wrapped } from "./terminal.ts";

/**
 * Lists a file's versions, newest first. Returns the exit code. Throws Failure if the file has no version.
 */
export async function versionsCommand(
  file: string,
  options: ReadOnlyOptions & { json?: boolean },
): Promise<number> {
  const key = fileKey(file);
  const target = await readOnlyTarget(options);
  try {
    const bronze = bucketOf(target, "bronze");
    const versions = await listVersions(bronze, key);
    if (versions.length === 0) throw noVersion(bronze, key, options);
    if (options.json) process.stdout.write(`${JSON.stringify({ key, versions }, null, 2)}\n`);
    else process.stdout.write(`${[`s3://${bronze.name}/${key}`, ...versionLines(versions)].join("\n")}\n`);
    return 0;
  } finally {
    await target.close();
  }
}

const COLUMNS: Column[] = [
  { name: "version" },
  { name: "stored (UTC)" },
  { name: "size", align: "right" },
  { name: "sha256" },
  { name: "written by", shrinks: true },
  { name: "note", shrinks: true },
];
/** This many characters of a hash distinguish files; --json shows the whole hash. */
const SHORT_SHA256 = 8;
const SHORTEST_VERSION = 8;

function versionLines(versions: readonly FileVersion[]): string[] {
  const length = uniqueLength(versions.map(({ versionId }) => versionId));
  const rows = versions.map((version) => [
    version.versionId.slice(0, length),
    `${version.storedAt.slice(0, 10)} ${version.storedAt.slice(11, 16)}`,
    version.removed ? "removed" : formatBytes(version.bytes),
    version.sha256?.slice(0, SHORT_SHA256) ?? "",
    version.execution?.split(":").at(-1) ?? (version.removed ? "" : "an operator"),
    [version.current ? "current" : "", version.held === null ? "" : `held: ${version.held}`]
      .filter(Boolean)
      .join(", "),
  ]);
  return tableLines(COLUMNS, rows, outputPlace());
}

/** How many characters of each version ID are needed to distinguish the versions. */
function uniqueLength(versions: readonly string[]): number {
  let length = SHORTEST_VERSION;
  const longest = Math.max(...versions.map((version) => version.length));
  while (
    length < longest &&
    new Set(versions.map((version) => version.slice(0, length))).size < versions.length
  )
    length++;
  return length;
}

/** The version whose ID starts with `beginning`. Throws Failure unless exactly one version matches. */
export function versionWithPrefix(versions: readonly string[], beginning: string): string {
  if (versions.includes(beginning)) return beginning;
  const matching = versions.filter((version) => version.startsWith(beginning));
  const [first, ...others] = matching;
  if (first !== undefined && others.length === 0) return first;
  const all = versions.map((version) => `\n  ${version}`).join("");
  throw new Failure(
    first === undefined
      ? `No version starts with ${beginning}. The versions are:${all}`
      : `${matching.length} versions start with ${beginning}: specify more characters. The versions are:${all}`,
  );
}

/**
 * Makes an old version of a file current again. Returns the exit code. Throws Failure unless exactly one
 * version matches.
 */
export async function restoreCommand(
  file: string,
  options: ReadOnlyOptions & { version: string; json?: boolean },
): Promise<number> {
  const key = fileKey(file);
  const target = await readOnlyTarget(options);
  try {
    const bronze = bucketOf(target, "bronze");
    const versions = await listVersions(bronze, key);
    if (versions.length === 0) throw noVersion(bronze, key, options);
    const version = versionWithPrefix(
      versions.map(({ versionId }) => versionId),
      options.version,
    );
    const restored = await restoreVersion(bronze, key, version);
    const { width } = outputPlace();
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ key, restoredFrom: version, version: restored }, null, 2)}\n`);
    } else {
      process.stdout.write(
        [
          ...[
            `s3://${bronze.name}/${key} now has the content of ${version}, as version ${restored.versionId}`,
            "  Runs keep this version and report it as held, until a run accepts the source's version:",
          ].flatMap((sentence) => wrapped(sentence, width)),
          `  ${await acceptingRun(bronze, key, options)}`,
          ...undoLines(versions, file, options),
          "",
        ].join("\n"),
      );
    }
    return 0;
  } finally {
    await target.close();
  }
}

/** How to restore the version that was current before. Empty if the file had been removed. */
function undoLines(versions: readonly FileVersion[], file: string, options: ReadOnlyOptions): string[] {
  const current = versions.find((version) => version.current && !version.removed);
  if (current === undefined) return [];
  const version = current.versionId.slice(0, uniqueLength(versions.map(({ versionId }) => versionId)));
  return ["  To undo this:", `  ${commandLine(["restore", file, "--version", version], options)}`];
}

function noVersion(bronze: Bucket, key: string, options: ReadOnlyOptions): Failure {
  return new Failure(
    `s3://${bronze.name}/${key} has no version. To list the files: ${commandLine(["plan"], options)}`,
  );
}

/** The command that accepts the source's version, with the sources of the last run that wrote the file. */
async function acceptingRun(
  bronze: Bucket,
  key: string,
  { stateDir, stage }: ReadOnlyOptions,
): Promise<string> {
  const versions = await listVersions(bronze, key);
  const execution = versions
    .find((version) => version.execution !== null)
    ?.execution?.split(":")
    .at(-1);
  const deployment =
    stage === undefined && execution !== undefined ? readableDeployment(stateDir, execution) : undefined;
  const sources = deployment && !isRemembered(deployment, stateDir) ? deploymentWords(deployment) : [];
  return commandLine(["run", "--survey", surveyOf(key), "--accept-source", key, ...sources], {
    stage,
    stateDir,
  });
}

/** True if a run without source options uses this deployment. */
function isRemembered(deployment: Deployment, stateDir: string): boolean {
  try {
    return isDeepStrictEqual(deployment, chooseDeployment(rememberedOptions(stateDir, {}), process.env));
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** The survey whose run updates a file. Every run updates the population. */
function surveyOf(key: string): string {
  return /^bls\/([^/]+)\//.exec(key)?.[1] ?? "pr";
}
