import { once } from "node:events";
import { createServer } from "node:http";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { StorageRefused, StorageUnavailable } from "../errors.ts";
import { storageError } from "./errors.ts";

/**
 * The error for a HEAD request whose response has this status and, like every response to HEAD, no body.
 */
async function afterHead(status: number): Promise<Error> {
  const server = createServer((_request, response) => response.writeHead(status).end()).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    await client.send(new HeadObjectCommand({ Bucket: "bronze", Key: "k" }));
  } catch (error) {
    return storageError(error, "Reading s3://bronze/k");
  } finally {
    client.destroy();
    server.close();
  }
  throw new Error("the request succeeded");
}

test.each([
  [301, StorageRefused, "the bucket is in another region"],
  [400, StorageRefused, "the request is not valid"],
  [401, StorageRefused, "the credentials are missing or wrong"],
  [403, StorageRefused, "access is denied"],
  [405, StorageRefused, "the version is a delete marker"],
  [418, StorageRefused, undefined],
  [503, StorageUnavailable, undefined],
])("the error for HEAD shows status %i and its meaning, if known", async (status, kind, meaning) => {
  const error = await afterHead(status);
  expect(error).toBeInstanceOf(kind);
  const start = `Reading s3://bronze/k: S3 returned ${status} without an explanation`;
  if (meaning === undefined) expect(error.message).toBe(start);
  else expect(error.message).toContain(`${start}: ${meaning}`);
});
