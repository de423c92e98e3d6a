/** A laptop for one test: a source that can change, and a local AWS whose retries do not wait. */
import { mkdtempSync, rmSync } from "node:fs";
import { chmod, cp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { publishFile, type Replica, type ReplicaOptions, startReplica } from "@data-quest/bls-replica";
import { AnalysisResult } from "@data-quest/core/analysis/result";
import { SyncResult } from "@data-quest/core/workflow";
import { startDirectLambda } from "@data-quest/lambda-host/direct";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { stateMachineArn } from "@data-quest/local/deployment/deployment";
import { startLocalAws } from "@data-quest/local/local-aws";
import type { S3RequestRecord } from "@data-quest/s3-server";
import type * as z from "zod";

/** How an execution ended. */
export type Outcome = {
  executionArn: string;
  name: string;
  status: string;
  output: unknown;
  error: string | null;
  cause: string | null;
};

export type Laptop = {
  stateDir: string;
  sourceDir: string;
  replica: Replica;
  s3Requests: S3RequestRecord[];
  /**
   * Copies a folder of files to the source, unchanged, with a time that is certainly old enough to be
   * trusted.
   */
  publishFolder: (from: string, survey: string) => Promise<void>;
  publish: (path: string, body: string | Uint8Array, modified?: Date) => Promise<void>;
  unpublish: (path: string) => Promise<void>;
  /** Runs the workflow with this input, and without the pause before the analysis. */
  run: (input?: Record<string, unknown>) => Promise<Outcome>;
  redrive: (executionArn: string) => Promise<Outcome>;
  history: (executionArn: string) => Promise<HistoryEvent[]>;
  keys: (bucket: string) => Promise<string[]>;
  read: (bucket: string, key: string) => Promise<Buffer>;
  openUploads: () => Promise<number>;
  s3: S3Client;
  stepFunctions: SFNClient;
  /** Resolves when nothing is running and all reactions to the ends of executions are done. */
  idle: () => Promise<void>;
  close: () => Promise<void>;
};

export const BRONZE = "data-quest-bronze";
export const GOLD = "data-quest-gold";
const POLL_MILLISECONDS = 20;
const LONG_AGO = new Date("2026-01-29T13:30:00Z");

/** Opens a laptop with an empty source and an empty state directory. */
export async function openLaptop(
  options: Partial<ReplicaOptions> & { contact?: string; surveys?: "all" } = {},
): Promise<Laptop> {
  const dir = mkdtempSync(join(tmpdir(), "data-quest-laptop-"));
  const sourceDir = join(dir, "source");
  const stateDir = join(dir, "state");
  await publishFile(join(sourceDir, "README"), "", LONG_AGO);
  const { contact = "test@example.com", surveys, ...replicaOptions } = options;
  const replica = await startReplica({ dir: sourceDir, ...replicaOptions });
  const s3Requests: S3RequestRecord[] = [];
  const aws = await startLocalAws({
    stateDir,
    deployment: {
      source: replica.timeSeries,
      populationSource: replica.population,
      contact,
      concurrency: 4,
      maxRemovedShare: 0.25,
      bucketPrefix: "data-quest",
      surveys,
    },
    startLambda: startDirectLambda,
    log: (line) => process.stderr.write(`${line}\n`),
    s3: { onRequest: (record) => s3Requests.push(record) },
    random: () => 0,
  });
  const s3 = new S3Client({ endpoint: aws.s3Endpoint, ...clientSettings(localEnvironment()) });
  const stepFunctions = new SFNClient({ endpoint: aws.endpoint, ...clientSettings(localEnvironment()) });
  const outcome = async (executionArn = ""): Promise<Outcome> => {
    for (;;) {
      const {
        status = "",
        name = "",
        output,
        error = null,
        cause = null,
      } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "RUNNING")
        return { executionArn, name, status, output: JSON.parse(output ?? "null"), error, cause };
      await sleep(POLL_MILLISECONDS);
    }
  };

  return {
    stateDir,
    sourceDir,
    replica,
    s3Requests,
    publishFolder: async (from, survey) => {
      await cp(from, join(sourceDir, survey), { recursive: true });
      for (const name of await readdir(join(sourceDir, survey))) {
        await chmod(join(sourceDir, survey, name), 0o644);
        await utimes(join(sourceDir, survey, name), LONG_AGO, LONG_AGO);
      }
    },
    publish: (path, body, modified = LONG_AGO) => publishFile(join(sourceDir, path), body, modified),
    unpublish: (path) => rm(join(sourceDir, path)),
    run: async (input = {}) => {
      const { executionArn } = await stepFunctions.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ settleSeconds: 0, ...input }) }),
      );
      return outcome(executionArn);
    },
    redrive: async (executionArn) => {
      await stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
      return outcome(executionArn);
    },
    history: async (executionArn) => {
      const events: HistoryEvent[] = [];
      let nextToken: string | undefined;
      do {
        const page = await stepFunctions.send(new GetExecutionHistoryCommand({ executionArn, nextToken }));
        events.push(...(page.events ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return events;
    },
    keys: async (Bucket) =>
      ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key = "" }) => Key),
    read: async (Bucket, Key) => {
      const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    },
    openUploads: async () =>
      (await s3.send(new ListMultipartUploadsCommand({ Bucket: BRONZE }))).Uploads?.length ?? 0,
    s3,
    stepFunctions,
    idle: aws.idle,
    close: async () => {
      s3.destroy();
      stepFunctions.destroy();
      await aws.close();
      await replica.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The result of a run that succeeded. Throws an Error if the run did not succeed. */
export function answersOf(outcome: Outcome): z.infer<typeof AnalysisResult> {
  if (outcome.status !== "SUCCEEDED")
    throw new Error(`${outcome.status}: ${outcome.error}: ${outcome.cause}`);
  return AnalysisResult.parse(outcome.output);
}

/** The final sync action for each key, from an execution's history. */
export function actionsOf(events: readonly HistoryEvent[]): Map<string, SyncResult["action"]> {
  const actions = new Map<string, SyncResult["action"]>();
  for (const { type, stateExitedEventDetails: exit } of events) {
    if (type !== "TaskStateExited" || !["SyncFile", "SyncFailedFile"].includes(exit?.name ?? "")) continue;
    // A task whose failure was caught exits with that failure.
    const result = SyncResult.safeParse(JSON.parse(exit?.output ?? "null"));
    if (result.success) actions.set(result.data.key, result.data.action);
  }
  return actions;
}

/** The states of the workflow that were entered, in order, without the states of iterations. */
export function statesOf(events: readonly HistoryEvent[]): string[] {
  const ofIterations = ["KeepItem", "SyncFile", "RecordFailure", "SyncFailedFile"];
  return events
    .map(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name)
    .filter((name) => name !== undefined && !ofIterations.includes(name))
    .map(String);
}
