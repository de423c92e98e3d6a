/** What happens whenever an execution ends: its audit is written, and a person is told if it did not succeed. */
import { auditsPrefix } from "@data-quest/core/constants";
import { link } from "./functions.ts";
import { lambda } from "./lambda.ts";
import { fromResource } from "./policies.ts";
import { allowSenders, undelivered } from "./queues.ts";
import { physicalName } from "./stage.ts";
import { gold } from "./storage.ts";
import { alarmTopic, topic } from "./topic.ts";
import { executions, pipeline } from "./workflow.ts";

const readHistory = { actions: ["states:GetExecutionHistory"], resources: [executions] };
const sendUndelivered = { actions: ["sqs:SendMessage"], resources: [undelivered.arn] };

export const writeAudit = lambda("WriteAudit", {
  handler: "packages/functions/src/write-audit.handler",
  timeout: "5 minutes",
  memory: "512 MB",
  link,
  permissions: [
    readHistory,
    { actions: ["states:DescribeExecution"], resources: [executions] },
    { actions: ["s3:PutObject"], resources: [$interpolate`${gold.arn}/${auditsPrefix}*`] },
    sendUndelivered,
  ],
});

export const reportFailure = lambda("ReportFailure", {
  handler: "packages/functions/src/report-failure.handler",
  timeout: "1 minute",
  memory: "256 MB",
  link: [alarmTopic],
  permissions: [readHistory, { actions: ["sns:Publish"], resources: [topic.arn] }, sendUndelivered],
});

const ended = new aws.cloudwatch.EventRule("ExecutionEnded", {
  name: physicalName("ExecutionEnded"),
  description: "An execution of the pipeline came to its end",
  eventPattern: $jsonStringify({
    source: ["aws.states"],
    "detail-type": ["Step Functions Execution Status Change"],
    detail: {
      stateMachineArn: [pipeline.arn],
      status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
    },
  }),
});

allowSenders("UndeliveredPolicy", undelivered, [
  { service: "events.amazonaws.com", conditions: [fromResource(ended.arn)] },
]);

for (const [name, fn] of Object.entries({ WriteAudit: writeAudit, ReportFailure: reportFailure })) {
  new aws.cloudwatch.EventTarget(`ExecutionEndedTo${name}`, {
    rule: ended.name,
    targetId: name,
    arn: fn.arn,
    retryPolicy: { maximumRetryAttempts: 20, maximumEventAgeInSeconds: 6 * 3600 },
    deadLetterConfig: { arn: undelivered.arn },
  });
  new aws.lambda.Permission(`ExecutionEndedInvokes${name}`, {
    action: "lambda:InvokeFunction",
    function: fn.name,
    principal: "events.amazonaws.com",
    sourceArn: ended.arn,
  });
  // Lambda tries an event twice more, then hands it on.
  new aws.lambda.FunctionEventInvokeConfig(`${name}Failures`, {
    functionName: fn.name,
    maximumRetryAttempts: 2,
    destinationConfig: { onFailure: { destination: undelivered.arn } },
  });
}
