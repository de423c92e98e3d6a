import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { LambdaHostOptions } from "@data-quest/lambda-host/host";
import { DirectoryInUse } from "@data-quest/state-directory/directory-owner";
import type { LambdaResult } from "@data-quest/step-functions";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientSettings, localEnvironment } from "./client-settings.ts";
import { type Deployment, stateMachineArn } from "./deployment/deployment.ts";
import { keptDeployment } from "./deployment/kept-deployments.ts";
import { type LocalAws, type LocalAwsOptions, startLocalAws } from "./local-aws.ts";
import { findRunning } from "./running.ts";

const deployment: Deployment = {
  source: "http://127.0.0.1:9/pub/time.series/",
  populationSource: "http://127.0.0.1:9/population",
  contact: "test@example.com",
  concurrency: 4,
  maxRemovedShare: 0.25,
  bucketPrefix: "data-quest",
  surveys: ["pr", "cu"],
};
/** A signature, with the parts that the local S3 checks. */
const SIGNATURE = {
  authorization: `AWS4-HMAC-SHA256 Credential=local/20261129/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
};
const populationKey = "usa-api-sync/population/nation_population.json";

let stateDir: string;
let up: LocalAws[];
let lines: string[];
/** The function calls so far: the name of each function, and the event that it received. */
let calls: { name: string; event: unknown }[];
let lambdaOptions: LambdaHostOptions | undefined;
/** What each function returns or does. A function whose value is undefined never ends. */
let answers: Record<string, LambdaResult | (() => Promise<LambdaResult>) | undefined>;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "local-aws-"));
  up = [];
  lines = [];
  calls = [];
  lambdaOptions = undefined;
  answers = {};
});
afterEach(async () => {
  for (const aws of up) await aws.close();
  rmSync(stateDir, { recursive: true });
});

async function start(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  const aws = await startLocalAws({
    stateDir,
    deployment,
    log: (line) => lines.push(line),
    startLambda: (given) => {
      lambdaOptions = given;
      return {
        invoke: (arn, event) => {
          const name = arn.split(":").at(-1) ?? arn;
          calls.push({ name, event: JSON.parse(event) });
          const answer = name in answers ? answers[name] : { payload: "null" };
          if (answer === undefined) return new Promise(() => undefined);
          return typeof answer === "function" ? answer() : Promise.resolve(answer);
        },
        close: async () => undefined,
      };
    },
    ...options,
  });
  up.push(aws);
  return aws;
}

const settings = clientSettings(localEnvironment());
const s3Of = ({ s3Endpoint }: LocalAws) => new S3Client({ endpoint: s3Endpoint, ...settings });
const statesOf = ({ endpoint }: LocalAws) => new SFNClient({ endpoint, ...settings });

/** The entries of the state directory that the group or everyone else may read, write, or enter. */
function openToOthers(): string[] {
  const entries = [".", ...readdirSync(stateDir, { recursive: true, encoding: "utf8" })];
  return entries.filter((entry) => (lstatSync(join(stateDir, entry)).mode & 0o077) !== 0);
}

describe("the port", () => {
  test("serves Step Functions and S3, with the pipeline and its buckets", async () => {
    const aws = await start();
    const { Buckets } = await s3Of(aws).send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([
      "data-quest-bronze",
      "data-quest-gold",
      "data-quest-silver",
    ]);
    const Bucket = "data-quest-bronze";
    expect(await s3Of(aws).send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({
      Status: "Enabled",
    });
    const { QueueConfigurations } = await s3Of(aws).send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    );
    expect(QueueConfigurations).toMatchObject([{ Id: "PopulationEvents", Events: ["s3:ObjectCreated:*"] }]);
    const { executionArn } = await statesOf(aws).send(
      new StartExecutionCommand({ stateMachineArn, name: "one" }),
    );
    expect(executionArn).toBe("arn:aws:states:us-east-1:000000000000:execution:Pipeline:one");
  });

  test("is open only on the loopback interface", async () => {
    const { port } = new URL((await start()).endpoint);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of outside)
      await expect(fetch(`http://${address}:${port}/`)).rejects.toThrow("fetch failed");
    await expect(fetch(`http://[::1]:${port}/`)).rejects.toThrow("fetch failed");
  });

  test.each([
    ["example.com", 403],
    ["169.254.1.1", 403],
    ["127.0.0.1.example.com", 403],
    ["localhost", 200],
    ["127.0.0.1", 200],
  ])("responds to a request to %s with %i", async (host, status) => {
    const { port } = new URL((await start()).endpoint);
    for (const target of ["", "AWSStepFunctions.ListStateMachines"]) {
      const answered = await new Promise<number | undefined>((resolve, reject) => {
        const headers = {
          host: `${host}:${port}`,
          ...(target === "" ? SIGNATURE : { "x-amz-target": target }),
        };
        const method = target === "" ? "GET" : "POST";
        request({ host: "127.0.0.1", port, path: "/", method, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on("error", reject)
          .end();
      });
      expect(answered).toBe(status);
    }
  });

  test("does not let pages of other origins read a response", async () => {
    const { endpoint } = await start();
    const headers = { origin: "http://example.com", "access-control-request-method": "POST" };
    for (const method of ["OPTIONS", "GET", "POST"]) {
      for (const target of [{}, { "x-amz-target": "AWSStepFunctions.ListStateMachines" }]) {
        const answer = await fetch(endpoint, { method, headers: { ...headers, ...target } });
        await answer.body?.cancel();
        const names = [...answer.headers.keys()].filter((name) => name.startsWith("access-control-"));
        expect(names).toEqual([]);
      }
    }
  });

  test("causes an error if it is taken, and the state directory is released", async () => {
    const { endpoint } = await start({ stateDir: join(stateDir, "first") });
    const port = Number(new URL(endpoint).port);
    const taken = start({ stateDir: join(stateDir, "second"), port });
    await expect(taken).rejects.toMatchObject({ code: "EADDRINUSE" });
    await start({ stateDir: join(stateDir, "second") });
  });
});

