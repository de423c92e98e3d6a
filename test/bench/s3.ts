import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startChildServer } from "../s3/child-server.ts";
import type { BenchRow } from "./bench-row.ts";

const OBJECT_BYTES = 200 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/**
 * Measures the S3 server in a separate process, through client-s3 with default settings: its start with a
 * hundred stored objects, puts and gets of 200 MiB (median of three), puts of small objects, and the server's
 * peak memory.
 */
export async function benchS3(): Promise<BenchRow[]> {
  const dir = await mkdtemp(join(tmpdir(), "bench-s3-"));
  try {
    const first = await startChildServer(dir);
    const client = clientOf(first.url);
    await client.send(new CreateBucketCommand({ Bucket: "bench" }));
    const small = await timed(async () => {
      for (let i = 0; i < 100; i++) await put(client, `small/${i}`, Buffer.alloc(1000, i));
    });
    client.destroy();
    await first.kill();

    const server = await startChildServer(dir);
    const second = clientOf(server.url);
    const puts: number[] = [];
    const gets: number[] = [];
    for (let i = 0; i < 3; i++) {
      puts.push(await timed(() => put(second, "large", Readable.from(chunks()), OBJECT_BYTES)));
      gets.push(await timed(() => get(second, "large")));
    }
    const memory = await server.maxRssBytes();
    second.destroy();
    await server.kill();
    return [
      { name: "S3 server: start of the process, 100 stored objects", value: server.startMs, unit: "ms" },
      { name: "S3 server: opening the folder, as part of that start", value: server.openMs, unit: "ms" },
      { name: "S3 server: put of 1 kB", value: small / 100, unit: "ms" },
      { name: "S3 server: put of 200 MiB", value: median(puts), unit: "ms" },
      { name: "S3 server: get of 200 MiB", value: median(gets), unit: "ms" },
      { name: "S3 server: peak memory", value: memory / 1024 ** 2, unit: "MiB" },
    ];
  } finally {
    await rm(dir, { recursive: true });
  }
}

function clientOf(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
}

/** Bytes in which no two chunks are equal, generated on demand. */
function* chunks(): Generator<Buffer> {
  for (let offset = 0; offset < OBJECT_BYTES; offset += CHUNK_BYTES) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES).fill(offset / CHUNK_BYTES);
    chunk.writeUInt32LE(offset);
    yield chunk;
  }
}

async function put(client: S3Client, Key: string, Body: Buffer | Readable, length?: number): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: "bench", Key, Body, ContentLength: length }));
}

async function get(client: S3Client, Key: string): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: "bench", Key }));
  if (!(Body instanceof Readable)) throw new Error("client-s3 returned no stream");
  let size = 0;
  for await (const chunk of Body) size += chunk.length;
  if (size !== OBJECT_BYTES) throw new Error(`received ${size} bytes instead of ${OBJECT_BYTES}`);
}

async function timed(task: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
