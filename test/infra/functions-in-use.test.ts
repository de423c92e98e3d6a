import { mkdtemp, readFile, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetExecutionHistoryCommand } from "@aws-sdk/client-sfn";
import { bundleFunction } from "@data-quest/local/lambda/bundle.ts";
import { publishFile } from "@data-quest/local/replica/publish.ts";
import type { S3Fault } from "@data-quest/local/s3/faults.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../infra/synth/folders.ts";
import { type ResourceRecord, type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { deployOnLaptop, type LaptopDeployment } from "./laptop-deployment.ts";
import { permissionsOf, shortName, the } from "./resources.ts";
import { permissionsNeeded, type Use } from "./s3-permissions.ts";

const dataFile = "pr.data.0.Current";
const populationKey = "usa-api-sync/population/nation_population.json";
const longAgo = new Date("2026-01-29T13:30:00Z");
const later = new Date("2026-02-05T13:30:00Z");
const latest = new Date("2026-02-12T13:30:00Z");
/** S3 takes a file in parts of 8 MiB; this one has three. */
const threeParts = `${"x".repeat(1022)}\r\n`.repeat(20 * 1024);

let synthesis: Synthesis;
let deployment: LaptopDeployment;
const runs: Awaited<ReturnType<LaptopDeployment["run"]>>[] = [];
let correction: { status: string; held: string | undefined; answers: unknown[] };

beforeAll(async () => {
  [synthesis] = (await synthesize({})) as [Synthesis];
  deployment = await deployOnLaptop(synthesis);
  const { s3, buckets, source, run } = deployment;
  const file = (name: string) => join(source, "pr", name);

  // A first run, on a survey with a file of several parts.
  await publishFile(file("pr.large.txt"), threeParts, longAgo);
  runs.push(await run({}));

  // The source goes on: two files grow, one goes. A person put one into Bronze. A process that was killed left an upload of a
  // file that is not listed any more. S3 is slow for a while, then refuses the first part of what Analyze writes to Silver.
  await publishFile(file("pr.large.txt"), `${threeParts}more\r\n`, later);
  const rows = await readFile(file(dataFile), "utf8");
  await publishFile(file(dataFile), rows + manySeries(), later);
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

  // The same for Gold. Then all is well, and the source takes its rows back.
  deployment.setFault(({ operation, bucket }) => refusedPart(operation, bucket, buckets.gold));
  runs.push(await run({ refresh: false }));
  deployment.setFault(() => undefined);
  await publishFile(file(dataFile), rows, latest);
  runs.push(await run({}));

  // A run that cannot succeed.
  runs.push(await run({ survey: "zz" }));

  // The first run's analysis once more, as of an execution that was overtaken: what it replaces is put back.
  const report = { Bucket: buckets.gold, Key: "reports/pr/latest/best-years.csv" };
  await s3.send(new DeleteObjectCommand(report));
  const input = await analysisInput(runs[0]?.executionArn);
  const overtaken = { ...input.execution, name: "overtaken", startTime: "2026-01-01T00:00:00.000Z" };
  const settings = { ...input.settings, refresh: false };
  await deployment.invoke("Analyze", { ...input, settings, execution: overtaken });

  // A person corrects the population; S3 tells the queue, and the message comes twice. One more correction is gone again
  // before anybody looks.
  deployment.notifications.length = 0;
  const body = await (await fetch(deployment.replica.population)).text();
  const key = { Bucket: buckets.bronze, Key: populationKey };
  const kept = await s3.send(new PutObjectCommand({ ...key, Body: body }));
  const gone = await s3.send(new PutObjectCommand({ ...key, Body: "a mistake" }));
  await s3.send(new DeleteObjectCommand({ ...key, VersionId: gone.VersionId }));
  const messages = deployment.notifications.map(({ message }) => message);
  const event = queueEvent([{ Service: "Amazon S3", Event: "s3:TestEvent" }, ...messages]);
  const first = await deployment.invoke("PopulationEvent", event);
  const status = await deployment.ended(`correction-pr-${kept.VersionId}`);
  const second = await deployment.invoke("PopulationEvent", event);
  const third = await deployment.invoke("PopulationEvent", queueEvent([{}, ...messages]));
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ ...key, VersionId: kept.VersionId }));
  const held = TagSet?.find(({ Key }) => Key === "held")?.Value;
  correction = { status, held, answers: [first, second, third] };

  // The source is right after all.
  runs.push(await run({ acceptSource: [populationKey, "bls/pr/pr.footnote"] }));
}, 300_000);

afterAll(() => deployment.close());

