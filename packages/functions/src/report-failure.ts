import { SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { Resource } from "sst";
import * as z from "zod";
import { executionTimeline } from "./execution-timeline.ts";
import { failureMessage } from "./failure-message.ts";
import { handle } from "./handler.ts";

/** EventBridge's "Step Functions Execution Status Change". */
const Event = z.object({
  detail: z.object({
    executionArn: z.string(),
    name: z.string(),
    status: z.string(),
    error: z.string().nullable().optional(),
    cause: z.string().nullable().optional(),
  }),
});

const stepFunctions = new SFNClient({});
const notifications = new SNSClient({});

/** Notifies the operators of an execution that failed, ran out of time or was aborted, and where. */
export const handler = handle(Event, async ({ detail }) => {
  if (detail.status === "SUCCEEDED") return;
  const timeline = await executionTimeline(stepFunctions, detail.executionArn, { withData: false });
  const { subject, message } = failureMessage(detail, timeline);
  await notifications.send(
    new PublishCommand({ TopicArn: Resource.AlarmTopic.arn, Subject: subject, Message: message }),
  );
});
