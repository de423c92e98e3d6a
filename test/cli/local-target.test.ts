import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { Failure } from "@data-quest/cli/failure";
import { type LocalTargetOptions, localTarget } from "@data-quest/cli/local-target";
import { redriveCommand } from "@data-quest/cli/redrive";
import type { Target } from "@data-quest/cli/target";
import { keepDeployment } from "@data-quest/local/deployment/kept-deployments";
import { announceRunning, findRunning } from "@data-quest/local/running";
import { claimDirectory } from "@data-quest/state-directory/directory-owner";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { captured } from "./captured.ts";

const deployment = {
  source: "sample",
  populationSource: "sample",
  contact: "test@example.com",
  concurrency: 4,
  maxRemovedShare: 0.25,
  bucketPrefix: "data-quest",
};

const WAITING = "Waiting for executions that other commands started here (Ctrl-C stops them)";

let stateDir: string;
let open: Target[];
let lines: string[];
beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", undefined);
  stateDir = mkdtempSync(join(tmpdir(), "target-"));
  open = [];
  lines = [];
});
afterEach(async () => {
  for (const target of open) await target.close();
  vi.unstubAllEnvs();
  rmSync(stateDir, { recursive: true });
});

async function openTarget(options: Partial<LocalTargetOptions> = {}): Promise<Target> {
  const log = (line: string) => lines.push(line);
  const target = await localTarget({ stateDir, deployment, asked: false, readOnly: false, log, ...options });
  open.push(target);
  return target;
}

test("commands share a local AWS, which keeps running for the executions that other commands started", async () => {
  const host = await openTarget();
  const client = await openTarget();
  const { executionArn } = await client.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn: client.stateMachineArn, input: '{"survey":"zz"}' }),
  );
  await host.close();
  expect(await findRunning(stateDir)).toBeUndefined();
  const later = await openTarget({ readOnly: true });
  const { status } = await later.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  // The execution ended by itself, because the survey does not exist.
  expect(status).toBe("FAILED");
});

test("executions are not mentioned if none is running, even if another command just ran", async () => {
  const host = await openTarget();
  const client = await openTarget();
  await client.stepFunctions.send(new ListExecutionsCommand({ stateMachineArn: client.stateMachineArn }));
  await host.close();
  expect(lines).not.toContain(WAITING);
});

test("a command says that it waits for the executions of other commands, and Ctrl-C ends them as ABORTED", async () => {
  const host = await openTarget();
  const { executionArn } = await host.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn: host.stateMachineArn, input: '{"settleSeconds":60}' }),
  );
  const closed = host.close();
  await expect.poll(() => lines).toContain(WAITING);
  process.emit("SIGINT");
  await closed;
  const later = await openTarget({ readOnly: true });
  const { status } = await later.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  expect(status).toBe("ABORTED");
});

test("a running local AWS with other sources is refused if sources were specified, and is used otherwise", async () => {
  await openTarget();
  const other = { ...deployment, source: "http://127.0.0.1:9/" };
  await expect(openTarget({ deployment: other, asked: true })).rejects.toThrow(
    /is running \(process \d+\) with other sources or settings/,
  );
  const { contact } = await (await openTarget({ deployment: other })).sources();
  expect(contact).toBe(deployment.contact);
});

test("a running local AWS is refused if its S3 is not the one that AWS_ENDPOINT_URL_S3 specifies", async () => {
  const host = await openTarget();
  const running = await findRunning(stateDir);
  vi.stubEnv("AWS_ENDPOINT_URL_S3", `${running?.endpoint}/`);
  expect((await openTarget()).buckets).toEqual(host.buckets);
  vi.stubEnv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");
  await expect(openTarget()).rejects.toThrow(
    /its S3 at http.*, but AWS_ENDPOINT_URL_S3 is http:\/\/127.0.0.1:9/,
  );
});

test("an error about an unreachable S3 includes the name of the variable that specifies it", async () => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "test");
  vi.stubEnv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");
  await expect(openTarget()).rejects.toThrow(/\(AWS_ENDPOINT_URL_S3\) is not responding/);
  await expect(openTarget()).rejects.toThrow(Failure);
});

test("a redrive uses the S3 that the execution ran with, or says how to select it", async () => {
  mkdirSync(join(stateDir, "deployments"));
  keepDeployment(stateDir, "here", deployment);
  keepDeployment(stateDir, "there", { ...deployment, otherS3: "http://127.0.0.1:9" });
  const redrive = (name: string, environment: Record<string, string> = {}) =>
    captured(() => redriveCommand(name, { stateDir }), environment);
  const elsewhere = { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:10" };
  expect(await redrive("here", elsewhere)).toMatchObject({
    code: 1,
    stderr: "here ran on the local S3: unset AWS_ENDPOINT_URL_S3 to redrive it\n",
  });
  for (const environment of [{}, elsewhere]) {
    expect(await redrive("there", environment)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("set AWS_ENDPOINT_URL_S3=http://127.0.0.1:9 to redrive it"),
    });
  }
  await openTarget();
  // The running local AWS is used even if the variable specifies the S3 of that local AWS.
  const { endpoint = "" } = (await findRunning(stateDir)) ?? {};
  expect(await redrive("here", { AWS_ENDPOINT_URL_S3: endpoint })).toMatchObject({
    stderr: expect.stringContaining("The execution arn:"),
  });
});

test("the entry of a process that has ended is ignored", async () => {
  announceRunning(stateDir, {
    id: "00000000-0000-4000-8000-000000000000",
    endpoint: "http://127.0.0.1:9",
    s3Endpoint: "http://127.0.0.1:9",
    timeSeries: "http://127.0.0.1:9",
    population: "http://127.0.0.1:9",
    deployment,
  });
  await openTarget();
  expect((await findRunning(stateDir))?.endpoint).not.toBe("http://127.0.0.1:9");
});

test("a read-only command in an empty directory finds nothing, and creates nothing", async () => {
  for (const absent of [join(stateDir, "nowhere"), stateDir]) {
    const target = await openTarget({ stateDir: absent, readOnly: true });
    const { executions } = await target.stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn: target.stateMachineArn }),
    );
    expect(executions).toEqual([]);
    const { KeyCount } = await target.s3.send(new ListObjectsV2Command({ Bucket: target.buckets.bronze }));
    expect(KeyCount).toBe(0);
  }
  expect(readdirSync(stateDir)).toEqual([]);
});

test("a read-only command creates no buckets where other buckets exist", async () => {
  await (await openTarget()).close();
  const other = { ...deployment, bucketPrefix: "other" };
  const target = await openTarget({ deployment: other, readOnly: true });
  const { Buckets } = await target.s3.send(new ListBucketsCommand());
  expect(Buckets?.map(({ Name }) => Name)).not.toContain("other-bronze");
  expect(Buckets).toHaveLength(3);
});

test("commands wait for a state directory that is in use, but not forever", async () => {
  await (await openTarget()).close();
  const release = claimDirectory(stateDir);
  await expect(openTarget({ patience: 0 })).rejects.toThrow(
    new RegExp(`${stateDir} is in use by process ${process.pid}: .* That process did not respond for 0 s.`),
  );
  const waiting = openTarget({ readOnly: true });
  await expect.poll(() => lines).toEqual([`Waiting for another command that uses ${stateDir}`]);
  release();
  await waiting;
  expect(lines).toHaveLength(1);
});
