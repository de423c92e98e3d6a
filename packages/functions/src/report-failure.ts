import { SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { pipelineParentKey } from "@data-quest/core/constants";
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
    input: z.string().nullable().optional(),
    redriveCount: z.int().optional(),
  }),
});

const stepFunctions = new SFNClient({});
const notifications = new SNSClient({});

/**
 * Notifies the operators that an execution failed, timed out, or was aborted, and in which state.
 * `AllSurveys` sends one message for all the executions that it started.
 */
export const handler = handle(Event, async ({ detail }) => {
  if (detail.status === "SUCCEEDED" || isReportedByAllSurveys(detail)) return;
  const timeline = await executionTimeline(stepFunctions, detail.executionArn, { withData: false });
  const { subject, message } = failureMessage(detail, timeline);
  await notifications.send(
    new PublishCommand({ TopicArn: Resource.AlarmTopic.arn, Subject: subject, Message: message }),
  );
});

/**
 * True for an execution that `AllSurveys` started and that was not redriven: the message of `AllSurveys`
 * covers it.
 */
function isReportedByAllSurveys({ input, redriveCount = 0 }: z.infer<typeof Event>["detail"]): boolean {
  return redriveCount === 0 && (input ?? "").includes(`"${pipelineParentKey}"`);
}
