/** `quest plan`: what a run would do with each file, without changing anything. */
import { defaultSurvey } from "@data-quest/core/constants";
import { DataFilesOfSurveys } from "@data-quest/core/data-files/choice";
import { describeChoice } from "@data-quest/core/data-files/choose";
import { SourceNotFound } from "@data-quest/core/errors";
import { type Plan, type PlannedAction, type PlannedFile, planRun } from "@data-quest/core/mirror/plan";
import { surveyName } from "@data-quest/core/surveys";
import { check, ExecutionInput } from "@data-quest/core/workflow";
import { acceptedFiles } from "./accepted-files.ts";
import { chooseDeployment, isChosen, type SourceOptions, sourceOptions } from "./deployments.ts";
import { executionInput, type InputOptions } from "./execution-input.ts";
import { Failure } from "./failure.ts";
import { shortFileKey } from "./file-key.ts";
import { localTarget } from "./local-target.ts";
import { rememberedOptions } from "./remembered-source.ts";
import { similarSurveys } from "./similar-surveys.ts";
import { withSource } from "./source-client.ts";
import { stageTarget } from "./stage-target.ts";
import { surveyHeading } from "./survey-heading.ts";
import { type Column, outputPlace, tableLines } from "./table.ts";
import { bucketOf, type Target } from "./target.ts";
import { formatBytes, type Span, wrapped } from "./terminal.ts";

export type PlanOptions = SourceOptions &
  InputOptions & {
    stateDir: string;
    stage?: string;
    json?: boolean;
  };

/** The exit code if a run would have something to do. */
const SOMETHING_TO_DO = 2;
/** The actions that fetch a file's bytes from the source. */
const FETCHES: ReadonlySet<PlannedAction> = new Set(["create", "download", "update"]);

/** Prints the plan. Returns the exit code: 2 if a run would have something to do, else 0. */
export async function planCommand(options: PlanOptions): Promise<number> {
  const given = await executionInput(options);
  if (given.survey === "all")
    throw new Failure("A plan covers one survey: specify its abbreviation with --survey");
  const target = await planTarget(options);
  try {
    const survey = String(given.survey ?? defaultSurvey);
    // Nothing is changed, so there is nothing to confirm.
    const acceptSource = await acceptedFiles(target, survey, { ...options, yes: true });
    const input = check(ExecutionInput, { ...given, ...(acceptSource ? { acceptSource } : {}) }, "--input");
    const plan = await makePlan(target, input).catch((error: unknown) => {
      const hint = similarSurveys(survey);
      throw error instanceof SourceNotFound && hint ? new SourceNotFound(`${error.message}. ${hint}`) : error;
    });
    process.stdout.write(options.json ? jsonText(plan) : text(plan));
    return plan.files.some(isToDo) ? SOMETHING_TO_DO : 0;
  } finally {
    await target.close();
  }
}

async function planTarget(options: PlanOptions): Promise<Target> {
  const sources = sourceOptions(options);
  if (options.stage === undefined)
    return localTarget({
      stateDir: options.stateDir,
      deployment: chooseDeployment(rememberedOptions(options.stateDir, sources), process.env),
      asked: isChosen(sources),
      readOnly: true,
      log,
    });
  if (isChosen(sources))
    throw new Failure(
      "With --stage, the plan uses the sources of the deployed workflow: leave out the source options",
    );
  return stageTarget(options.stage);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function makePlan(target: Target, input: ExecutionInput): Promise<Plan> {
  const { timeSeries, population, contact, concurrency, maxRemovedShare, ...sources } =
    await target.sources();
  const dataFiles = check(DataFilesOfSurveys, JSON.parse(sources.dataFiles), "The stage's setting dataFiles");
  return withSource({ contact, concurrency }, (source) => {
    const bronze = bucketOf(target, "bronze");
    const limits = { concurrency, maxRemovedShare, dataFiles };
    return planRun({ source, timeSeries, population, bronze }, input, limits);
  });
}

function isToDo({ action }: PlannedFile): boolean {
  return action !== "keep" && action !== "hold";
}

function bytesToFetch(files: readonly PlannedFile[]): number {
  return files.reduce((sum, { action, bytes }) => sum + (FETCHES.has(action) ? bytes : 0), 0);
}

function jsonText({ settings, source, listedAt, files }: Plan): string {
  const { survey, analysis } = settings;
  const document = {
    survey,
    name: surveyName(survey) ?? null,
    dataFiles: { files: analysis.dataFile, choice: describeChoice(survey, analysis) },
    source,
    listedAt,
    toDo: files.filter(isToDo).length,
    bytes: bytesToFetch(files),
    files,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const STYLES = {
  create: "green",
  download: "yellow",
  update: "yellow",
  remove: "red",
  keep: "dim",
  hold: "magenta",
  fail: "red",
} as const;

const COLUMNS: Column[] = [
  { name: "action" },
  { name: "size", align: "right" },
  { name: "file", shrinks: true },
  { name: "reason", shrinks: true },
];

function text({ settings, source, files }: Plan): string {
  const place = outputPlace();
  const rows = files.map(({ key, action, bytes, reason }): Span[] => [
    { text: action, style: STYLES[action] },
    formatBytes(bytes),
    shortFileKey(key),
    { text: reason, style: "dim" },
  ]);
  const { survey, analysis, refresh } = settings;
  const heading = surveyHeading(survey, describeChoice(survey, analysis), place.paint);
  const table = rows.length === 0 ? [] : tableLines(COLUMNS, rows, place);
  return `${[...heading, "", ...table, ...wrapped(summary(files, refresh, source), place.width)].join("\n")}\n`;
}

function summary(files: readonly PlannedFile[], refresh: boolean, source: string): string {
  if (!refresh) return "A run without refresh fetches nothing: it analyzes the stored files";
  const counts = new Map<PlannedAction, number>();
  for (const { action } of files) counts.set(action, (counts.get(action) ?? 0) + 1);
  const bytes = bytesToFetch(files);
  const parts = [...counts].map(([action, count]) => `${count} to ${action}`);
  const fetched = bytes > 0 ? `, ${formatBytes(bytes)} to fetch` : "";
  return files.some(isToDo)
    ? `${source}: ${parts.join(", ")}${fetched}`
    : `${source}: nothing to do (${parts.join(", ")})`;
}
