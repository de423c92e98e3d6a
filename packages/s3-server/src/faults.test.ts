import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { S3Fault } from "./faults.ts";
import {
  presignedQuery,
  raw,
  s3Failure,
  serveForTests,
  type TestServer,
} from "./test-server.test-support.ts";

let server: TestServer;
const Bucket = "faults";
/** For each operation, the faults of its next requests, in order. */
const faults = new Map<string, S3Fault[]>();

beforeAll(async () => {
  server = await serveForTests({ intercept: ({ operation }) => faults.get(operation)?.shift() });
  await server.bucket(Bucket, "Enabled");
  await server.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "the old object" }));
});
beforeEach(() => {
  faults.clear();
  server.records.length = 0;
});
afterAll(() => server.close());

function put(Body: string | Buffer) {
  return server.client.send(new PutObjectCommand({ Bucket, Key: "k", Body }));
}

async function stored(): Promise<string | undefined> {
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key: "k" }));
  return Body?.transformToString();
}

describe("injected faults", () => {
  test.each([
    ["SlowDown", 503],
    ["AccessDenied", 403],
    ["InternalError", 500],
  ] as const)("respond with %s, before anything is done", async (code, status) => {
    faults.set("PutObject", [{ kind: "error", code }]);
    await expect(put("new")).rejects.toMatchObject(s3Failure(code, status));
    expect(await stored()).toBe("the old object");
  });

  test("reset the connection before, within, and after a put", async () => {
    faults.set("PutObject", [
      { kind: "reset", when: "before" },
      { kind: "reset", when: "body", bytes: 100_000 },
      { kind: "reset", when: "after" },
    ]);
    await expect(put("new")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await stored()).toBe("the old object");
    await expect(put(Buffer.alloc(300_000))).rejects.toThrow(/ECONNRESET|EPIPE|hang up/);
    expect(await stored()).toBe("the old object");
    expect(readdirSync(join(server.dir, "tmp"))).toEqual([]);
    await expect(put("done, without a response")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await stored()).toBe("done, without a response");
    const resets = () => server.records.filter(({ errorCode }) => errorCode === "ConnectionReset");
    await expect
      .poll(() => resets().map(({ operation, status }) => `${operation} ${status}`))
      .toEqual(["PutObject 0", "PutObject 0", "PutObject 0"]);
    await put("the old object");
  });

  test("interrupt the body of a get", async () => {
    faults.set("GetObject", [{ kind: "reset", when: "body", bytes: 5 }]);
    await expect(stored()).rejects.toThrow(/aborted|ECONNRESET/);
    await expect
      .poll(() => server.records.at(-1))
      .toMatchObject({ operation: "GetObject", status: 200, bytesOut: 5 });
  });

  test("fill the disk", async () => {
    faults.set("PutObject", [{ kind: "diskFull", bytes: 3 }]);
    const full = put("new and too long");
    await expect(full).rejects.toMatchObject(s3Failure("InternalError", 500));
    await expect(full).rejects.toThrow("ENOSPC");
    expect(await stored()).toBe("the old object");
    expect(readdirSync(join(server.dir, "tmp"))).toEqual([]);
  });

  test("are overcome by the retries of client-s3", async () => {
    faults.set("PutObject", [
      { kind: "error", code: "SlowDown" },
      { kind: "reset", when: "before" },
    ]);
    const patient = new S3Client({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
    });
    await patient.send(new PutObjectCommand({ Bucket, Key: "retried", Body: "x" }));
    patient.destroy();
    const statuses = () => server.records.filter(({ key }) => key === "retried").map(({ status }) => status);
    await expect.poll(statuses).toEqual([503, 0, 200]);
  });

  test("lose a part", async () => {
    const Key = "parts";
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await server.client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }),
    );
    faults.set("CompleteMultipartUpload", [{ kind: "lostPart", partNumber: 1 }]);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload });
    await expect(server.client.send(complete)).rejects.toMatchObject(s3Failure("InvalidPart", 400));
  });
});

describe("records of requests", () => {
  test("say who requested what, and how many bytes went in and out", async () => {
    const Key = "recorded";
    await server.client.send(new PutObjectCommand({ Bucket, Key, Body: "12345" }));
    await (await server.client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
    const presigned = presignedQuery({ "X-Amz-Credential": "AKIDPRESIGNED/20260101/us-east-1" });
    await raw(server.url, "GET", `/${Bucket}/${Key}?versionId=null&${presigned}`);
    // A request is recorded when its response is sent, which may be after the client has read the response.
    const record = (what: string) =>
      server.records.find(({ key, operation, status }) => key === Key && `${operation} ${status}` === what);
    await expect
      .poll(() => record("PutObject 200"))
      .toMatchObject({ accessKeyId: "AKIDTEST", bucket: Bucket, bytesIn: 5, bytesOut: 0 });
    await expect
      .poll(() => record("GetObject 200"))
      .toMatchObject({ accessKeyId: "AKIDTEST", bytesIn: 0, bytesOut: 5 });
    await expect
      .poll(() => record("GetObject 404"))
      .toMatchObject({ accessKeyId: "AKIDPRESIGNED", versionId: "null", errorCode: "NoSuchVersion" });
  });
});
