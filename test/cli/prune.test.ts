/** `quest prune` on a local AWS with real executions and objects. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { pruneCommand } from "@data-quest/cli/prune";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { stateMachineArn } from "@data-quest/local/deployment/deployment";
import { type LocalAws, startLocalAws } from "@data-quest/local/local-aws";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { captured } from "./captured.ts";

const BRONZE = "data-quest-bronze";
const GOLD = "data-quest-gold";

let stateDir: string;
let aws: LocalAws | undefined;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "prune-"));
});
afterEach(async () => {
  await aws?.close();
  rmSync(stateDir, { recursive: true });
});

async function open() {
  aws = await startLocalAws({
    stateDir,
    deployment: {
      source: "http://127.0.0.1:9/",
      populationSource: "http://127.0.0.1:9/",
      contact: "test@example.com",
      concurrency: 4,
      maxRemovedShare: 0.25,
      bucketPrefix: "data-quest",
    },
    startLambda: ({ onLine }) => ({
      invoke: async (functionName, _event, { executionArn, scheduledEventId }) => {
        const call = { requestId: "r", functionName, executionArn, scheduledEventId };
        onLine?.({ ...call, time: Date.now(), line: "printed" });
        return { functionError: "Unhandled", payload: '{"errorType":"InvalidInput"}' };
      },
      close: async () => undefined,
    }),
    log: () => undefined,
  });
  const { endpoint } = aws;
  const settings = clientSettings(localEnvironment());
  const s3 = new S3Client({ endpoint, ...settings });
  const states = new SFNClient({ endpoint, ...settings });
  return { aws, s3, states };
}

async function close(): Promise<void> {
  await aws?.idle();
  await aws?.close();
  aws = undefined;
}

/** Three executions with a report each, an object with three versions, and a deleted object. */
async function fill(): Promise<void> {
  const { s3, states } = await open();
  for (const name of ["one", "two", "three"]) {
    await states.send(new StartExecutionCommand({ stateMachineArn, name, input: '{"survey":"cu"}' }));
    for (const folder of [name, "latest"]) {
      const Body = JSON.stringify({ execution: { name } });
      await s3.send(new PutObjectCommand({ Bucket: GOLD, Key: `reports/cu/${folder}/report.json`, Body }));
    }
    await s3.send(new PutObjectCommand({ Bucket: BRONZE, Key: "bls/cu/cu.item", Body: name }));
    mkdirSync(join(stateDir, "reports/cu", name), { recursive: true });
    writeFileSync(join(stateDir, "reports/cu", name, "index.html"), name);
    // Execution times are precise to the millisecond, but version times in a listing are in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
  }
  await s3.send(new PutObjectCommand({ Bucket: GOLD, Key: "audit/cu/2026/11/one.csv", Body: "audit" }));
  await s3.send(new PutObjectCommand({ Bucket: BRONZE, Key: "bls/cu/cu.gone", Body: "gone" }));
  await s3.send(new DeleteObjectCommand({ Bucket: BRONZE, Key: "bls/cu/cu.gone" }));
  await close();
}

async function keysAndVersions(Bucket: string): Promise<string[]> {
  const { s3 } = await open();
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  await close();
  return [...Versions, ...DeleteMarkers].map(({ Key = "" }) => Key).sort();
}

const Output = z.object({
  removed: z.boolean(),
  executions: z.array(z.object({ arn: z.string() })),
  reports: z.array(z.object({ execution: z.string() })),
  versions: z.array(z.object({ key: z.string() })),
});

async function prune(options: { yes?: boolean; keepLast?: number; keepWithin?: number }) {
  const { stdout } = await captured(() => pruneCommand({ stateDir, json: true, ...options }));
  return Output.parse(JSON.parse(stdout));
}

test("without --yes, quest prune only lists what it would remove; with --yes, it removes exactly that", async () => {
  await fill();
  const before = readdirSync(stateDir, { recursive: true }).sort();
  const planned = await prune({ keepLast: 1 });
  expect(planned.removed).toBe(false);
  expect(planned.executions.map(({ arn }) => arn.split(":").at(-1)).sort()).toEqual(["one", "two"]);
  expect(planned.reports.map(({ execution }) => execution).sort()).toEqual(["one", "two"]);
  expect(readdirSync(stateDir, { recursive: true }).sort()).toEqual(before);

  expect(await prune({ keepLast: 1, yes: true })).toEqual({ ...planned, removed: true });
  expect(readdirSync(join(stateDir, "step-functions/executions/Pipeline"))).toEqual(["three"]);
  expect(readdirSync(join(stateDir, "deployments"))).toEqual(["three.json"]);
  expect(readdirSync(join(stateDir, "logs", "Pipeline"))).toEqual(["three.jsonl"]);
  expect(readdirSync(join(stateDir, "reports/cu"))).toEqual(["three"]);
  expect(readdirSync(join(stateDir, "step-functions/state-machines/snapshots"))).toHaveLength(1);
  expect(await keysAndVersions(GOLD)).toEqual([
    "audit/cu/2026/11/one.csv",
    "reports/cu/latest/report.json",
    // The version that was current when the kept execution started.
    "reports/cu/latest/report.json",
    "reports/cu/three/report.json",
  ]);
  const { s3, states } = await open();
  const object = await s3.send(new GetObjectCommand({ Bucket: BRONZE, Key: "bls/cu/cu.item" }));
  expect(await object.Body?.transformToString()).toBe("three");
  const gone = stateMachineArn.replace(":stateMachine:", ":execution:");
  await expect(
    states.send(new DescribeExecutionCommand({ executionArn: `${gone}:one` })),
  ).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  await close();
  expect(await prune({ keepLast: 1 })).toMatchObject({ executions: [], reports: [], versions: [] });
});

test("without a rule, nothing from the last 90 days is removed", async () => {
  await fill();
  expect(await prune({ yes: true })).toMatchObject({ executions: [], reports: [], versions: [] });
  expect(await keysAndVersions(BRONZE)).toHaveLength(5);
});

test("the text output lists what would be removed, and says how to remove it", async () => {
  await fill();
  const { stdout } = await captured(() => pruneCommand({ stateDir, keepLast: 1 }));
  expect(stdout).toMatch(/^execution +one +20/m);
  expect(stdout).toMatch(/^report +cu\/two +20/m);
  expect(stdout).toMatch(/^Would remove 2 executions, 2 reports, \d+ object versions?: /m);
  expect(stdout).toContain("Run the command again with --yes");
});

test("quest prune refuses a state directory that is in use, does not exist, or is a file", async () => {
  await open();
  await expect(pruneCommand({ stateDir })).rejects.toThrow(
    "quest prune needs exclusive use of the state directory",
  );
  await close();
  await expect(pruneCommand({ stateDir: join(stateDir, "none") })).rejects.toThrow(
    "there is nothing to remove",
  );
  expect(readdirSync(stateDir)).not.toContain("none");
  const file = join(stateDir, "file");
  writeFileSync(file, "");
  expect(await captured(() => pruneCommand({ stateDir: file }))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      `${file} is a file, not a directory. Check the path given with --state-dir.`,
    ),
  });
});
