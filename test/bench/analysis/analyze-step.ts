import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { AnalysisInput } from "@data-quest/core/analysis/result";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { startChildServer } from "../../s3/child-server.ts";
import type { BenchRow } from "../bench-row.ts";
import { runNode } from "./whole-process.ts";

const POPULATION = JSON.stringify({
  source: [],
  data: [2013, 2014].map((year) => ({ Nation: "United States", Year: `${year}`, Population: 3e8 + year })),
});
const DATA_FILE = "pr.data.0.Current";

/**
 * Measures the Analyze step on a data file in the local S3, in a process of its own: the first time, when it writes Silver
 * too, and once more, when Silver has that version already.
 */
export async function benchAnalyzeStep(file: string): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "data-quest-bench-s3-"));
  const server = await startChildServer(dir);
  const client = new S3Client({ endpoint: server.url, ...clientSettings(localEnvironment()) });
  try {
    for (const Bucket of ["bronze", "silver", "gold"]) {
      await client.send(new CreateBucketCommand({ Bucket }));
      await client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
    }
    const input = inputOf(
      await put(client, `bls/pr/${DATA_FILE}`, createReadStream(file), statSync(file).size),
      await put(client, "usa-api-sync/population/nation_population.json", POPULATION, POPULATION.length),
    );
    const script = fileURLToPath(new URL("analyze-object.ts", import.meta.url));
    const megabytes = Math.round(statSync(file).size / 1e6);
    return ["with Silver to write", "with Silver as it is"].flatMap((state) => {
      const { milliseconds, peakBytes } = runNode(script, [JSON.stringify(input), server.url]);
      const name = `${megabytes} MB in the local S3: Analyze, ${state}`;
      return [
        { name, value: milliseconds, unit: "ms" },
        { name: `${name}, peak memory`, value: peakBytes / 1e6, unit: "MB" },
      ];
    });
  } finally {
    client.destroy();
    await server.kill();
    rmSync(dir, { recursive: true });
  }
}

type Stored = { key: string; versionId: string; bytes: number };

async function put(
  client: S3Client,
  Key: string,
  Body: PutObjectCommand["input"]["Body"],
  bytes: number,
): Promise<Stored> {
  const { VersionId = "" } = await client.send(
    new PutObjectCommand({ Bucket: "bronze", Key, Body, ContentLength: bytes }),
  );
  return { key: Key, versionId: VersionId, bytes };
}

function inputOf(dataFile: Stored, population: Stored): AnalysisInput {
  const found = { action: "created", reason: "new", sha256: "0".repeat(64) } as const;
  return {
    settings: {
      survey: "pr",
      settleSeconds: 0,
      analysis: {
        years: [2013, 2014],
        series: "PRS30000000",
        period: "Q01",
        dataFile: [DATA_FILE],
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
    files: [{ ...dataFile, ...found, sourceModified: null }],
    population: { ...population, ...found, years: [2013, 2014] },
  };
}
