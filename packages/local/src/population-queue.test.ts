import type { Notification } from "@data-quest/s3-server";
import type { LambdaResult } from "@data-quest/step-functions";
import { expect, test } from "vitest";
import { populationNotification } from "./deployment/deployment.ts";
import { startPopulationQueue } from "./population-queue.ts";

const taken: LambdaResult = { payload: '{"batchItemFailures":[]}' };
const notTaken: LambdaResult = { payload: '{"batchItemFailures":[{"itemIdentifier":"1"}]}' };
const raised: LambdaResult = { functionError: "Unhandled", payload: '{"errorType":"Error"}' };
const unknown: LambdaResult = {
  serviceError: { name: "ResourceNotFoundException", message: "Function not found", statusCode: 404 },
};

/** A queue whose function returns these results in turn, and after that always succeeds. */
function queueWith(...answers: LambdaResult[]) {
  const events: { Records: { messageId: string; body: string; attributes: object }[] }[] = [];
  const lines: string[] = [];
  const queue = startPopulationQueue({
    invoke: async (event) => {
      events.push(JSON.parse(event));
      return answers.shift() ?? taken;
    },
    log: (line) => lines.push(line),
    retryAfter: 1,
  });
  return { queue, events, lines };
}

const notificationAbout = (key: string): Notification => ({
  destination: populationNotification.queueArn,
  message: {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "us-east-1",
        eventTime: "2026-09-03T12:30:00.000Z",
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: "AWS:person" },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": "1", "x-amz-id-2": "1" },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: "PopulationEvents",
          bucket: { name: "bronze", ownerIdentity: { principalId: "person" }, arn: "arn:aws:s3:::bronze" },
          object: { key, versionId: "1", sequencer: "1" },
        },
      },
    ],
  },
});

test("a message arrives as the record of an SQS event, with S3's message as its body", async () => {
  const { queue, events, lines } = queueWith();
  const notification = notificationAbout("usa-api-sync/population/nation_population.json");
  queue.send(notification);
  await queue.idle();
  expect(events).toEqual([
    {
      Records: [
        expect.objectContaining({
          messageId: expect.any(String),
          body: JSON.stringify(notification.message),
          attributes: { ApproximateReceiveCount: "1" },
          eventSource: "aws:sqs",
          eventSourceARN: populationNotification.queueArn,
        }),
      ],
    },
  ]);
  expect(lines).toEqual([]);
});

test.each([
  ["reports a failure", notTaken],
  ["throws an error", raised],
  ["does not exist", unknown],
])("a message is delivered again if the function %s", async (_why, failure) => {
  const { queue, events, lines } = queueWith(failure, failure);
  queue.send(notificationAbout("a"));
  await queue.idle();
  const records = events.map(({ Records }) => Records[0]);
  expect(records.map((record) => record?.attributes)).toEqual(
    ["1", "2", "3"].map((ApproximateReceiveCount) => ({ ApproximateReceiveCount })),
  );
  expect(new Set(records.map((record) => record?.messageId)).size).toBe(1);
  expect(lines).toEqual([]);
});

test("after its third failure, a message is logged and not delivered again", async () => {
  const { queue, events, lines } = queueWith(notTaken, raised, unknown);
  queue.send(notificationAbout("the-key"));
  await queue.idle();
  expect(events).toHaveLength(3);
  expect(lines).toEqual([expect.stringMatching(/failed on attempt 3: Function not found: .*the-key/)]);
});

test("S3's test message, and messages for another queue, are not delivered", async () => {
  const { queue, events } = queueWith();
  queue.send({ ...notificationAbout("a"), destination: "arn:aws:sqs:us-east-1:000000000000:Another" });
  queue.send({
    destination: populationNotification.queueArn,
    message: {
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: "",
      Bucket: "bronze",
      RequestId: "1",
      HostId: "1",
    },
  });
  await queue.idle();
  expect(events).toEqual([]);
});

test("a closing queue waits for the call in progress, and accepts no more messages", async () => {
  const { queue, events, lines } = queueWith(notTaken);
  queue.send(notificationAbout("first"));
  await queue.close();
  expect(lines).toEqual([expect.stringContaining("failed on attempt 1:")]);
  queue.send(notificationAbout("second"));
  await queue.idle();
  expect(events).toHaveLength(1);
});
