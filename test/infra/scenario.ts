/**
 * Simulates weeks of a deployment within seconds: changes, faults, corrections, and a source that recovers.
 */
import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetExecutionHistoryCommand } from "@aws-sdk/client-sfn";
import { publishFile } from "@data-quest/bls-replica";
import type { S3Fault } from "@data-quest/s3-server";
import type { LaptopDeployment } from "./laptop-deployment.ts";

export const dataFile = "pr.data.0.Current";
const populationKey = "usa-api-sync/population/nation_population.json";
const longAgo = new Date("2026-01-29T13:30:00Z");
const later = new Date("2026-02-05T13:30:00Z");
const latest = new Date("2026-02-12T13:30:00Z");
/** Uploads have parts of 8 MiB. This file has three. */
const threeParts = `${"x".repeat(1022)}\r\n`.repeat(20 * 1024);

/** How the runs ended, and what happened to a population file that an operator put into Bronze. */
export type ScenarioResult = {
  runs: Awaited<ReturnType<LaptopDeployment["run"]>>[];
  allSurveys: ScenarioResult["runs"];
  /** For each input of a run, the text that says which data files of `cu` the run analyzed. */
  choices: { input: object; choice: string }[];
  choiceUnderAllSurveys: string;
  correction: { status: string; held: string | undefined; answers: unknown[] };
  /** Like `correction`, but for a file that S3 stored before versioning took effect. */
  correctionWithoutVersion: { status: string; held: string | undefined; answers: unknown[] };
};

/** Exercises every permission of every function. */
export async function runScenario(deployment: LaptopDeployment): Promise<ScenarioResult> {
  const runs: ScenarioResult["runs"] = [];
  const { s3, buckets, source, run } = deployment;
  const file = (name: string) => join(source, "pr", name);

  // A first run, on a survey with a multipart file. Silver has a data file that the source no longer has.
  const leftover = "bls/pr/data_file=pr.data.9.Older/data.parquet";
  await s3.send(new PutObjectCommand({ Bucket: buckets.silver, Key: leftover, Body: "older" }));
  await publishFile(file("pr.large.txt"), threeParts, longAgo);
  runs.push(await run({}));

  // The source changes: two files grow, and one is removed. An operator puts a file into Bronze. A killed process
  // left an upload of a file that is no longer listed. S3 is slow for a while, then refuses the first part of
  // what Analyze writes to Silver.
  await publishFile(file("pr.large.txt"), `${threeParts}more\r\n`, later);
  const rows = await readFile(file(dataFile), "utf8");
  await publishFile(file(dataFile), rows + longSeries(), later);
  await unlink(file("pr.contacts"));
  const { bronze } = buckets;
  await s3.send(new PutObjectCommand({ Bucket: bronze, Key: "bls/pr/pr.footnote", Body: "corrected" }));
  await s3.send(new CreateMultipartUploadCommand({ Bucket: bronze, Key: "bls/pr/pr.gone" }));
  let failures = 4;
  deployment.setFault(({ operation, bucket, key }) => {
    if (operation === "CompleteMultipartUpload" && key === "bls/pr/pr.large.txt" && failures-- > 0)
      return { kind: "error", code: "SlowDown" };
    return refusedPart(operation, bucket, buckets.silver);
  });
  runs.push(await run({ verify: true }));

  // Now S3 refuses the first part of what Analyze writes to Gold. An operator puts a file into Bronze, only for
  // this analysis. Then S3 recovers. The source's data file has its old rows again, and the source's population
  // differs from the population that an earlier execution stored.
  deployment.setFault(({ operation, bucket }) => refusedPart(operation, bucket, buckets.gold));
  const note = { Bucket: bronze, Key: "bls/pr/pr.note" };
  const { VersionId } = await s3.send(new PutObjectCommand({ ...note, Body: "mine" }));
  runs.push(await run({ refresh: false }));
  await s3.send(new DeleteObjectCommand({ ...note, VersionId }));
  const population = { Bucket: bronze, Key: populationKey };
  const earlier = { Body: "{}", Metadata: { execution: "arn:earlier" } };
  await s3.send(new PutObjectCommand({ ...population, ...earlier }));
  deployment.setFault(() => undefined);
  await publishFile(file(dataFile), rows, latest);
  runs.push(await run({}));

  // A run that cannot succeed.
  runs.push(await run({ survey: "zz" }));

  // The first run's analysis once more, as if a later execution had overtaken it. The latest report lacks a file, so
  // this analysis writes its own file there, and then restores the later execution's file.
  const report = { Bucket: buckets.gold, Key: "reports/pr/latest/best-years.csv" };
  await s3.send(new DeleteObjectCommand(report));
  const input = await analysisInput(deployment, runs[0]?.executionArn);
  const overtaken = { ...input.execution, name: "overtaken", startTime: "2026-01-01T00:00:00.000Z" };
  const settings = { ...input.settings, refresh: false };
  await deployment.invoke("Analyze", { ...input, settings, execution: overtaken });

  // An operator stores a wrong population, copies the previous version over it, and removes the wrong version. S3
  // notifies the queue, and the messages arrive three times.
  deployment.notifications.length = 0;
  const { VersionId: old } = await s3.send(new HeadObjectCommand(population));
  const gone = await s3.send(new PutObjectCommand({ ...population, Body: "a mistake" }));
  const CopySource = `${bronze}/${populationKey}?versionId=${old}`;
  const kept = await s3.send(new CopyObjectCommand({ ...population, CopySource }));
  await s3.send(new DeleteObjectCommand({ ...population, VersionId: gone.VersionId }));
  const messages = deployment.notifications.map(({ message }) => message);
  const event = queueEvent([{ Service: "Amazon S3", Event: "s3:TestEvent" }, ...messages]);
  const first = await deployment.invoke("PopulationEvent", event);
  const status = await deployment.ended(`correction-pr-${kept.VersionId}`);
  const second = await deployment.invoke("PopulationEvent", event);
  const third = await deployment.invoke("PopulationEvent", queueEvent([{}, ...messages]));
  const heldTag = async (VersionId?: string) => {
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ ...population, VersionId }));
    return TagSet?.find(({ Key }) => Key === "held")?.Value;
  };
  const correction = { status, held: await heldTag(kept.VersionId), answers: [first, second, third] };

  // Another correction, which S3 stores before versioning takes effect. Therefore, its message has no version ID.
  const versioning = (Status: "Enabled" | "Suspended") =>
    s3.send(new PutBucketVersioningCommand({ Bucket: bronze, VersioningConfiguration: { Status } }));
  const correct = await s3.send(new GetObjectCommand(population));
  const Body = await correct.Body?.transformToString();
  await versioning("Suspended");
  await s3.send(new PutObjectCommand({ ...population, Body }));
  await versioning("Enabled");
  const last = deployment.notifications.at(-1)?.message;
  const object = last !== undefined && "Records" in last ? last.Records[0]?.s3.object : undefined;
  const unversioned = { Records: [{ s3: { object: { ...object, versionId: undefined } } }] };
  const answers = [
    await deployment.invoke("PopulationEvent", queueEvent([unversioned])),
    await deployment.invoke("PopulationEvent", queueEvent([unversioned])),
  ];
  const correctionWithoutVersion = {
    status: await deployment.ended(`correction-pr-null-${object?.sequencer}`),
    held: await heldTag(),
    answers,
  };

  // The table of an earlier deployment has too few columns.
  const table = deployment.tables.get("pr");
  if (table) deployment.tables.set("pr", { ...table, StorageDescriptor: {}, Parameters: {} });

  // The source is correct again.
  runs.push(await run({ acceptSource: [populationKey, "bls/pr/pr.footnote"] }));

  // All surveys: two concurrent runs, a re-analysis, a refused run, and an outcome of an execution whose end
  // was not recorded.
  const allSurveys = [
    ...(await deployment.runAllSurveys({}, {})),
    ...(await deployment.runAllSurveys({ refresh: false })),
    ...(await deployment.runAllSurveys({ surveys: ["zz"] })),
  ];
  // Also a run in which a survey fails.
  const prices = join(source, "cu", "cu.data.1.AllItems");
  const right = await readFile(prices, "utf8");
  await publishFile(prices, `${right}CUUR0000SA0\tno year\r\n`, later);
  allSurveys.push(...(await deployment.runAllSurveys({})));
  await publishFile(prices, right, latest);
  await s3.send(new DeleteObjectCommand({ Bucket: buckets.gold, Key: "reports/index.json" }));
  await deployment.invoke("SummarizeSurveys", {
    outcomes: [{ survey: "zz", execution: "zz-1", status: "FAILED", error: "States.Timeout" }],
    execution: input.execution,
  });

  // The stage's settings choose the data file of `cu`, also for scheduled runs and after a corrected population.
  const choiceUnderAllSurveys = await latestChoice(deployment, "cu");
  const choices: ScenarioResult["choices"] = [];
  for (const input of [{}, { refresh: false }, { analysis: { dataFile: "cu.data.0.Current" } }]) {
    await run({ survey: "cu", ...input });
    choices.push({ input, choice: await latestChoice(deployment, "cu") });
  }
  return { runs, correction, correctionWithoutVersion, allSurveys, choices, choiceUnderAllSurveys };
}

