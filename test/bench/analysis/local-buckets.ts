/** The three buckets on a local S3 in a separate process, with the files of a survey. */
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { AnalysisInput } from "@data-quest/core/analysis/result";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { startChildServer } from "../../s3/child-server.ts";

/** An object in Bronze. */
export type Stored = { key: string; versionId: string; bytes: number };

export type LocalBuckets = {
  url: string;
  /** Stores a file, or text, as an object in Bronze. */
  put(key: string, body: { path: string } | string): Promise<Stored>;
  /** Reads an object completely. */
  read(bucket: string, key: string): Promise<Buffer>;
  /** Deletes all objects in Silver and Gold. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

/** Starts the server, and creates the buckets. */
export async function openLocalBuckets(): Promise<LocalBuckets> {
  const dir = mkdtempSync(join(tmpdir(), "data-quest-bench-s3-"));
  const server = await startChildServer(dir);
  const client = new S3Client({ endpoint: server.url, ...clientSettings(localEnvironment()) });
  for (const Bucket of ["bronze", "silver", "gold"]) {
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
  }
  return {
    url: server.url,
    async put(key, body) {
      if (typeof body === "string") {
        const put = await client.send(new PutObjectCommand({ Bucket: "bronze", Key: key, Body: body }));
        return { key, versionId: put.VersionId ?? "", bytes: body.length };
      }
      const { size } = statSync(body.path);
      const params = { Bucket: "bronze", Key: key, Body: createReadStream(body.path), ContentLength: size };
      const put = await client.send(new PutObjectCommand(params));
      return { key, versionId: put.VersionId ?? "", bytes: size };
    },
    async read(bucket, key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async clear() {
      for (const Bucket of ["silver", "gold"]) {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
        for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
      }
    },
    async close() {
      client.destroy();
      await server.kill();
      rmSync(dir, { recursive: true });
    },
  };
}

const POPULATION = JSON.stringify({
  source: [],
  data: [2013, 2014].map((year) => ({ Nation: "United States", Year: `${year}`, Population: 3e8 + year })),
});

/**
 * The input of Analyze for a survey whose files are in Bronze. `dataFile` is the path of the file to analyze.
 */
export async function inputFor(
  buckets: LocalBuckets,
  survey: string,
  dataFile: string,
  files: readonly (Stored & { sha256?: string })[],
): Promise<AnalysisInput> {
  const population = await buckets.put("usa-api-sync/population/nation_population.json", POPULATION);
  const found = { action: "created", reason: "new" } as const;
  return {
    settings: {
      survey,
      settleSeconds: 0,
      analysis: {
        years: [2013, 2014],
        series: null,
        period: "Q01",
        dataFile: [dataFile],
        chosenBy: "name",
        largerFile: null,
        knownConflicts: [],
        includeAverages: false,
      },
      verify: false,
      acceptSource: [],
      refresh: true,
      concurrency: 4,
    },
    execution: { id: "bench", name: "bench", startTime: "2026-08-01T12:00:00.000Z" },
    files: files.map(({ key, versionId, bytes, sha256 = key }) => ({
      key,
      versionId,
      bytes,
      sha256,
      ...found,
      sourceModified: null,
    })),
    population: { ...population, ...found, sha256: "0".repeat(64), years: [2013, 2014] },
  };
}
