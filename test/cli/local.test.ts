import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GetObjectTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { publishFile, type Replica, startReplica } from "@data-quest/bls-replica";
import { historyCommand } from "@data-quest/cli/history";
import { localCommand } from "@data-quest/cli/local";
import { findRunning } from "@data-quest/local/running";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseOutcome, quest } from "../e2e/quest.ts";
import { captured } from "./captured.ts";
import { type QuestLocal, startQuestLocal } from "./quest-local.ts";

const LONG_AGO = new Date("2026-01-29T13:30:00Z");
const header = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
const row = "PRS30006032      \t2013\tQ01\t         0.5\t\r\n";
const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:Pipeline";
const bronze = "data-quest-bronze";
const population = "usa-api-sync/population/nation_population.json";

let dir: string;
let stateDir: string;
let replica: Replica;
let local: QuestLocal;
let stepFunctions: SFNClient;
let s3: S3Client;

const publish = (name: string, text: string) => publishFile(join(dir, "source/pr", name), text, LONG_AGO);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "quest-local-"));
  stateDir = join(dir, "state");
  await publish("pr.data.0.Current", header + row);
  await publish("pr.class", "first\r\n");
  const faults = [{ match: /pr\.stalls$/, times: 1, fault: { kind: "stall" as const } }];
  replica = await startReplica({ dir: join(dir, "source"), faults });
  const sources = ["--source", replica.timeSeries, "--population-source", replica.population];
  local = await startQuestLocal(["--state-dir", stateDir, "--survey", "pr", ...sources]);
  const { AWS_ENDPOINT_URL_SFN, AWS_ENDPOINT_URL_S3, AWS_REGION: region = "", ...keys } = local.environment;
  const credentials = {
    accessKeyId: keys.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY ?? "",
  };
  stepFunctions = new SFNClient({ endpoint: AWS_ENDPOINT_URL_SFN ?? "", region, credentials });
  s3 = new S3Client({ endpoint: AWS_ENDPOINT_URL_S3 ?? "", region, credentials });
});
afterAll(async () => {
  local.process.kill("SIGKILL");
  await replica.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Starts an execution with client-sfn and waits for it to end. */
async function run(name: string) {
  const input = JSON.stringify({ settleSeconds: 0 });
  const { executionArn = "" } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name, input }),
  );
  return ended(executionArn);
}

async function ended(executionArn: string) {
  for (;;) {
    const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== "RUNNING") return execution;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function history(executionArn: string | undefined, reverseOrder: boolean, maxResults: number) {
  const pages: HistoryEvent[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder, maxResults, nextToken }),
    );
    pages.push(page.events ?? []);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return pages;
}