describe("the state directory", () => {
  test("belongs to one process", async () => {
    const { endpoint } = await start();
    await expect(start()).rejects.toThrow(DirectoryInUse);
    expect((await fetch(endpoint, { headers: SIGNATURE })).status).toBe(200);
  });

  test("announces the running local AWS, and stores each execution's deployment", async () => {
    const aws = await start();
    expect(await findRunning(stateDir)).toMatchObject({ endpoint: aws.endpoint, deployment });
    await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
    expect(keptDeployment(stateDir, "one")).toEqual(deployment);
    writeFileSync(join(stateDir, "deployments/one.json"), "");
    expect(() => keptDeployment(stateDir, "one")).toThrow("one.json is damaged");
    await aws.close();
    expect(await findRunning(stateDir)).toBeUndefined();
  });

  test("can be read only by its owner, even if an earlier version let others read it", async () => {
    const aws = await start({ deployment: { ...deployment, source: "sample" } });
    await s3Of(aws).send(new PutObjectCommand({ Bucket: "data-quest-gold", Key: "k", Body: "x" }));
    await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
    await aws.idle();
    const entries = readdirSync(stateDir, { recursive: true, encoding: "utf8" });
    for (const kind of ["bodies", "execution.json", "events.jsonl", "owner.json", "running.json", "pr.class"])
      expect(entries.some((entry) => entry.includes(kind))).toBe(true);
    expect(openToOthers()).toEqual([]);
    await aws.close();
    for (const entry of [".", ...readdirSync(stateDir, { recursive: true, encoding: "utf8" })])
      chmodSync(join(stateDir, entry), 0o755);
    await (await start()).close();
    expect(openToOthers()).toEqual([]);
  });

  test("may contain damaged files: they are reported, and everything else works", async () => {
    const aws = await start();
    const states = statesOf(aws);
    const names = ["one", "two", "three", "four"];
    for (const name of names) await states.send(new StartExecutionCommand({ stateMachineArn, name }));
    await s3Of(aws).send(new PutObjectCommand({ Bucket: "data-quest-gold", Key: "k", Body: "x" }));
    await aws.close();
    const below = (...path: string[]) => join(stateDir, "step-functions", ...path);
    const damaged = [
      below("state-machines/Pipeline.json"),
      below("executions/Pipeline/one/execution.json"),
      below("executions/Pipeline/two/events.jsonl.gz"),
      join(stateDir, "s3/buckets/data-quest-gold/bucket.json"),
      join(stateDir, "running.json"),
      join(stateDir, "owner.json"),
    ];
    for (const file of damaged) writeFileSync(file, "");
    rmSync(below("executions/Pipeline/three/events.jsonl.gz"));
    lines = [];
    const again = await start();
    for (const file of [...damaged.slice(0, 4), below("executions/Pipeline/three/events.jsonl")])
      expect(lines.filter((line) => line.includes(file.replace(".gz", "")))).toHaveLength(1);
    const { executions } = await statesOf(again).send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions?.map(({ name }) => name).sort()).toEqual(["four", "three", "two"]);
    const { executionArn } = await statesOf(again).send(new StartExecutionCommand({ stateMachineArn }));
    expect(executionArn).toContain(":execution:Pipeline:");
    const Key = "k";
    const object = await s3Of(again).send(new GetObjectCommand({ Bucket: "data-quest-gold", Key }));
    expect(await object.Body?.transformToString()).toBe("x");
    const history = statesOf(again).send(
      new GetExecutionHistoryCommand({ executionArn: executionArn?.replace(/[^:]+$/, "three") }),
    );
    await expect(history).rejects.toThrow(/events\.jsonl is missing: the history was removed$/);
  });

  test("is not changed by a read-only command", async () => {
    await (await start()).close();
    lambdaOptions = undefined;
    const before = readdirSync(stateDir, { recursive: true }).sort();
    const operations: string[] = [];
    const onRequest = ({ operation }: { operation: string }) => operations.push(operation);
    const sample = { ...deployment, source: "sample" };
    const aws = await start({ readOnly: true, deployment: sample, s3: { onRequest } });
    await aws.idle();
    expect(operations).toEqual([]);
    expect(lambdaOptions).toBeUndefined();
    expect(await findRunning(stateDir)).toBeUndefined();
    expect(existsSync(join(stateDir, "sample"))).toBe(false);
    await aws.close();
    expect(readdirSync(stateDir, { recursive: true }).sort()).toEqual(before);
  });

  test("gets the sample when a read-only command needs the sources", async () => {
    const aws = await start({ readOnly: true, deployment: { ...deployment, source: "sample" } });
    const { timeSeries, population } = await aws.sources();
    expect(population).toBe(deployment.populationSource);
    const headers = { "user-agent": "test (test@example.com)" };
    const listing = await fetch(new URL("pr/", timeSeries), { headers });
    expect(await listing.text()).toContain("pr.class");
    await aws.close();
    await expect(fetch(timeSeries)).rejects.toThrow("fetch failed");
  });
});