/** The choice of data files in the latest report of a survey. */
async function latestChoice({ s3, buckets }: LaptopDeployment, survey: string): Promise<string> {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: buckets.gold, Key: `reports/${survey}/latest/report.json` }),
  );
  return JSON.parse((await Body?.transformToString()) ?? "").dataFiles.choice;
}

/** The input that an execution passed to its step Analyze. */
async function analysisInput(deployment: LaptopDeployment, executionArn: string | undefined) {
  const { events = [] } = await deployment.stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }),
  );
  const scheduled = events.find(({ taskScheduledEventDetails }) => taskScheduledEventDetails !== undefined);
  return JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? "{}").Payload;
}

/** Refuses the parts of an upload to one bucket in a way that no retry fixes. */
function refusedPart(operation: string, bucket: string | null, refused: string): S3Fault | undefined {
  return operation === "UploadPart" && bucket === refused
    ? { kind: "error", code: "AccessDenied" }
    : undefined;
}

/**
 * Rows of a data file, long and varied enough that Analyze's output takes several parts, as Parquet and as
 * best-years.csv.
 */
function longSeries(): string {
  let state = 1;
  const letters = (groups: number) => {
    let text = "";
    for (let group = 0; group < groups; group++) {
      state = (state * 48_271) % 2_147_483_647;
      text += state.toString(36).padStart(6, "0");
    }
    return text;
  };
  const rows: string[] = [];
  for (let index = 0; index < 28_000; index++) {
    const id = `X${String(index).padStart(6, "0")}${letters(64)}`;
    rows.push(`${id}\t2020\tQ01\t${index / 1000}\t${letters(20)}\r\n`);
  }
  return rows.join("");
}

/** The event that Lambda passes to a function for the queue's messages. */
function queueEvent(messages: object[]): object {
  return {
    Records: messages.map((message, index) => ({
      messageId: String(index),
      eventSource: "aws:sqs",
      body: JSON.stringify(message),
    })),
  };
}