describe("the bundled functions, without node_modules beside them", () => {
  test("do a first run, one after changes with faults, and fail where they should", () => {
    expect(runs).toMatchObject([
      { status: "SUCCEEDED" },
      { status: "FAILED", error: "StorageRefused" },
      { status: "FAILED", error: "StorageRefused" },
      { status: "SUCCEEDED" },
      { status: "FAILED", error: "SourceNotFound" },
      { status: "SUCCEEDED" },
    ]);
  });

  test("hold a correction and analyse it again, once, however often S3 tells of it", () => {
    expect(correction).toEqual({
      status: "SUCCEEDED",
      held: "put",
      answers: [
        { batchItemFailures: [] },
        { batchItemFailures: [] },
        // Only the message that makes no sense comes back.
        { batchItemFailures: [{ itemIdentifier: "0" }] },
      ],
    });
    const destination = "arn:aws:sqs:us-east-1:000000000000:data-quest-production-PopulationEvents";
    expect(deployment.notifications).toMatchObject([{ destination }, { destination }]);
  });

  test("write an audit of every run, the failed one too", async () => {
    const { Contents } = await deployment.s3.send(
      new ListObjectsV2Command({ Bucket: deployment.buckets.gold, Prefix: "audit/" }),
    );
    expect(Contents).toHaveLength(runs.length + 1);
  });

  test("tell of the runs that failed, and where, and of no other", () => {
    expect(deployment.alarms.map((alarm) => alarm.get("Subject"))).toEqual([
      "Data Quest: a run failed in the state Analyze",
      "Data Quest: a run failed in the state Analyze",
      "Data Quest: a run failed in the state DiscoverFiles",
    ]);
    const topics = deployment.alarms.map((alarm) => alarm.get("TopicArn"));
    expect(new Set(topics)).toEqual(new Set(["arn:aws:sns:us-east-1:000000000000:Alarms"]));
  });

  test("print the metrics of the runs that synced, and of no other", () => {
    const metrics = deployment.printed.flatMap((text) => (text.includes('"_aws"') ? [JSON.parse(text)] : []));
    expect(metrics).toMatchObject([
      { service: "Analyze", survey: "pr", SyncedRuns: 1, FilesCreated: 14, FilesRemoved: 0 },
      { service: "Analyze", survey: "pr", SyncedRuns: 1, FilesUpdated: 1, FilesHeld: 1 },
      { service: "Analyze", survey: "pr", SyncedRuns: 1, FilesUpdated: 1, FilesHeld: 0 },
    ]);
    expect(metrics[0]._aws.CloudWatchMetrics[0]).toMatchObject({
      Namespace: "data-quest/production",
      Dimensions: [["service", "survey"]],
    });
  });
});

test("every bundle stays below 1 MB zipped", async () => {
  const folder = await mkdtemp(join(tmpdir(), "quest-bundles-"));
  const sizes: Record<string, number> = {};
  for (const { functionID, handler } of synthesis.functions) {
    const { file } = await bundleFunction(root, handler, join(folder, functionID));
    sizes[functionID] = deflateRawSync(await readFile(file)).length;
  }
  await rm(folder, { recursive: true });
  console.log("Bytes of the bundles, zipped:", sizes);
  for (const [name, bytes] of Object.entries(sizes)) expect(bytes, name).toBeLessThan(1_000_000);
});

describe("the permissions of a role", () => {
  test("cover everything that its function did with S3", () => {
    const missing = used().flatMap(({ functionID, uses, grants }) =>
      uses
        .filter((use) => !grants.some((grant) => covers(grant, use)))
        .map((use) => `${functionID}: ${use.action} on ${shortName(use.resource)}`),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  test("cover the other services that its function called, and no more of them", () => {
    for (const { functionID } of synthesis.functions) {
      const called = deployment.calls.filter(({ accessKeyId }) => accessKeyId === functionID);
      const granted = permissionsOf(roleOf(functionID)).flatMap(({ actions }) => actions);
      expect(new Set(called.map(({ action }) => action)), functionID).toEqual(
        new Set(granted.filter((action) => /^(states|sns):/.test(action))),
      );
    }
  });

  test("for S3 were all used", () => {
    const idle = used().flatMap(({ functionID, uses, grants }) =>
      grants
        .filter((grant) => !uses.some((use) => covers(grant, use)))
        .map((grant) => `${functionID}: ${grant.action} on ${grant.resource}`),
    );
    expect(idle).toEqual([]);
  });
});

/** What an execution gave its step Analyze. */
async function analysisInput(executionArn: string | undefined) {
  const { events = [] } = await deployment.stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }),
  );
  const scheduled = events.find(({ taskScheduledEventDetails }) => taskScheduledEventDetails !== undefined);
  return JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? "{}").Payload;
}

/** Refuses the parts of an upload to one bucket, in a way that no retry mends. */
function refusedPart(operation: string, bucket: string | null, refused: string): S3Fault | undefined {
  return operation === "UploadPart" && bucket === refused
    ? { kind: "error", code: "AccessDenied" }
    : undefined;
}

/**
 * Rows of a data file, so many and so little alike that what Analyze makes of them takes several parts, as Parquet and as
 * best-years.csv.
 */
function manySeries(): string {
  let state = 1;
  const letters = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state.toString(36).padStart(6, "0");
  };
  const rows: string[] = [];
  for (let index = 0; index < 140_000; index++) {
    const id = `X${String(index).padStart(6, "0")}${letters()}${letters()}${letters()}${letters()}${letters()}`;
    rows.push(
      `${id}\t2020\tQ01\t${index / 1000}\t${letters()}${letters()}${letters()}${letters()}${letters()}\r\n`,
    );
  }
  return rows.join("");
}

/** What Lambda gives a function of the queue's messages. */
function queueEvent(messages: object[]): object {
  return {
    Records: messages.map((message, index) => ({
      messageId: String(index),
      eventSource: "aws:sqs",
      body: JSON.stringify(message),
    })),
  };
}

/** What each function did with S3, and what its role allows there. */
function used(): { functionID: string; uses: Use[]; grants: Use[] }[] {
  return synthesis.functions.map(({ functionID }) => ({
    functionID,
    uses: deployment.requests
      .filter(({ accessKeyId }) => accessKeyId === functionID)
      .flatMap(permissionsNeeded),
    grants: permissionsOf(roleOf(functionID))
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((resource) => ({ action, resource }))),
      )
      .filter(({ action }) => action.startsWith("s3:")),
  }));
}

function roleOf(functionID: string): ResourceRecord {
  return the(synthesis, "aws:iam/role:Role", `${functionID}Role`);
}

/** Whether a grant, with a short name that may end in a wildcard, allows a use. */
function covers(grant: Use, use: Use): boolean {
  const resource = shortName(use.resource);
  if (grant.action !== use.action) return false;
  return grant.resource.endsWith("*")
    ? resource.startsWith(grant.resource.slice(0, -1))
    : resource === grant.resource;
}