describe("automatic reactions", () => {
  test("a population file that is put into Bronze invokes PopulationEvent; other files do not", async () => {
    const aws = await start();
    const put = { Bucket: "data-quest-bronze", Body: "{}" };
    await s3Of(aws).send(new PutObjectCommand({ ...put, Key: "bls/pr/pr.class" }));
    await s3Of(aws).send(new PutObjectCommand({ ...put, Bucket: "data-quest-gold", Key: populationKey }));
    const { VersionId } = await s3Of(aws).send(new PutObjectCommand({ ...put, Key: populationKey }));
    await aws.idle();
    const body = expect.stringContaining(`"versionId":"${VersionId}"`);
    expect(calls).toEqual([
      { name: "PopulationEvent", event: { Records: [expect.objectContaining({ body })] } },
    ]);
    expect(lambdaOptions?.environment.SST_RESOURCE_Sources).toContain('"surveys":"pr cu"');
    expect(lambdaOptions?.environment.SST_RESOURCE_Pipeline).toContain(stateMachineArn);
  });

  test("the audit and the index are written when an execution has ended", async () => {
    answers.DiscoverFiles = { functionError: "Unhandled", payload: '{"errorType":"InvalidInput"}' };
    const aws = await start();
    await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
    await aws.idle();
    expect(calls.map(({ name }) => name)).toEqual(["DiscoverFiles", "WriteAudit", "UpdateIndex"]);
    expect(calls[1]?.event).toMatchObject({ detail: { name: "one", status: "FAILED" } });
    expect(lines).toEqual([]);
  });

  test("the audit of a redrive is written after the audit of the first run", async () => {
    answers.DiscoverFiles = { functionError: "Unhandled", payload: '{"errorType":"InvalidInput"}' };
    const first = Promise.withResolvers<LambdaResult>();
    answers.WriteAudit = () => first.promise;
    const aws = await start();
    const states = statesOf(aws);
    const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
    const ended = () => calls.filter(({ name }) => name === "DiscoverFiles").length;
    const audits = () => calls.filter(({ name }) => name === "WriteAudit").length;
    await expect.poll(audits).toBe(1);
    await states.send(new RedriveExecutionCommand({ executionArn }));
    const status = async () => (await states.send(new DescribeExecutionCommand({ executionArn }))).status;
    await expect.poll(async () => (ended() === 2 ? status() : "RUNNING")).toBe("FAILED");
    expect(audits()).toBe(1);
    first.resolve({ payload: "null" });
    await aws.idle();
    expect(audits()).toBe(2);
  });

  test("a failure to write an audit is logged", async () => {
    answers.WriteAudit = { functionError: "Unhandled", payload: '{"errorType":"StorageRefused"}' };
    const aws = await start();
    await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
    await aws.idle();
    expect(lines).toEqual([
      expect.stringMatching(/^WriteAudit failed after the end of one: .*StorageRefused/),
    ]);
  });

  test("the execution of a killed process becomes ABORTED at the next start, and its audit is written", async () => {
    const name = "killed";
    answers.DiscoverFiles = undefined;
    const aws = await start();
    await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn, name }));
    cpSync(stateDir, `${stateDir}-killed`, { recursive: true });
    // The copy is what a killed process would leave, but without the locks, which refer to a running process.
    const copy = `${stateDir}-killed`;
    for (const path of ["owner.json", "s3/owner.json", "step-functions/owner.json"])
      rmSync(join(copy, path), { force: true });
    const calledBefore = calls.length;
    const next = await start({ stateDir: copy, readOnly: true });
    await next.idle();
    expect(calls.slice(calledBefore)).toMatchObject([
      { name: "WriteAudit", event: { detail: { name, status: "ABORTED" } } },
      { name: "UpdateIndex", event: { detail: { name, status: "ABORTED" } } },
    ]);
    await next.close();
    rmSync(copy, { recursive: true });
  });

  test("closing aborts executions, which can be redriven, and waits for their audits", async () => {
    answers.DiscoverFiles = undefined;
    let audited = false;
    answers.WriteAudit = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      audited = true;
      return { payload: "null" };
    };
    const aws = await start();
    const { executionArn } = await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn }));
    await aws.close();
    expect(audited).toBe(true);
    expect(calls.at(-1)).toMatchObject({ name: "UpdateIndex", event: { detail: { status: "ABORTED" } } });
    const again = await start();
    expect(await statesOf(again).send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: "ABORTED",
      redriveStatus: "REDRIVABLE",
    });
  });
});

