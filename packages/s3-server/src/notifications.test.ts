import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Notification } from "./notifications.ts";
import { raw, serveForTests, type TestServer } from "./test-server.test-support.ts";

const QueueArn = "arn:aws:sqs:us-east-1:000000000000:PopulationFiles";
const LambdaFunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:Analyze";
const Bucket = "bronze";
let server: TestServer;
const notifications: Notification[] = [];

/** The notifications so far, abbreviated: destination, event, and key. */
function short(): unknown[] {
  return notifications.map(({ destination, message }) => {
    const name = destination.split(":").at(-1);
    if (!("Records" in message)) return [name, message.Event];
    return [name, message.Records[0]?.eventName, message.Records[0]?.s3.object.key];
  });
}

beforeAll(async () => {
  server = await serveForTests({ onEvent: (notification) => notifications.push(notification) });
  await server.bucket(Bucket, "Enabled");
});
beforeEach(() => {
  notifications.length = 0;
});
afterAll(() => server.close());

describe("notifications", () => {
  test("are configured, and a test message is sent to a queue but not to a function", async () => {
    const NotificationConfiguration = {
      QueueConfigurations: [
        {
          Id: "population",
          QueueArn,
          Events: ["s3:ObjectCreated:*" as const],
          Filter: { Key: { FilterRules: [{ Name: "prefix" as const, Value: "usa-api-sync/" }] } },
        },
      ],
      LambdaFunctionConfigurations: [
        {
          Id: "removals",
          LambdaFunctionArn,
          Events: ["s3:ObjectRemoved:*" as const, "s3:ObjectTagging:Put" as const],
          Filter: { Key: { FilterRules: [{ Name: "suffix" as const, Value: ".json" }] } },
        },
      ],
    };
    await server.client.send(
      new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
    );
    expect(notifications).toEqual([
      {
        destination: QueueArn,
        message: expect.objectContaining({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket }),
      },
    ]);
    const kept = await server.client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(kept.QueueConfigurations?.[0]).toMatchObject({ Id: "population", QueueArn });
    expect(kept.LambdaFunctionConfigurations?.[0]).toMatchObject({ Id: "removals", LambdaFunctionArn });
  });

  test("are sent for the configured events, in S3's format", async () => {
    const Key = "usa-api-sync/population/a file@1.json";
    const { ETag, VersionId } = await server.client.send(new PutObjectCommand({ Bucket, Key, Body: "{}" }));
    await server.client.send(new PutObjectCommand({ Bucket, Key: "bls/pr/pr.class", Body: "x" }));
    expect(notifications).toHaveLength(1);
    expect(notifications[0]).toEqual({
      destination: QueueArn,
      message: {
        Records: [
          {
            eventVersion: "2.1",
            eventSource: "aws:s3",
            awsRegion: "us-east-1",
            eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
            eventName: "ObjectCreated:Put",
            userIdentity: { principalId: expect.stringContaining("AKIDTEST") },
            requestParameters: { sourceIPAddress: "127.0.0.1" },
            responseElements: { "x-amz-request-id": expect.any(String), "x-amz-id-2": expect.any(String) },
            s3: {
              s3SchemaVersion: "1.0",
              configurationId: "population",
              bucket: {
                name: Bucket,
                ownerIdentity: { principalId: expect.any(String) },
                arn: `arn:aws:s3:::${Bucket}`,
              },
              object: {
                key: "usa-api-sync/population/a+file%401.json",
                size: 2,
                eTag: ETag?.replaceAll('"', ""),
                versionId: VersionId,
                sequencer: expect.stringMatching(/^[0-9A-F]+$/),
              },
            },
          },
        ],
      },
    });
  });

  test("identify each kind of change", async () => {
    const Key = "usa-api-sync/x.json";
    const CopySource = `${Bucket}/bls/pr/pr.class`;
    await server.client.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await server.client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await server.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
    await server.client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [] } }));
    const { VersionId } = await server.client.send(new DeleteObjectCommand({ Bucket, Key }));
    await server.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    expect(short()).toEqual([
      ["PopulationFiles", "ObjectCreated:Copy", Key],
      ["PopulationFiles", "ObjectCreated:CompleteMultipartUpload", Key],
      ["Analyze", "ObjectTagging:Put", Key],
      ["Analyze", "ObjectRemoved:DeleteMarkerCreated", Key],
      ["Analyze", "ObjectRemoved:Delete", Key],
    ]);
  });

  test("are refused for destinations that are not supported", async () => {
    const body = "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>";
    const answer = await raw(server.url, "PUT", `/${Bucket}?notification`, {}, body);
    expect([answer.status, answer.text]).toEqual([501, expect.stringContaining("EventBridge")]);
  });
});
