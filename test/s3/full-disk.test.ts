import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChildServer, startChildServer } from "./child-server.ts";
import { SIGNATURE } from "./tools.ts";

const Bucket = "full";
const TOO_LARGE = Buffer.alloc(8 * 1024 * 1024);

describe("a full disk", () => {
  let dir: string;
  let server: ChildServer;
  let client: S3Client;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "quest-full-"));
    server = await startChildServer(dir, 4096);
    client = new S3Client({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
      maxAttempts: 1,
    });
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "the old object" }));
  });
  afterAll(async () => {
    client.destroy();
    await server.kill();
    rmSync(dir, { recursive: true });
  });

  test("fails a put with an error that states the cause, leaves nothing behind, and keeps the server running", async () => {
    for (let tries = 0; tries < 3; tries++) {
      const put = client.send(new PutObjectCommand({ Bucket, Key: "k", Body: TOO_LARGE }));
      await expect(put).rejects.toMatchObject({ name: "InternalError", $metadata: { httpStatusCode: 500 } });
      await expect(put).rejects.toThrow("EFBIG");
    }
    expect(readdirSync(join(dir, "tmp"))).toEqual([]);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "k" }));
    expect(await Body?.transformToString()).toBe("the old object");
  });

  test("fails a put whose client pauses while the disk is already full", async () => {
    const headers = { ...SIGNATURE, "content-length": TOO_LARGE.length };
    const slow = request(`${server.url}/${Bucket}/k`, { method: "PUT", headers });
    const answered = once(slow, "response");
    slow.write(TOO_LARGE.subarray(0, -1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    slow.end(TOO_LARGE.subarray(-1));
    const [answer]: IncomingMessage[] = await answered;
    expect(answer?.resume().statusCode).toBe(500);
  });

  test("fails a part, and the upload continues when there is space", async () => {
    const upload = { Bucket, Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
    const part = { ...upload, UploadId, PartNumber: 1 };
    const failed = client.send(new UploadPartCommand({ ...part, Body: TOO_LARGE }));
    await expect(failed).rejects.toMatchObject({ name: "InternalError" });
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: "small" }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    const { Body } = await client.send(new GetObjectCommand(upload));
    expect(await Body?.transformToString()).toBe("small");
    expect(readdirSync(join(dir, "tmp"))).toEqual([]);
  });
});