test("another S3 is used if it is configured, and the functions get its endpoint and credentials", async () => {
  const other = await start({ stateDir: join(stateDir, "other") });
  const environment = { ...localEnvironment(), AWS_ACCESS_KEY_ID: "own" };
  const aws = await start({ otherS3: { endpoint: other.endpoint, environment } });
  expect(aws.s3Endpoint).toBe(other.endpoint);
  expect(existsSync(join(stateDir, "s3"))).toBe(false);
  await statesOf(aws).send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
  expect(keptDeployment(stateDir, "one")).toEqual({ ...deployment, otherS3: other.endpoint });
  expect((await fetch(aws.endpoint)).status).toBe(404);
  expect(lambdaOptions?.environment).toMatchObject({
    AWS_ACCESS_KEY_ID: "own",
    AWS_ENDPOINT_URL_S3: other.endpoint,
    AWS_ENDPOINT_URL_SFN: aws.endpoint,
  });
});

test("suspended versioning in another S3 is left unchanged, and the error says how to enable versioning", async () => {
  const other = await start({ stateDir: join(stateDir, "other") });
  const Bucket = "data-quest-silver";
  const suspend = (Status: "Suspended" | "Enabled") =>
    s3Of(other).send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  await suspend("Suspended");
  const otherS3 = { endpoint: other.endpoint, environment: localEnvironment() };
  await expect(start({ otherS3 })).rejects.toThrow(
    `--bucket ${Bucket} --versioning-configuration Status=Enabled`,
  );
  const { Status } = await s3Of(other).send(new GetBucketVersioningCommand({ Bucket }));
  expect(Status).toBe("Suspended");
  await suspend("Enabled");
  await start({ otherS3 });
});

test("in another S3, versioning is enabled for a bucket that never had it, and this is logged", async () => {
  const other = await start({ stateDir: join(stateDir, "other") });
  const Bucket = "new-bronze";
  await s3Of(other).send(new CreateBucketCommand({ Bucket }));
  const otherS3 = { endpoint: other.endpoint, environment: localEnvironment() };
  await start({ otherS3, deployment: { ...deployment, bucketPrefix: "new" } });
  expect(lines).toEqual([
    `Enabling versioning for the bucket ${Bucket} at ${other.endpoint}: it was never enabled`,
  ]);
  const { Status } = await s3Of(other).send(new GetBucketVersioningCommand({ Bucket }));
  expect(Status).toBe("Enabled");
});
