import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type ResourceRecord, type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { deployOnLaptop, type LaptopDeployment } from "./laptop-deployment.ts";
import { permissionsOf, shortName, the } from "./resources.ts";
import { permissionsNeeded, type Use } from "./s3-permissions.ts";
import { dataFile, runScenario, type ScenarioResult } from "./scenario.ts";

let synthesis: Synthesis;
let deployment: LaptopDeployment;
let scenario: ScenarioResult;

beforeAll(async () => {
  const dataFiles = { cu: { dataFile: "cu.data.1.AllItems" } };
  [synthesis] = (await synthesize({ settings: { dataFiles } })) as [Synthesis];
  deployment = await deployOnLaptop(synthesis);
  scenario = await runScenario(deployment);
});

afterAll(() => deployment.close());

describe("the bundled functions, without node_modules next to them", () => {
  test("complete a first run and a run after changes and faults, and fail when they should", () => {
    expect(scenario.runs).toMatchObject([
      { status: "SUCCEEDED" },
      { status: "FAILED", error: "StorageRefused" },
      { status: "FAILED", error: "StorageRefused" },
      { status: "SUCCEEDED" },
      { status: "FAILED", error: "SourceNotFound" },
      { status: "SUCCEEDED" },
    ]);
  });

  test("hold a correction and repeat the analysis once, however often S3 notifies them", () => {
    expect(scenario.correction).toEqual({
      status: "SUCCEEDED",
      held: "put",
      answers: [
        { batchItemFailures: [] },
        { batchItemFailures: [] },
        // Only the invalid message is reported as failed.
        { batchItemFailures: [{ itemIdentifier: "0" }] },
      ],
    });
    const destination = "arn:aws:sqs:us-east-1:000000000000:data-quest-production-PopulationEvents";
    // Two notifications for this correction. Two more for the next correction, because S3 also notifies about the
    // versioned copy.
    expect(deployment.notifications.map((each) => each.destination)).toEqual(
      Array.from({ length: 4 }, () => destination),
    );
  });

  test("hold a correction that S3 stored without a version ID, and repeat the analysis once", () => {
    expect(scenario.correctionWithoutVersion).toEqual({
      status: "SUCCEEDED",
      held: "put",
      answers: [{ batchItemFailures: [] }, { batchItemFailures: [] }],
    });
  });

  test("run all surveys, and refuse a survey that does not exist", () => {
    expect(scenario.allSurveys).toMatchObject([
      { status: "SUCCEEDED" },
      { status: "SUCCEEDED" },
      { status: "SUCCEEDED" },
      { status: "FAILED", error: "InvalidInput" },
      { status: "FAILED", error: "SurveysFailed" },
    ]);
  });

  test("analyze the data files that the stage's settings specify for a survey", () => {
    const named = "cu.data.1.AllItems, because the stage's settings name it";
    expect(scenario.choices).toEqual([
      { input: {}, choice: named },
      { input: { refresh: false }, choice: named },
      {
        input: { analysis: { dataFile: "cu.data.0.Current" } },
        choice: expect.stringContaining("the input"),
      },
    ]);
    expect(scenario.choiceUnderAllSurveys).toBe(named);
  });

  test("write an audit of every run, including failed runs", async () => {
    const { Contents } = await deployment.s3.send(
      new ListObjectsV2Command({ Bucket: deployment.buckets.gold, Prefix: "audit/" }),
    );
    // There are also audits of two corrections, of three runs of AllSurveys with two surveys each, and of the runs that
    // test the choice of data files.
    expect(Contents).toHaveLength(scenario.runs.length + 2 + 2 * 3 + scenario.choices.length);
  });

  test("notify only about failed runs, and say where each run failed", () => {
    expect(deployment.alarms.map((alarm) => alarm.get("Subject"))).toEqual([
      "Data Quest: a run failed in the state Analyze",
      "Data Quest: a run failed in the state Analyze",
      "Data Quest: a run failed in the state DiscoverFiles",
      "Data Quest: a run failed in the state ListSurveys",
      // One message for the run of all surveys, and none for the survey that failed in it.
      "Data Quest: a run failed in the state SurveysFailed",
    ]);
    const topics = deployment.alarms.map((alarm) => alarm.get("TopicArn"));
    expect(new Set(topics)).toEqual(new Set(["arn:aws:sns:us-east-1:000000000000:Alarms"]));
  });

  test("print metrics only for the runs that synced", () => {
    const metrics = deployment.printed.flatMap((text) => (text.includes('"_aws"') ? [JSON.parse(text)] : []));
    const ofService = (name: string) => metrics.filter(({ service }) => service === name);
    expect(ofService("SummarizeSurveys")).toMatchObject([
      { CompletedAllSurveys: 1, FailedSurveys: 0 },
      { CompletedAllSurveys: 1, FailedSurveys: 0 },
      { CompletedAllSurveys: 1, FailedSurveys: 1 },
      { CompletedAllSurveys: 1, FailedSurveys: 1 },
    ]);
    expect(ofService("Analyze").slice(0, 3)).toMatchObject([
      { service: "Analyze", survey: "pr", SyncedRuns: 1, FilesCreated: 14, FilesRemoved: 0 },
      { service: "Analyze", survey: "pr", SyncedRuns: 1, FilesUpdated: 2, FilesHeld: 1 },
      { service: "Analyze", survey: "pr", SyncedRuns: 1, FilesUpdated: 1, FilesHeld: 0 },
    ]);
    // The children of AllSurveys run concurrently.
    const children = ofService("Analyze").slice(3, 5);
    expect(children.sort((a, b) => (a.survey < b.survey ? -1 : 1))).toMatchObject([
      { survey: "cu", SyncedRuns: 1, FilesCreated: 12, FilesUpdated: 0 },
      { survey: "pr", SyncedRuns: 1, FilesCreated: 0, FilesUpdated: 0 },
    ]);
    // Later runs that synced. Runs with refresh: false print nothing.
    const later = ofService("Analyze").slice(5);
    expect(later.map(({ survey }) => survey).sort()).toEqual(["cu", "cu", "pr"]);
    expect(metrics[0]._aws.CloudWatchMetrics[0]).toMatchObject({
      Namespace: "data-quest/production",
      Dimensions: [["service", "survey"]],
    });
  });
});

