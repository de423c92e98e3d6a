import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  presignedQuery,
  raw,
  SIGNATURE,
  serveForTests,
  type TestServer,
} from "./test-server.test-support.ts";

let server: TestServer;
const UNSIGNED = { authorization: "" };
const signature = "0".repeat(64);

beforeAll(async () => {
  server = await serveForTests();
  await server.bucket("signed", "Enabled");
  await raw(server.url, "PUT", "/signed/key", {}, "body");
});
afterAll(() => server.close());

/**
 * Sends a request that is signed in `headers` or `query`. Returns the status and the error code, or the status and
 * the text if there is no error code.
 */
async function ask(query: string, headers: Record<string, string>) {
  const { status, text } = await raw(server.url, "GET", `/signed/key${query}`, headers);
  return [status, /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? text];
}

describe("a request without a signature", () => {
  test.each([
    ["GET", "/"],
    ["GET", "/signed"],
    ["GET", "/signed/key"],
    ["HEAD", "/signed/key"],
    ["PUT", "/signed/other"],
    ["PUT", "/other"],
    ["DELETE", "/signed/key"],
    ["DELETE", "/signed"],
    ["POST", "/signed/key?uploads"],
    ["POST", "/signed?delete"],
    ["POST", "/signed"],
    ["GET", "/no-such-bucket/key"],
    ["PATCH", "/signed/key"],
  ])("is refused (%#)", async (method, path) => {
    const body = method === "POST" ? "<Delete><Object><Key>key</Key></Object></Delete>" : "";
    const answer = await raw(server.url, method, path, { ...UNSIGNED, "content-type": "text/plain" }, body);
    expect(answer.status).toBe(403);
    if (method !== "HEAD") expect(answer.text).toContain("<Code>AccessDenied</Code>");
    const { VersionId } = await server.client.send(new HeadObjectCommand({ Bucket: "signed", Key: "key" }));
    expect(VersionId).toBeDefined();
  });

  test("gets a response that says how to sign the request with curl", async () => {
    const { text } = await raw(server.url, "GET", "/signed/key", UNSIGNED);
    expect(text).toContain("the request is not signed");
    expect(text).toContain("curl --aws-sigv4 &quot;aws:amz:us-east-1:s3&quot; --user local:local");
  });
});

describe("a signature with any key", () => {
  test.each([
    ["SigV4", SIGNATURE.authorization],
    [
      "SigV4 without spaces",
      `AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-date,Signature=${signature}`,
    ],
    [
      "SigV4A",
      `AWS4-ECDSA-P256-SHA256 Credential=any/20260101/s3/aws4_request, SignedHeaders=host, Signature=${signature}${signature}`,
    ],
    ["SigV2", "AWS any:ZnJvbSBzaWdWMg=="],
  ])("in the Authorization header, as %s, is accepted", async (_name, authorization) => {
    expect(await ask("", { authorization })).toEqual([200, "body"]);
  });

  test.each([
    ["SigV4", `?${presignedQuery()}`],
    ["SigV2", `?AWSAccessKeyId=any&Signature=x%3D&Expires=${Math.ceil(Date.now() / 1000) + 60}`],
  ])("in a presigned %s URL is accepted", async (_name, query) => {
    expect(await ask(query, UNSIGNED)).toEqual([200, "body"]);
  });

  test.each([
    ["", "Bearer token", 400, "InvalidArgument"],
    ["", "Basic bG9jYWw6bG9jYWw=", 400, "InvalidArgument"],
    ["", "AWS4-HMAC-SHA256 Credential=any/scope", 400, "AuthorizationHeaderMalformed"],
    ["", `AWS4-HMAC-SHA256 SignedHeaders=host, Signature=${signature}`, 400, "AuthorizationHeaderMalformed"],
    ["", "AWS any", 400, "InvalidArgument"],
    ["?X-Amz-Credential=any%2Fscope", "", 400, "AuthorizationQueryParametersError"],
    [`?${presignedQuery({ "X-Amz-Signature": undefined })}`, "", 400, "AuthorizationQueryParametersError"],
    [`?${presignedQuery({ "X-Amz-Expires": "604801" })}`, "", 400, "AuthorizationQueryParametersError"],
    [`?${presignedQuery({ "X-Amz-Expires": "-1" })}`, "", 400, "AuthorizationQueryParametersError"],
    [`?${presignedQuery({ "X-Amz-Date": "today" })}`, "", 400, "AuthorizationQueryParametersError"],
    [`?${presignedQuery({ "X-Amz-Credential": "any" })}`, "", 400, "AuthorizationQueryParametersError"],
    [`?${presignedQuery({ "X-Amz-Date": "20260101T000000Z" })}`, "", 403, "AccessDenied"],
    ["?AWSAccessKeyId=any&Expires=1", "", 403, "AccessDenied"],
    ["?AWSAccessKeyId=any&Signature=x&Expires=1", "", 403, "AccessDenied"],
    [`?${presignedQuery()}`, SIGNATURE.authorization, 400, "InvalidArgument"],
  ])(
    "is refused if it is incomplete, expired, or given twice: %s %s",
    async (query, authorization, ...answer) => {
      expect(await ask(query, { authorization })).toEqual(answer);
    },
  );
});

test("responses have the headers that give them an opaque origin in a browser", async () => {
  await raw(server.url, "PUT", "/signed/page.html", { "content-type": "text/html" }, "<h1>Page</h1>");
  for (const path of ["/signed/page.html", "/signed/none", "/signed"]) {
    const { headers } = await raw(server.url, "GET", path);
    expect(headers).toMatchObject({
      "content-security-policy": "sandbox allow-scripts allow-downloads allow-popups",
      "x-content-type-options": "nosniff",
    });
  }
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket: "signed", Key: "page.html" }));
  expect(await Body?.transformToString()).toBe("<h1>Page</h1>");
});
