/** A population file that an operator puts into Bronze is held, and starts a new analysis. */
import {
  allSurveysSetting,
  populationNotificationEvents,
  populationPrefix,
  populationQueueName,
} from "@data-quest/core/constants";
import { allSurveys } from "./all-surveys.ts";
import { link, populationFile } from "./functions.ts";
import { lambda } from "./lambda.ts";
import { fromResource, fromThisAccount } from "./policies.ts";
import { allowSenders, queue } from "./queues.ts";
import { settings } from "./stage.ts";
import { bronze } from "./storage.ts";
import { pipeline } from "./workflow.ts";

const timeoutSeconds = 60;

export const populationDeadLetters = queue("PopulationDeadLetters");

/**
 * A message is hidden for six times the timeout of the function that reads it, so no message is read twice
 * concurrently.
 */
export const populationQueue = queue(populationQueueName, {
  visibilityTimeoutSeconds: 6 * timeoutSeconds,
  redrivePolicy: $jsonStringify({ deadLetterTargetArn: populationDeadLetters.arn, maxReceiveCount: 3 }),
});

allowSenders("PopulationDeadLettersPolicy", populationDeadLetters, []);
const queuePolicy = allowSenders("PopulationEventsPolicy", populationQueue, [
  { service: "s3.amazonaws.com", conditions: [fromThisAccount, fromResource(bronze.arn)] },
]);

// S3 sends a test message when the queue is configured, so the policy must exist first.
new aws.s3.BucketNotification(
  "PopulationNotification",
  {
    bucket: bronze.name,
    queues: [
      {
        queueArn: populationQueue.arn,
        events: [...populationNotificationEvents],
        filterPrefix: populationPrefix,
      },
    ],
  },
  { dependsOn: [queuePolicy] },
);

export const populationEvent = lambda("PopulationEvent", {
  handler: "packages/functions/src/population-event.handler",
  timeout: `${timeoutSeconds} seconds`,
  memory: "256 MB",
  link: [...link, pipeline, allSurveys],
  permissions: [
    {
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      resources: [populationQueue.arn],
    },
    // The versions distinguish an operator's copy of an old version from what the workflow wrote.
    { actions: ["s3:ListBucket", "s3:ListBucketVersions"], resources: [bronze.arn] },
    {
      actions: ["s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"],
      resources: [populationFile],
    },
    {
      actions: ["states:StartExecution"],
      resources: [settings.surveys === allSurveysSetting ? allSurveys.arn : pipeline.arn],
    },
  ],
});

new aws.lambda.EventSourceMapping("PopulationEventsToFunction", {
  eventSourceArn: populationQueue.arn,
  functionName: populationEvent.name,
  batchSize: 10,
  functionResponseTypes: ["ReportBatchItemFailures"],
});
