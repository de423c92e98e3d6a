/** Three empty buckets on a local S3, for tests of what Analyze reads and writes. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { AnalysisInput } from "@data-quest/core/analysis/result";
import { type Bucket, putObject, readCurrentTags } from "@data-quest/core/storage/objects";
import type { SyncResult } from "@data-quest/core/workflow";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import type { S3Fault, S3RequestRecord } from "@data-quest/s3-server";
import { startS3Server } from "@data-quest/s3-server";

type Layer = "bronze" | "silver" | "gold";

export type Warehouse = {
  buckets: Record<Layer, Bucket>;
  /** All requests so far. A test may clear the list. */
  requests: S3RequestRecord[];
  /** Injects faults into requests before they are handled. */
  intercept: { before?: (record: S3RequestRecord) => Promise<S3Fault | undefined> };
  /** Puts a file into Bronze and describes it as sync does. */
  put: (key: string, body: string | Uint8Array, metadata?: Record<string, string>) => Promise<SyncResult>;
  /** Reads the newest version completely, with its metadata. */
  read: (
    layer: Layer,
    key: string,
  ) => Promise<{ text: string; bytes: Buffer; metadata: Record<string, string> }>;
  tags: (layer: Layer, key: string) => Promise<Record<string, string>>;
  keys: (layer: Layer) => Promise<string[]>;
  openUploads: () => Promise<number>;
  /** Removes an object, as an operator would. */
  remove: (layer: Layer, key: string) => Promise<void>;
  close: () => Promise<void>;
};

export async function openWarehouse(): Promise<Warehouse> {
  const dir = mkdtempSync(join(tmpdir(), "data-quest-warehouse-"));
  const requests: S3RequestRecord[] = [];
  const intercept: Warehouse["intercept"] = {};
  const server = await startS3Server({
    dir,
    onRequest: (record) => requests.push(record),
    intercept: async (record) => intercept.before?.(record),
  });
  const client = new S3Client({ endpoint: server.url, ...clientSettings(localEnvironment()) });
  const buckets = {
    bronze: { client, name: "bronze" },
    silver: { client, name: "silver" },
    gold: { client, name: "gold" },
  };
  for (const { name: Bucket } of Object.values(buckets)) {
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
  }
  return {
    buckets,
    requests,
    intercept,
    put: async (key, body, metadata = {}) => {
      const { versionId } = await putObject(buckets.bronze, key, body, { metadata });
      const bytes = Buffer.byteLength(body);
      const sha256 = createHash("sha256").update(body).digest("hex");
      return { key, action: "created", reason: "new", bytes, sha256, versionId, sourceModified: null };
    },
    read: async (layer, Key) => {
      const object = await client.send(new GetObjectCommand({ Bucket: layer, Key }));
      const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
      return { text: bytes.toString(), bytes, metadata: object.Metadata ?? {} };
    },
    tags: async (layer, key) => (await readCurrentTags(buckets[layer], key))?.tags ?? {},
    keys: async (Bucket) =>
      ((await client.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key = "" }) => Key),
    openUploads: async () => {
      const lists = Object.values(buckets).map(({ name: Bucket }) =>
        client.send(new ListMultipartUploadsCommand({ Bucket })),
      );
      return (await Promise.all(lists)).reduce((count, { Uploads }) => count + (Uploads?.length ?? 0), 0);
    },
    remove: async (Bucket, Key) => {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    close: async () => {
      client.destroy();
      await server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** The input of Analyze for a monthly survey `xx`, in an execution that started at the given hour. */
export function analysisInput(
  files: SyncResult[],
  population: SyncResult,
  hour = 1,
  analysis: Partial<AnalysisInput["settings"]["analysis"]> = {},
): AnalysisInput {
  const startTime = `2026-08-01T${String(hour).padStart(2, "0")}:00:00.000Z`;
  const name = `run-${hour}`;
  return {
    settings: {
      survey: "xx",
      settleSeconds: 0,
      analysis: {
        years: [2019, 2020],
        series: "XXA",
        period: "M02",
        dataFile: ["xx.data.0.Current"],
        chosenBy: "name",
        largerFile: null,
        // Settings that differ from run to run, so that no report is reused.
        knownConflicts: [`RUN-${hour}`],
        includeAverages: false,
        ...analysis,
      },
      verify: false,
      acceptSource: [],
      refresh: true,
      concurrency: 4,
    },
    execution: { id: `arn:aws:states:us-east-1:000000000000:execution:Pipeline:${name}`, name, startTime },
    files,
    population: {
      ...population,
      sha256: "0".repeat(64),
      versionId: population.versionId ?? "",
      years: [2019, 2021],
    },
  };
}
