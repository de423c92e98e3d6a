/** Rejects runs that the bundled sample does not support, before they start. */

import { sampleFiles } from "@data-quest/bls-replica";
import { surveyPrefix } from "@data-quest/core/bronze/stored-file";
import { blsTimeSeries, defaultSurvey } from "@data-quest/core/constants";
import { headObject, listObjects } from "@data-quest/core/storage/objects";
import { commandLine } from "./command-line.ts";
import { separateStateDir } from "./failed-execution.ts";
import { Failure } from "./failure.ts";
import { similarSurveys } from "./similar-surveys.ts";
import { bucketOf, type Target } from "./target.ts";

/** The options that choose a file's source. */
function sourceWords(address: string | undefined, survey: string): string[] {
  const [source] = address?.split(`${survey}/`) ?? [];
  return source === undefined || source === blsTimeSeries
    ? ["--source", "live", "--contact", "you@your.org"]
    : ["--source", source];
}

/** The surveys of the bundled sample. Listing them requires generating the sample. */
function sampleSurveys(): string[] {
  const surveys = [...sampleFiles().keys()].map((path) => /^[a-z][a-z0-9]*(?=[./])/.exec(path)?.[0] ?? "");
  return [...new Set(surveys)].filter(Boolean).sort();
}

/**
 * Throws Failure if the source is the bundled sample and either the sample does not have the survey or the
 * mirror has the survey's real data. Both messages include a command that works.
 */
export async function checkSampleFits(
  target: Target,
  survey: string,
  { stateDir }: { stateDir: string },
): Promise<void> {
  if (target.source !== "sample") return;
  const surveys = survey === defaultSurvey ? [survey] : sampleSurveys();
  if (!surveys.includes(survey)) {
    const live = commandLine(["run", "--survey", survey, "--source", "live", "--contact", "you@your.org"], {
      stateDir,
    });
    const hint = similarSurveys(survey);
    throw new Failure(
      `The bundled sample does not have the survey ${survey}; it has ${surveys.join(" and ")}. ${hint || `BLS has it: ${live}`}`,
    );
  }
  const bronze = bucketOf(target, "bronze");
  for await (const { key } of listObjects(bronze, surveyPrefix(survey))) {
    const head = await headObject(bronze, key);
    if (head?.metadata.execution === undefined || head.metadata.synthetic === "true") continue;
    throw new Failure(
      [
        `${stateDir} contains real data of the survey ${survey}, from ${head.metadata.source ?? "another source"}.`,
        "The bundled sample is synthetic and does not replace real data. Keep the two apart:",
        `  the sample, in its own state directory:       ${commandLine(["run"], { stateDir: separateStateDir(stateDir) })}`,
        `  the real data:                                ${commandLine(["run", "--survey", survey, ...sourceWords(head.metadata.source, survey)], { stateDir })}`,
      ].join("\n"),
    );
  }
}