test.each([
  ["pr", dataFile],
  ["cu", "cu.data.1.AllItems"],
])("the table of %s points to Silver, and has the columns of the Parquet files", async (survey, dataFile) => {
  const table = SurveyTable.parse(deployment.tables.get(survey));
  const template = `${table.Parameters["storage.location.template"]}data.parquet`;
  const columns = await columnsOf(template.replace(/\$\{data_file\}/, dataFile));
  expect(columns.length).toBeGreaterThan(5);
  expect(table.StorageDescriptor.Columns).toEqual(
    columns.map(({ name, type }) => ({ Name: name, Type: type })),
  );
});

test("the location of the population table has a single object, with the same columns as the table", async () => {
  const { storageDescriptor } = PopulationTable.parse(
    the(synthesis, "aws:glue/catalogTable:CatalogTable", "PopulationTable").inputs,
  );
  const [, Bucket, Prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(storageDescriptor.location) ?? [];
  const { Contents = [] } = await deployment.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  expect(Contents).toHaveLength(1);
  expect(await columnsOf(`s3://${Bucket}/${Contents[0]?.Key}`)).toEqual(storageDescriptor.columns);
});

/** The columns of a Parquet file in S3, as DuckDB reads them, with Athena's types. */
async function columnsOf(address: string): Promise<{ name: string; type: string }[]> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(address) ?? [];
  const { Body } = await deployment.s3.send(new GetObjectCommand({ Bucket, Key }));
  const folder = await mkdtemp(join(tmpdir(), "quest-silver-"));
  await writeFile(join(folder, "data.parquet"), (await Body?.transformToByteArray()) ?? "");
  const connection = await (await DuckDBInstance.create()).connect();
  const rows = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${join(folder, "data.parquet")}'`);
  connection.closeSync();
  await rm(folder, { recursive: true });
  const athenaTypes: Record<string, string> = { VARCHAR: "string", INTEGER: "int" };
  return rows.getRowObjects().map(({ column_name, column_type: type }) => ({
    name: String(column_name),
    type: athenaTypes[String(type)] ?? String(type).toLowerCase(),
  }));
}

const PopulationTable = z.object({
  storageDescriptor: z.object({
    location: z.string(),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
  }),
});

const SurveyTable = z.object({
  Parameters: z.record(z.string(), z.string()),
  StorageDescriptor: z.object({ Columns: z.array(z.object({ Name: z.string(), Type: z.string() })) }),
});

test("every bundle stays below 1 MB zipped", async () => {
  const sizes: Record<string, number> = {};
  for (const [name, { file }] of deployment.bundles)
    sizes[name] = deflateRawSync(await readFile(file)).length;
  expect(Object.keys(sizes).sort()).toEqual(synthesis.functions.map(({ functionID }) => functionID));
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

  test("for Step Functions, SNS, and Glue match the function's calls exactly", () => {
    for (const { functionID } of synthesis.functions) {
      const called = deployment.calls.filter(({ accessKeyId }) => accessKeyId === functionID);
      const granted = permissionsOf(roleOf(functionID)).flatMap(({ actions }) => actions);
      expect(new Set(called.map(({ action }) => action)), functionID).toEqual(
        new Set(granted.filter((action) => /^(states|sns|glue):/.test(action))),
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

/** The S3 permissions that each function used, and those that its role grants. */
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

/** Whether a grant allows a use. The grant's resource is a short name that may end in a wildcard. */
function covers(grant: Use, use: Use): boolean {
  const resource = shortName(use.resource);
  if (grant.action !== use.action) return false;
  return grant.resource.endsWith("*")
    ? resource.startsWith(grant.resource.slice(0, -1))
    : resource === grant.resource;
}
