import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raw, s3Failure, serveForTests, type TestServer } from "./test-server.test-support.ts";

let server: TestServer;
const Bucket = "settings";

beforeAll(async () => {
  server = await serveForTests();
  await server.bucket(Bucket);
});
afterAll(() => server.close());

describe("buckets", () => {
  test("are created and listed, and deleted only if they are empty", async () => {
    const { client } = server;
    const created = await client.send(new s3.CreateBucketCommand({ Bucket: "short-lived" }));
    expect(created.Location).toBe("/short-lived");
    await client.send(new s3.CreateBucketCommand({ Bucket: "short-lived" }));
    const listed = await client.send(new s3.ListBucketsCommand({ Prefix: "short" }));
    expect(listed.Buckets?.map(({ Name }) => Name)).toEqual(["short-lived"]);
    const page = await client.send(new s3.ListBucketsCommand({ MaxBuckets: 1 }));
    const rest = await client.send(new s3.ListBucketsCommand({ ContinuationToken: page.ContinuationToken }));
    expect([page.Buckets?.[0]?.Name, rest.Buckets?.[0]?.Name]).toEqual([Bucket, "short-lived"]);
    await client.send(new s3.PutObjectCommand({ Bucket: "short-lived", Key: "k", Body: "x" }));
    const remove = new s3.DeleteBucketCommand({ Bucket: "short-lived" });
    await expect(client.send(remove)).rejects.toMatchObject(s3Failure("BucketNotEmpty", 409));
    await client.send(new s3.DeleteObjectCommand({ Bucket: "short-lived", Key: "k" }));
    await client.send(remove);
    await expect(client.send(remove)).rejects.toMatchObject(s3Failure("NoSuchBucket", 404));
    const head = new s3.HeadBucketCommand({ Bucket: "short-lived" });
    await expect(client.send(head)).rejects.toMatchObject(s3Failure("NotFound", 404));
    await server.restart();
    expect((await server.client.send(new s3.ListBucketsCommand({}))).Buckets).toHaveLength(1);
  });

  test.each(["ab", "Upper", "under_score", "dot..dot", "-dash", "192.168.0.1", "x".repeat(64), ".."])(
    "cannot be named %s",
    async (name) => {
      const answer = await raw(server.url, "PUT", `/${name}`);
      expect([answer.status, answer.text]).toEqual([
        400,
        expect.stringContaining("<Code>InvalidBucketName</Code>"),
      ]);
    },
  );

  test("report their Region", async () => {
    const head = await server.client.send(new s3.HeadBucketCommand({ Bucket }));
    expect(head.BucketRegion).toBe("us-east-1");
    const location = await server.client.send(new s3.GetBucketLocationCommand({ Bucket }));
    expect(location.LocationConstraint).toBeUndefined();
    const LocationConstraint = "eu-central-1" as const;
    const CreateBucketConfiguration = { LocationConstraint };
    await server.client.send(new s3.CreateBucketCommand({ Bucket: "frankfurt", CreateBucketConfiguration }));
    const other = await server.client.send(new s3.GetBucketLocationCommand({ Bucket: "frankfurt" }));
    expect(other).toMatchObject({ LocationConstraint });
  });

  test("belong to one account", async () => {
    const answer = await raw(server.url, "GET", `/${Bucket}`, {
      "x-amz-expected-bucket-owner": "111111111111",
    });
    expect(answer.status).toBe(403);
    const own = await raw(server.url, "GET", `/${Bucket}`, { "x-amz-expected-bucket-owner": "000000000000" });
    expect(own.status).toBe(200);
  });
});

describe("settings of a bucket", () => {
  test("start with S3's defaults", async () => {
    const { client } = server;
    expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const encryption = await client.send(new s3.GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
    ]);
    const access = await client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    expect(access.PublicAccessBlockConfiguration?.BlockPublicPolicy).toBe(true);
    const ownership = await client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }));
    expect(ownership.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: "BucketOwnerEnforced" }]);
    const acl = await client.send(new s3.GetBucketAclCommand({ Bucket }));
    expect(acl.Grants?.map(({ Permission, Grantee }) => [Permission, Grantee?.Type])).toEqual([
      ["FULL_CONTROL", "CanonicalUser"],
    ]);
    const missing: [Promise<unknown>, string][] = [
      [client.send(new s3.GetBucketTaggingCommand({ Bucket })), "NoSuchTagSet"],
      [client.send(new s3.GetBucketPolicyCommand({ Bucket })), "NoSuchBucketPolicy"],
      [
        client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
        "NoSuchLifecycleConfiguration",
      ],
    ];
    for (const [answer, code] of missing) await expect(answer).rejects.toMatchObject(s3Failure(code, 404));
  });

  test("are stored and returned unchanged, even after a restart", async () => {
    const Rules: s3.LifecycleRule[] = [
      {
        ID: "noncurrent",
        Status: "Enabled",
        Filter: { And: { Prefix: "bls/", Tags: [{ Key: "a", Value: "1 & 2" }] } },
        NoncurrentVersionExpiration: { NoncurrentDays: 90, NewerNoncurrentVersions: 5 },
      },
      {
        ID: "parts",
        Status: "Enabled",
        Filter: { Prefix: "" },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    const TagSet = [{ Key: "Project", Value: "RearcDataQuest" }];
    const access = {
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    };
    const { client } = server;
    await client.send(
      new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
    );
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    await client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: access }));
    await server.restart();
    const again = server.client;
    expect((await again.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(
      Rules,
    );
    expect((await again.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    expect((await again.send(new s3.GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    const kept = await again.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    expect(kept.PublicAccessBlockConfiguration).toEqual(access);
    await again.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
    await again.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    await again.send(new s3.DeleteBucketTaggingCommand({ Bucket }));
    await again.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
    await again.send(new s3.DeleteBucketEncryptionCommand({ Bucket }));
    const gone = again.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    await expect(gone).rejects.toMatchObject(s3Failure("NoSuchPublicAccessBlockConfiguration", 404));
    const encryption = await again.send(new s3.GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
  });

  test.each([
    [
      "versioning",
      "<VersioningConfiguration><Status>Disabled</Status></VersioningConfiguration>",
      "MalformedXML",
    ],
    ["versioning", "<VersioningConfiguration/>", "IllegalVersioningConfigurationException"],
    ["lifecycle", "<LifecycleConfiguration></LifecycleConfiguration>", "MalformedXML"],
    ["lifecycle", "<LifecycleConfiguration><Rule>", "MalformedXML"],
    ["encryption", "<ServerSideEncryptionConfiguration/>", "MalformedXML"],
    ["policy", "no policy", "MalformedPolicy"],
    ["policy", "{}", "MalformedPolicy"],
    ["policy", "{", "MalformedPolicy"],
  ])("reject an invalid %s document: %s", async (parameter, body, code) => {
    const answer = await raw(server.url, "PUT", `/${Bucket}?${parameter}`, {}, body);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
  });
});
