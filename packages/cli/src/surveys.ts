/** `quest surveys`: the surveys that BLS publishes, and what the mirror has of each. */
import { surveyPattern, surveysPrefix } from "@data-quest/core/constants";
import { SourceNotFound } from "@data-quest/core/errors";
import { listSurvey, surveyAddress } from "@data-quest/core/source/survey-folder";
import { type Bucket, listObjects } from "@data-quest/core/storage/objects";
import { knownSurveys, surveyName } from "@data-quest/core/surveys";
import pMap from "p-map";
import { chooseDeployment, type SourceOptions, sourceOptions } from "./deployments.ts";
import { localTarget } from "./local-target.ts";
import { rememberedOptions } from "./remembered-source.ts";
import { withSource } from "./source-client.ts";
import { stageTarget } from "./stage-target.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { bucketOf, type Target } from "./target.ts";
import { formatBytes } from "./terminal.ts";

export type SurveysOptions = SourceOptions & {
  stateDir: string;
  stage?: string;
  /** Asks the source for the files of each survey, with one request per survey. */
  atSource?: boolean;
  json?: boolean;
};

/** The number of files and their total bytes. */
type Files = { files: number; bytes: number };
/** A survey. `source` is null if the source lacks the survey, and undefined if the source was not asked. */
type SurveyRow = { survey: string; name: string | null; mirrored: Files; source?: Files | null };

/** Prints the surveys, sorted by abbreviation. Returns the exit code. */
export async function surveysCommand(options: SurveysOptions): Promise<number> {
  const { stage, stateDir, atSource = false, json } = options;
  const target =
    stage === undefined
      ? await localTarget({
          stateDir,
          deployment: chooseDeployment(rememberedOptions(stateDir, sourceOptions(options)), process.env),
          asked: false,
          readOnly: true,
          log: (line) => process.stderr.write(`${line}\n`),
        })
      : await stageTarget(stage);
  try {
    const mirrored = await mirroredFiles(bucketOf(target, "bronze"));
    const surveys = [...new Set([...knownSurveys().keys(), ...mirrored.keys()])].sort();
    const found = atSource ? await sourceFiles(target, surveys) : undefined;
    const rows = surveys.map(
      (survey): SurveyRow => ({
        survey,
        name: surveyName(survey) ?? null,
        mirrored: mirrored.get(survey) ?? { files: 0, bytes: 0 },
        ...(found === undefined ? {} : { source: found.get(survey) ?? null }),
      }),
    );
    process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : text(rows, atSource));
    return 0;
  } finally {
    await target.close();
  }
}

/** What Bronze has of each survey. */
async function mirroredFiles(bronze: Bucket): Promise<Map<string, Files>> {
  const surveys = new Map<string, Files>();
  for await (const { key, bytes } of listObjects(bronze, surveysPrefix)) {
    const survey = key.slice(surveysPrefix.length).split("/")[0] ?? "";
    if (!surveyPattern.test(survey)) continue;
    const before = surveys.get(survey) ?? { files: 0, bytes: 0 };
    surveys.set(survey, { files: before.files + 1, bytes: before.bytes + bytes });
  }
  return surveys;
}

/**
 * What the source has of each survey. Surveys that the source lacks are left out. Throws the errors
 * of `listSurvey`.
 */
async function sourceFiles(target: Target, surveys: readonly string[]): Promise<Map<string, Files>> {
  const { timeSeries, contact, concurrency } = await target.sources();
  return withSource({ contact, concurrency }, async (source) => {
    const listed = await pMap(
      surveys,
      (survey) =>
        listSurvey(source, surveyAddress(timeSeries, survey)).catch((error: unknown) => {
          if (error instanceof SourceNotFound) return undefined;
          throw error;
        }),
      { concurrency },
    );
    const found = new Map<string, Files>();
    for (const [index, survey] of surveys.entries()) {
      const files = listed[index]?.files;
      if (files !== undefined)
        found.set(survey, { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) });
    }
    return found;
  });
}

function text(rows: readonly SurveyRow[], atSource: boolean): string {
  const columns: Column[] = [
    { name: "survey" },
    { name: "mirrored files", align: "right" },
    { name: "size", align: "right" },
    ...(atSource
      ? [
          { name: "files at source", align: "right" as const },
          { name: "size", align: "right" as const },
        ]
      : []),
    { name: "name", shrinks: true },
  ];
  const cells = (files: Files | null | undefined) =>
    files == null || files.files === 0
      ? ["", ""]
      : [files.files.toLocaleString("en-US"), formatBytes(files.bytes)];
  const lines = tableLines(
    columns,
    rows.map(({ survey, name, mirrored, source }) => [
      survey,
      ...cells(mirrored),
      ...(atSource ? cells(source) : []),
      name ?? "",
    ]),
    outputPlace(),
  );
  return `${lines.join("\n")}\n`;
}
