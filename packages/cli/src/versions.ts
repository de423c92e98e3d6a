/** `quest versions` and `quest restore`: what a file of the mirror was, and the way back to it. */
import { type FileVersion, listVersions, restoreVersion } from "@data-quest/core/mirror/versions";
import type { Bucket } from "@data-quest/core/storage/objects";
import { keptDeployment } from "@data-quest/local/deployment/kept-deployments";
import { commandLine } from "./command-line.ts";
import { deploymentWords } from "./deployments.ts";
import { Failure } from "./failure.ts";
import { fileKey } from "./file-key.ts";
import { type LookOptions, lookTarget } from "./look-target.ts";
import { tableLines } from "./table.ts";
import { bucketOf } from "./target.ts";

/** Lists a file's versions, newest first. Gives the exit code. Throws Failure where the file never was. */
export async function versionsCommand(
  file: string,
  options: LookOptions & { json?: boolean },
): Promise<number> {
  const key = fileKey(file);
  const target = await lookTarget(options);
  try {
    const bronze = bucketOf(target, "bronze");
    const versions = await listVersions(bronze, key);
    if (versions.length === 0)
      throw new Failure(
        `s3://${bronze.name}/${key} has no version: npx quest plan lists the files there are`,
      );
    if (options.json) process.stdout.write(`${JSON.stringify({ key, versions }, null, 2)}\n`);
    else process.stdout.write(`${[`s3://${bronze.name}/${key}`, ...versionLines(versions)].join("\n")}\n`);
    return 0;
  } finally {
    await target.close();
  }
}

const COLUMNS = [
  { name: "version" },
  { name: "stored (UTC)" },
  { name: "bytes", align: "right" },
  { name: "sha256" },
  { name: "source (UTC)" },
  { name: "written by" },
] as const;

function versionLines(versions: readonly FileVersion[]): string[] {
  const rows = versions.map((version) => [
    version.versionId,
    version.storedAt.slice(0, 19),
    version.removed ? "removed" : String(version.bytes),
    version.sha256 ?? "",
    version.sourceModified?.slice(0, 19) ?? "",
    [
      version.execution?.split(":").at(-1) ?? (version.removed ? "" : "a person"),
      version.current ? "(current)" : "",
      version.held === null ? "" : `(held: ${version.held})`,
    ]
      .filter(Boolean)
      .join(" "),
  ]);
  return tableLines(COLUMNS, rows);
}

/** Makes an old version of a file current again. Gives the exit code. */
export async function restoreCommand(
  file: string,
  options: LookOptions & { version: string; json?: boolean },
): Promise<number> {
  const key = fileKey(file);
  const target = await lookTarget(options);
  try {
    const bronze = bucketOf(target, "bronze");
    const restored = await restoreVersion(bronze, key, options.version);
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ key, restoredFrom: options.version, version: restored }, null, 2)}\n`,
      );
    } else {
      process.stdout.write(
        [
          `s3://${bronze.name}/${key} is as in ${options.version} again: version ${restored.versionId}`,
          "  Runs leave it as it is and report it as held, until one is told to take the source's:",
          `  ${await acceptingRun(bronze, key, options)}`,
          "  Another restore undoes this one.",
          "",
        ].join("\n"),
      );
    }
    return 0;
  } finally {
    await target.close();
  }
}

/** The command that takes the source's version again: of the sources that the last run which wrote the file had. */
async function acceptingRun(bronze: Bucket, key: string, { stateDir, stage }: LookOptions): Promise<string> {
  const versions = await listVersions(bronze, key);
  const execution = versions
    .find((version) => version.execution !== null)
    ?.execution?.split(":")
    .at(-1);
  const deployment =
    stage === undefined && execution !== undefined ? keptDeployment(stateDir, execution) : undefined;
  const sources = deployment ? deploymentWords(deployment) : [];
  return commandLine(["run", "--survey", surveyOf(key), "--accept-source", key, ...sources], {
    stage,
    stateDir,
  });
}

/** The survey whose run brings a file up to date; the population comes with any. */
function surveyOf(key: string): string {
  return /^bls\/([^/]+)\//.exec(key)?.[1] ?? "pr";
}
