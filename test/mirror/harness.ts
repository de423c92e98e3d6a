/**
 * A small harness for tests of the mirror: a replica of the BLS site, an S3 server, and core's own functions
 * between them.
 */
import { createCipheriv } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { publishFile, type Replica, type ReplicaOptions, startReplica } from "@data-quest/bls-replica";
import { startRun } from "@data-quest/core/mirror/discover";
import { syncFile } from "@data-quest/core/mirror/sync-file";
import type { SyncDependencies } from "@data-quest/core/mirror/task";
import { createPartBuffers } from "@data-quest/core/upload/part-buffers";
import type { Discovery, ExecutionInput, SyncResult } from "@data-quest/core/workflow";
import type { S3Options, S3RequestRecord } from "@data-quest/s3-server";
import { startS3Server } from "@data-quest/s3-server";
import { Agent } from "undici";
import { anyDataFile } from "./any-data-file.ts";

/** A time that is certainly old enough to be trusted. */
export const LONG_AGO = new Date("2026-01-29T13:30:00Z");

/** This many bytes that neither compress nor repeat. The same seed gives the same bytes. */
export function bytesOf(size: number, seed: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

type Version = { key: string; versionId: string; marker: boolean; latest: boolean };

export type Harness = {
  dependencies: SyncDependencies;
  replica: Replica;
  /** The folder where the S3 server keeps the bytes of the bucket's objects. */
  bodies: string;
  /** The pauses that sync requested, in milliseconds. Tests skip them. */
  pauses: number[];
  /** Requests that S3 responded to. */
  s3Requests: S3RequestRecord[];
  /** Injects faults into requests to S3 from now on. Without an argument, there are no more faults. */
  setS3Faults: (intercept?: NonNullable<S3Options["intercept"]>) => void;
  /** Publishes a file of the harness's survey (`pr` by default) at the source. */
  publish: (path: string, body: string | Uint8Array, modified?: Date) => Promise<void>;
  unpublish: (path: string) => Promise<void>;
  /** Stores an object as an operator does, without the workflow's metadata and tags. Returns the version ID. */
  putByOperator: (key: string, body: string | Uint8Array) => Promise<string>;
  discover: (input?: ExecutionInput) => Promise<Discovery>;
  /** Discovers and syncs all items, one after the other. Throws the first error. */
  sync: (input?: ExecutionInput, execution?: string) => Promise<SyncResult[]>;
  /** Syncs the items of a discovery. Returns the result or error of each item, by path. */
  syncItems: (discovery: Discovery, execution?: string) => Promise<Map<string, SyncResult | Error>>;
  /** The text of each current object, by key. */
  objects: () => Promise<Map<string, string>>;
  body: (key: string, versionId?: string) => Promise<Buffer>;
  /** Every version in the bucket, including delete markers, oldest first. */
  versions: () => Promise<Version[]>;
  openUploads: () => Promise<number>;
  close: () => Promise<void>;
};

export type HarnessOptions = {
  replica?: Partial<ReplicaOptions>;
  s3?: Pick<S3Options, "intercept">;
  stallLimit?: number;
  remainingTime?: () => number;
  maxRemovedShare?: number;
  survey?: string;
  /** If false, versioning is off, as in a bucket that was just created. */
  versioning?: boolean;
  /** Attempts at each request to S3, including the first. */
  s3Attempts?: number;
};

/** Opens a new harness, with nothing published and an empty bucket `bronze`. */
export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const dir = mkdtempSync(join(tmpdir(), "data-quest-harness-"));
  const sourceDir = join(dir, "source");
  const survey = options.survey ?? "pr";
  await publishFile(join(sourceDir, survey, "placeholder"), "", LONG_AGO);
  await unlink(join(sourceDir, survey, "placeholder"));
  const replica = await startReplica({ dir: sourceDir, ...options.replica });
  const pauses: number[] = [];
  const s3Requests: S3RequestRecord[] = [];
  let intercept = options.s3?.intercept;
  const server = await startS3Server({
    dir: join(dir, "s3"),
    onRequest: (record) => s3Requests.push(record),
    intercept: (record) => intercept?.(record),
  });
  const client = new S3Client({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: options.s3Attempts ?? 2,
  });
  await client.send(new CreateBucketCommand({ Bucket: "bronze" }));
  if (options.versioning !== false)
    await client.send(
      new PutBucketVersioningCommand({ Bucket: "bronze", VersioningConfiguration: { Status: "Enabled" } }),
    );
  s3Requests.length = 0;
  const dispatcher = new Agent({ connections: 8 });
  const dependencies: SyncDependencies = {
    chooseDataFiles: anyDataFile,
    source: {
      dispatcher: async () => dispatcher,
      contact: "test@example.com",
      remainingTime: options.remainingTime ?? (() => 60_000),
      stallLimit: options.stallLimit ?? 5_000,
      now: () => new Date(),
      sleep: async (milliseconds) => {
        pauses.push(milliseconds);
      },
    },
    timeSeries: replica.timeSeries,
    bronze: { client, name: "bronze" },
    buffers: createPartBuffers(4),
  };
  const limits = { concurrency: 4, maxRemovedShare: options.maxRemovedShare ?? 0.25 };
  const discover = (input: ExecutionInput = {}) => startRun(dependencies, { survey, ...input }, limits);

  async function syncItems(discovery: Discovery, execution = "run") {
    const results = new Map<string, SyncResult | Error>();
    for (const item of discovery.items) {
      const task = {
        item,
        settings: discovery.settings,
        listedAt: new Date(discovery.listedAt),
        execution: { id: `arn:${execution}`, name: execution, startTime: "2026-09-03T12:30:00.000Z" },
      };
      const result = await syncFile(dependencies, task).catch((error: unknown) => {
        if (error instanceof Error) return error;
        throw error;
      });
      results.set(item.path, result);
    }
    return results;
  }

  return {
    dependencies,
    replica,
    bodies: join(dir, "s3/buckets/bronze/bodies"),
    pauses,
    s3Requests,
    setS3Faults: (next) => {
      intercept = next;
    },
    putByOperator: async (Key, Body) =>
      (await client.send(new PutObjectCommand({ Bucket: "bronze", Key, Body }))).VersionId ?? "",
    publish: (path, body, modified = LONG_AGO) => publishFile(join(sourceDir, survey, path), body, modified),
    unpublish: (path) => unlink(join(sourceDir, survey, path)),
    discover,
    syncItems,
    sync: async (input, execution) => {
      const results: SyncResult[] = [];
      for (const result of (await syncItems(await discover(input), execution)).values()) {
        if (result instanceof Error) throw result;
        results.push(result);
      }
      return results;
    },
    objects: async () => {
      const objects = new Map<string, string>();
      for (const { key, versionId, marker, latest } of await listVersions(client))
        if (latest && !marker) objects.set(key, (await readBody(client, key, versionId)).toString("latin1"));
      return objects;
    },
    body: (key, versionId) => readBody(client, key, versionId),
    versions: () => listVersions(client),
    openUploads: async () =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: "bronze" }))).Uploads?.length ?? 0,
    close: async () => {
      await replica.close();
      client.destroy();
      await server.close();
      await dispatcher.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function readBody(client: S3Client, Key: string, VersionId?: string): Promise<Buffer> {
  const object = await client.send(new GetObjectCommand({ Bucket: "bronze", Key, VersionId }));
  return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
}

async function listVersions(client: S3Client): Promise<Version[]> {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket: "bronze" }));
  const versions = [
    ...(page.Versions ?? []).map((version) => ({ ...version, marker: false })),
    ...(page.DeleteMarkers ?? []).map((version) => ({ ...version, marker: true })),
  ];
  // Versions and delete markers come in separate lists. If times are equal, the local server's IDs show the order.
  const order = ({ LastModified, VersionId }: (typeof versions)[number]) =>
    `${LastModified?.toISOString()} ${VersionId}`;
  versions.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return versions.map(({ Key = "", VersionId = "", marker, IsLatest = false }) => ({
    key: Key,
    versionId: VersionId,
    marker,
    latest: IsLatest,
  }));
}
