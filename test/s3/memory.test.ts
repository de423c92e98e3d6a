import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChildServer, startChildServer } from "./child-server.ts";

const MIB = 1024 * 1024;
const SIZE = (process.env.QUEST_LONG ? 2048 : 256) * MIB;
/**
 * How much the server's memory may grow, whatever the size of the object. Some growth is normal, because buffers
 * wait for the garbage collector.
 */
const MOST_GROWTH = 128 * MIB;
const Bucket = "large";

describe("memory", () => {
  let dir: string;
  let server: ChildServer;
  let client: S3Client;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "quest-memory-"));
    server = await startChildServer(dir);
    client = new S3Client({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
    });
    await client.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    client.destroy();
    await server.kill();
    rmSync(dir, { recursive: true });
  });

  test(`stays bounded while ${SIZE / MIB} MiB are put, copied, and read`, async () => {
    const before = await server.maxRssBytes();
    const sent = createHash("sha256");
    function* chunks() {
      for (let at = 0; at < SIZE; at += MIB) {
        const chunk = Buffer.alloc(MIB, `${at} `);
        sent.update(chunk);
        yield chunk;
      }
    }
    await client.send(
      new PutObjectCommand({ Bucket, Key: "k", Body: Readable.from(chunks()), ContentLength: SIZE }),
    );
    await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/k` }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "copy" }));
    if (!(Body instanceof Readable)) throw new Error("client-s3 returned no stream");
    const received = createHash("sha256");
    for await (const chunk of Body) received.update(chunk);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    expect((await server.maxRssBytes()) - before).toBeLessThan(MOST_GROWTH);
  });
});
