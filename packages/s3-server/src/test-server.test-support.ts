/** Shared by the tests of the S3 server: a server with its own folder, and raw requests. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Options, S3RequestRecord } from "./s3.ts";
import { startS3Server } from "./server.ts";

export type TestServer = {
  url: string;
  dir: string;
  /** client-s3 with default settings, except that it does not retry, so that errors are visible. */
  client: S3Client;
  /** The requests that have finished. */
  records: S3RequestRecord[];
  /** Creates a bucket, with the given versioning, and returns its name. */
  bucket: (name: string, versioning?: "Enabled" | "Suspended") => Promise<string>;
  /** Closes the server and opens its folder again, as after a restart. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
};

/** Starts a server for tests on a new folder, which `close` removes. */
export async function serveForTests(options: Partial<S3Options> = {}): Promise<TestServer> {
  const dir = await mkdtemp(join(tmpdir(), "quest-s3-"));
  const records: S3RequestRecord[] = [];
  const all: S3Options = { dir, onRequest: (record) => records.push(record), ...options };
  let server = await startS3Server(all);
  const connect = () =>
    new S3Client({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDTEST", secretAccessKey: "secret" },
      maxAttempts: 1,
    });
  const test: TestServer = {
    url: server.url,
    dir,
    client: connect(),
    records,
    bucket: async (name, versioning) => {
      await test.client.send(new CreateBucketCommand({ Bucket: name }));
      if (versioning !== undefined) {
        const VersioningConfiguration = { Status: versioning };
        await test.client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      }
      return name;
    },
    restart: async () => {
      test.client.destroy();
      await server.close();
      server = await startS3Server(all);
      test.url = server.url;
      test.client = connect();
    },
    close: async () => {
      test.client.destroy();
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
  return test;
}

export type RawAnswer = { status: number; headers: IncomingMessage["headers"]; text: string };

/** A signature in the Authorization header, with the parts that this server checks. */
export const SIGNATURE = {
  authorization: `AWS4-HMAC-SHA256 Credential=AKIDTEST/20261129/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
};

/** The query of a presigned URL that is valid now, with some parameters changed. Undefined leaves a parameter out. */
export function presignedQuery(changes: Record<string, string | undefined> = {}): string {
  const parameters = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIDTEST/20261129/us-east-1/s3/aws4_request",
    "X-Amz-Date": new Date().toISOString().replace(/\.\d+|[-:]/g, ""),
    "X-Amz-Expires": "900",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0".repeat(64),
    ...changes,
  };
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return new URLSearchParams(given).toString();
}

/**
 * Sends a request as written, with path and headers unchanged, and reads the whole response. The request
 * is signed, unless its path is that of a presigned URL or `headers` has an empty `authorization`.
 */
export async function raw(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = "",
): Promise<RawAnswer> {
  // If the body were a string, Node would send the headers in one piece with it, in UTF-8 instead of Latin-1.
  const bytes = Buffer.from(body);
  const length = "transfer-encoding" in headers ? {} : { "content-length": bytes.length };
  const { authorization, ...others } = headers;
  const isPresigned = /[?&](X-Amz-|AWSAccessKeyId=|Signature=)/.test(path);
  const given = authorization ?? (isPresigned ? "" : SIGNATURE.authorization);
  const all = { ...length, ...(given === "" ? {} : { authorization: given }), ...others };
  const sent = request(url, { method, path, headers: all });
  sent.end(bytes);
  const [answer]: IncomingMessage[] = await once(sent, "response");
  if (answer === undefined) throw new Error("there was no response");
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() };
}

/** An S3 error as client-s3 reports it, for `rejects.toMatchObject`. */
export function s3Failure(name: string, status: number): object {
  return { name, $metadata: { httpStatusCode: status } };
}
