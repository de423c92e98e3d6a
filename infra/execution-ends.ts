/** Handles the end of an execution: writes its audit, and notifies the operators if it did not succeed. */
import { auditsPrefix } from "@data-quest/core/constants";
import { allSurveys, allSurveysExecutions, indexPermissions } from "./all-surveys.ts";
import { updateTable } from "./catalog.ts";
import { link } from "./functions.ts";
import { lambda } from "./lambda.ts";
import { fromResource } from "./policies.ts";
import { allowSenders, undelivered } from "./queues.ts";
import { physicalName } from "./stage.ts";
import { gold } from "./storage.ts";
import { alarmTopic, topic } from "./topic.ts";
import { executions, pipeline } from "./workflow.ts";

const readHistory = { actions: ["states:GetExecutionHistory"], resources: [executions] };
const describe = { actions: ["states:DescribeExecution"], resources: [executions] };
const sendUndelivered = { actions: ["sqs:SendMessage"], resources: [undelivered.arn] };

export const writeAudit = lambda("WriteAudit", {
  handler: "packages/functions/src/write-audit.handler",
  timeout: "5 minutes",
  memory: "512 MB",
  link,
  permissions: [
    readHistory,
    describe,
    { actions: ["s3:PutObject"], resources: [$interpolate`${gold.arn}/${auditsPrefix}*`] },
    sendUndelivered,
  ],
});

export const reportFailure = lambda("ReportFailure", {
  handler: "packages/functions/src/report-failure.handler",
  timeout: "1 minute",
  memory: "256 MB",
  link: [alarmTopic],
  permissions: [
    { ...readHistory, resources: [executions, allSurveysExecutions] },
    { actions: ["sns:Publish"], resources: [topic.arn] },
    sendUndelivered,
  ],
});

/** Updates the index of surveys. */
export const updateIndex = lambda("UpdateIndex", {
  handler: "packages/functions/src/update-index.handler",
  timeout: "2 minutes",
  memory: "256 MB",
  link,
  permissions: [readHistory, describe, ...indexPermissions, sendUndelivered],
});

const ended = ruleForEndsOf("ExecutionEnded", pipeline, {
  WriteAudit: writeAudit,
  ReportFailure: reportFailure,
  UpdateIndex: updateIndex,
  UpdateTable: updateTable,
});
// AllSurveys writes no audit: each survey's outcome is in the audit of its execution of Pipeline.
const allSurveysEnded = ruleForEndsOf("AllSurveysEnded", allSurveys, { ReportFailure: reportFailure });

allowSenders("UndeliveredPolicy", undelivered, [
  { service: "events.amazonaws.com", conditions: [fromResource(ended.arn, allSurveysEnded.arn)] },
]);

// Lambda retries an event twice, then sends it to the queue Undelivered.
for (const [name, fn] of Object.entries({
  WriteAudit: writeAudit,
  ReportFailure: reportFailure,
  UpdateIndex: updateIndex,
  UpdateTable: updateTable,
}))
  new aws.lambda.FunctionEventInvokeConfig(`${name}Failures`, {
    functionName: fn.name,
    maximumRetryAttempts: 2,
    destinationConfig: { onFailure: { destination: undelivered.arn } },
  });

/** Calls `functions` each time an execution of `machine` ends, however it ends. */
function ruleForEndsOf(
  name: string,
  machine: sst.aws.StepFunctions,
  functions: Record<string, sst.aws.Function>,
): aws.cloudwatch.EventRule {
  const rule = new aws.cloudwatch.EventRule(name, {
    name: physicalName(name),
    description: "An execution ended",
    eventPattern: $jsonStringify({
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: {
        stateMachineArn: [machine.arn],
        status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
      },
    }),
  });
  for (const [targetId, fn] of Object.entries(functions)) {
    new aws.cloudwatch.EventTarget(`${name}To${targetId}`, {
      rule: rule.name,
      targetId,
      arn: fn.arn,
      retryPolicy: { maximumRetryAttempts: 20, maximumEventAgeInSeconds: 6 * 3600 },
      deadLetterConfig: { arn: undelivered.arn },
    });
    new aws.lambda.Permission(`${name}Invokes${targetId}`, {
      action: "lambda:InvokeFunction",
      function: fn.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    });
  }
  return rule;
}
