/** Sends commands and records the responses, in a form in which two servers can be compared. */
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/**
 * The compared parts of a response: status, error code, relevant headers, and what a step picks from the
 * output.
 */
export type Answer = { status: number; code: string; headers: Record<string, string>; output: unknown };

/** Headers whose values are compared in every successful response. */
const ALWAYS = ["x-amz-delete-marker"];

/** Headers that are also compared if an object is read. */
const OF_READS = [
  "accept-ranges",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "x-amz-checksum-crc32",
  "x-amz-checksum-sha256",
  "x-amz-mp-parts-count",
  "x-amz-storage-class",
  "x-amz-tagging-count",
];

/** A client that records the status and headers of each response. */
export type ObservedClient = {
  client: S3Client;
  last: () => { status: number; headers: Record<string, string> };
};

/**
 * Makes a client for an endpoint, with default settings except for the URL and a single attempt for each
 * request.
 */
export function observedClient(endpoint: string, config: S3ClientConfig = {}): ObservedClient {
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
    forcePathStyle: true,
    ...config,
  });
  let seen = { status: 0, headers: {} as Record<string, string> };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (isResponse(response)) seen = { status: response.statusCode, headers: { ...response.headers } };
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  return { client, last: () => seen };
}

function isResponse(value: unknown): value is { statusCode: number; headers: Record<string, string> } {
  return typeof value === "object" && value !== null && "statusCode" in value && "headers" in value;
}

/**
 * Runs one request and records its response. An error of the service is a response, too; any other error is
 * thrown. Each server makes up its own IDs, so only the presence of IDs and times is recorded.
 */
export async function observe(
  { last }: ObservedClient,
  read: boolean,
  send: () => Promise<unknown>,
): Promise<Answer> {
  let output: unknown = null;
  let code = "";
  try {
    output = await send();
  } catch (error) {
    if (!(error instanceof Error) || !("$metadata" in error)) throw error;
    code = error.name;
  }
  const { status, headers } = last();
  const kept: Record<string, string> = {};
  if (status < 300) {
    for (const name of read ? [...ALWAYS, ...OF_READS] : ALWAYS) {
      const value = headers[name];
      if (value !== undefined) kept[name] = value;
    }
    if (headers["x-amz-version-id"] !== undefined) kept["x-amz-version-id"] = "present";
    if (read && headers["last-modified"] !== undefined) kept["last-modified"] = "present";
  }
  return { status, code, headers: kept, output };
}