test("quest local prints what another terminal needs, and is found through its state directory", async () => {
  const running = await findRunning(stateDir);
  expect(running?.pid).toBe(local.process.pid);
  expect(local.environment).toEqual({
    AWS_ENDPOINT_URL_S3: running?.endpoint,
    AWS_ENDPOINT_URL_SFN: running?.endpoint,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
  });
  expect(local.printed.stdout).toContain(stateMachineArn);
  // Nothing but settings and comments, so that all of it can be pasted.
  for (const line of local.printed.stdout.trimEnd().split("\n"))
    expect(line).toMatch(/^(export \w+=\S+|#.*)$/);
});

test("client-sfn drives a run, a failure, and a redrive, and reads histories page by page", async () => {
  const first = await run("first");
  expect(first.status).toBe("SUCCEEDED");
  const all = (await history(first.executionArn, false, 1000)).flat();
  const pages = await history(first.executionArn, false, 10);
  expect(pages.length).toBe(Math.ceil(all.length / 10));
  expect(pages.flat()).toEqual(all);
  expect((await history(first.executionArn, true, 7)).flat()).toEqual([...all].reverse());

  await publish("pr.data.9.Bad", "<html>not a data file</html>\r\n");
  const failed = await run("bad");
  expect(failed).toMatchObject({ status: "FAILED", error: "FileRefused", redriveStatus: "REDRIVABLE" });
  // The function ran from a bundle in a separate process.
  expect(JSON.parse(failed.cause ?? "").trace.join("\n")).toMatch(/quest-lambda-.*SyncFile\/bundle\.mjs/);

  await publish("pr.data.9.Bad", header + row);
  const { executionArn = "" } = failed;
  await stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
  expect(await ended(executionArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
});

const hasAwsCli = spawnSync("aws", ["--version"]).status === 0;
describe.skipIf(!hasAwsCli)("the AWS CLI, with the printed variables", () => {
  const aws = async (...args: string[]) => {
    const { AWS_PROFILE: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)("aws", args, { env: { ...env, ...local.environment } });
    return stdout === "" ? undefined : JSON.parse(stdout);
  };

  test("drives a run, a failure, a redrive, and a history page by page", async () => {
    await publish("pr.data.9.Bad", "<html>not a data file again</html>\r\n");
    const { executionArn } = await aws(
      ...["stepfunctions", "start-execution", "--state-machine-arn", stateMachineArn],
      ...["--name", "by-cli", "--input", '{"settleSeconds":0}'],
    );
    expect((await ended(executionArn)).status).toBe("FAILED");
    await publish("pr.data.9.Bad", header + row + row.replace("2013", "2014"));
    const redriven = await aws("stepfunctions", "redrive-execution", "--execution-arn", executionArn);
    expect(redriven).toHaveProperty("redriveDate");
    expect((await ended(executionArn)).status).toBe("SUCCEEDED");
    const { events } = await aws(
      ...["stepfunctions", "get-execution-history", "--execution-arn", executionArn, "--page-size", "5"],
    );
    const ids = (await history(executionArn, false, 1000)).flat().map(({ id }) => id);
    expect(events.map(({ id }: HistoryEvent) => id)).toEqual(ids);
  });

  test("reports that synchronous executions are not supported, and does not contact another host", async () => {
    const started = aws("stepfunctions", "start-sync-execution", "--state-machine-arn", stateMachineArn);
    await expect(started).rejects.toThrow("StateMachineTypeNotSupported");
  });

  test("puts a corrected population file into Bronze, and the file is held and automatically analyzed", async () => {
    const file = join(dir, "corrected.json");
    const answer = await (await fetch(replica.population)).text();
    await writeFile(file, answer.replace("}", " }"));
    const { VersionId } = await aws(
      ...["s3api", "put-object", "--bucket", bronze, "--key", population, "--body", file],
    );
    const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:correction-pr-${VersionId}`;
    const started = () => stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(() => started().catch(() => "not yet")).toHaveProperty("status");
    const execution = await ended(executionArn);
    expect(execution.status).toBe("SUCCEEDED");
    const { lineage } = JSON.parse(execution.output ?? "");
    expect(lineage).toContainEqual(expect.objectContaining({ key: population, versionId: VersionId }));
    const { TagSet } = await s3.send(
      new GetObjectTaggingCommand({ Bucket: bronze, Key: population, VersionId }),
    );
    expect(TagSet).toContainEqual({ Key: "held", Value: "put" });
  });
});

describe("quest in another terminal", () => {
  test("uses the same local AWS, whether or not the sources are specified and the variables are set", async () => {
    const sources = ["--source", replica.timeSeries, "--population-source", replica.population];
    const here = ["--settle", "0", "--state-dir", stateDir, "--json"];
    for (const outcome of await Promise.all([
      quest(["run", ...here]),
      quest(["run", ...here, ...sources], local.environment),
    ])) {
      const { status, name } = parseOutcome(outcome);
      expect(status).toBe("SUCCEEDED");
      await expect.poll(() => local.printed.stderr).toContain(`SUCCEEDED ${name} after`);
    }
    const { executionArn = "" } = await run("done");
    const redriven = await quest(["redrive", executionArn, "--state-dir", stateDir], local.environment);
    expect(redriven.stderr).toContain("Execution is SUCCEEDED and cannot be redriven");
  });

  test("acts on a stage through its resources and the usual variables, and links to the console", async () => {
    const resources = {
      App: { name: "data-quest", stage: "test" },
      Bronze: { name: bronze },
      Silver: { name: "data-quest-silver" },
      Gold: { name: "data-quest-gold" },
      Pipeline: { arn: stateMachineArn },
      Sources: {
        timeSeries: replica.timeSeries,
        population: replica.population,
        contact: "test@example.com",
        concurrency: 4,
        maxRemovedShare: 0.25,
        dataFiles: "{}",
        surveys: "pr",
      },
    };
    const environment = {
      ...local.environment,
      ...Object.fromEntries(
        Object.entries(resources).map(([name, value]) => [`SST_RESOURCE_${name}`, JSON.stringify(value)]),
      ),
    };
    const onStage = (...args: string[]) => quest([...args, "--stage", "test"], environment);
    const [done, other, sources] = await Promise.all([
      onStage("run", "--settle", "0"),
      quest(["history", "--stage", "production"], environment),
      onStage("run", "--source", "sample"),
    ]);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/s3:\/\/data-quest-gold\/reports\/pr\/\S+\/report\.json$/m);
    const name = /SUCCEEDED (\S+) in/.exec(done.stdout)?.[1];
    const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
    const link = `https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/${executionArn}`;
    expect(done.stdout).toContain(link);
    expect(other).toMatchObject({ code: 1, stdout: "" });
    expect(other.stderr).toContain("--stage is production, but this shell belongs to the stage test");
    expect(sources).toMatchObject({ code: 1, stdout: "" });
    expect(sources.stderr).toContain("leave out the source options");

    const [shown, redriven, planned] = await Promise.all([
      onStage("history", name ?? ""),
      onStage("redrive", name ?? ""),
      onStage("plan"),
    ]);
    expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to do") });
    expect(shown.stdout).toContain(link);
    expect(redriven).toMatchObject({ code: 1 });
    expect(redriven.stderr).toContain("cannot be redriven: Execution is SUCCEEDED");
  });

  test("says how to run it in sst shell if the stage's environment is missing", async () => {
    expect(await captured(() => historyCommand(undefined, { stateDir, stage: "test" }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("npx sst shell --stage test -- npx quest"),
    });
  });

  test("cannot start a second local AWS with the same state directory or port", async () => {
    const { endpoint = "" } = (await findRunning(stateDir)) ?? {};
    expect(await captured(() => localCommand({ stateDir }))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`is already running at ${endpoint} \\(process ${local.process.pid}\\)`),
      ),
    });
    const port = Number(new URL(endpoint).port);
    expect(await captured(() => localCommand({ stateDir: join(dir, "another"), port }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
    });
  });
});

test("Ctrl-C ends executions as ABORTED, and a later redrive continues with the same sources", async () => {
  await publish("pr.stalls", "read me\r\n");
  const { executionArn } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name: "interrupted", input: '{"settleSeconds":0}' }),
  );
  await expect.poll(() => replica.requests.some(({ path }) => path.endsWith("pr.stalls"))).toBe(true);
  expect(await local.interrupt()).toBe(0);
  expect(local.printed.stderr).toContain("ABORTED interrupted after");
  expect(await findRunning(stateDir)).toBeUndefined();
  const listed = await captured(() => historyCommand(undefined, { stateDir }));
  expect(listed.stdout).toMatch(/^ABORTED +interrupted /m);

  const redriven = parseOutcome(
    await quest(["redrive", executionArn ?? "", "--state-dir", stateDir, "--json"]),
  );
  expect(redriven).toMatchObject({ status: "SUCCEEDED", name: "interrupted" });
  const stalled = replica.requests.filter(({ path }) => path.endsWith("pr.stalls"));
  expect(stalled.map(({ complete }) => complete)).toEqual([false, true]);
});
