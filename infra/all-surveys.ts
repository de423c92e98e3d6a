/** `AllSurveys`: runs `Pipeline` for every survey that BLS publishes, a few at a time. */
import {
  allSurveysName,
  indexDataKey,
  indexPageKey,
  pipelineParentKey,
  surveysPrefix,
} from "@data-quest/core/constants";
import { link } from "./functions.ts";
import { lambda } from "./lambda.ts";
import { retryBusy, retryTransient } from "./retries.ts";
import { accountId, physicalName, region, settings } from "./stage.ts";
import { bronze, gold } from "./storage.ts";
import { machineTimeoutSeconds, withTimeouts } from "./timeouts.ts";
import { executions, pipeline } from "./workflow.ts";
import { invoke, narrowWorkflowRole, workflowLogGroupName } from "./workflow-role.ts";

const { choice, fail, lambdaInvoke, map, pass, succeed, task } = sst.aws.StepFunctions;

/** The name is set before the state machine is created, because the permissions of ListSurveys refer to it. */
const name = physicalName(allSurveysName);
const states = $interpolate`arn:aws:states:${region}:${accountId}`;
const ownExecutions = $interpolate`${states}:execution:${name}:*`;

/** Lists the surveys, or returns the name of an execution that is already syncing. */
export const listSurveys = lambda("ListSurveys", {
  handler: "packages/functions/src/list-surveys.handler",
  timeout: "2 minutes",
  memory: "256 MB",
  link,
  permissions: [
    // A re-analysis lists the surveys that are stored in Bronze.
    {
      actions: ["s3:ListBucket"],
      resources: [bronze.arn],
      conditions: [{ test: "StringEquals", variable: "s3:prefix", values: [surveysPrefix] }],
    },
    { actions: ["states:ListExecutions"], resources: [$interpolate`${states}:stateMachine:${name}`] },
    { actions: ["states:DescribeExecution"], resources: [ownExecutions] },
  ],
});

const [indexData, indexPage] = [indexDataKey, indexPageKey].map((key) => $interpolate`${gold.arn}/${key}`);
/**
 * Reads and replaces the index of surveys. Without ListBucket, S3 returns 403 instead of 404 while there is
 * no index.
 */
export const indexPermissions = [
  { actions: ["s3:ListBucket"], resources: [gold.arn] },
  { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [indexData] },
  { actions: ["s3:PutObject"], resources: [indexData, indexPage] },
];

/** Summarizes the outcomes, and completes the index of surveys. */
export const summarizeSurveys = lambda("SummarizeSurveys", {
  handler: "packages/functions/src/summarize-surveys.handler",
  timeout: "1 minute",
  memory: "256 MB",
  link,
  permissions: indexPermissions,
});

const execution = {
  id: "{% $states.context.Execution.Id %}",
  name: "{% $states.context.Execution.Name %}",
  startTime: "{% $states.context.Execution.StartTime %}",
};

const list = lambdaInvoke({
  name: "ListSurveys",
  comment: "Lists the surveys to run, and the name of each one's execution",
  function: listSurveys,
  payload: { input: "{% $states.input %}", execution },
  output: "{% $states.result.Payload %}",
})
  .retry(retryTransient)
  .retry(retryBusy);

// A caught failure provides only its error, so a variable keeps the survey.
const keepSurvey = pass({
  name: "KeepSurvey",
  comment: "Keeps the survey for the outcome",
  assign: { survey: "{% $states.input.survey %}", child: "{% $states.input.execution %}" },
});

const recordFailure = pass({
  name: "RecordFailure",
  comment: "Records a survey's failure, so that the other surveys run",
  output: {
    survey: "{% $survey %}",
    execution: "{% $child %}",
    // The cause is the description of the execution as JSON, unless the execution could not be
    // started. Quotes in its text fields are escaped.
    status: `{% ($found := $match($states.input.Cause, /"Status":"(FAILED|TIMED_OUT|ABORTED)"/); $exists($found) ? $found[0].groups[0] : 'FAILED') %}`,
    error: `{% ($found := $match($states.input.Cause, /"Error":"([\\w.]+)"/); $substring($exists($found) ? $found[0].groups[0] : $states.input.Error, 0, 80)) %}`,
  },
});

const runSurvey = task({
  name: "RunSurvey",
  comment: "Runs Pipeline for one survey and waits for it to end",
  resource: "arn:aws:states:::states:startExecution.sync:2",
  arguments: {
    StateMachineArn: pipeline.arn,
    Name: "{% $child %}",
    Input: `{% $merge([$states.input.input, {'${pipelineParentKey}': $states.context.Execution.Id}]) %}`,
  },
  output: { survey: "{% $survey %}", execution: "{% $child %}", status: "{% $states.result.Status %}" },
})
  // A second start with the same name and input finds the execution that the first start created.
  .retry({
    errors: [
      "StepFunctions.ExecutionLimitExceededException",
      "StepFunctions.ThrottlingException",
      "StepFunctions.SdkClientException",
      "StepFunctions.AWSStepFunctionsException",
    ],
    interval: "5 seconds",
    backoffRate: 2,
    maxAttempts: 6,
    maxDelay: "2 minutes",
    jitterStrategy: "FULL",
  })
  .catch(recordFailure, { errors: ["States.ALL"] });

const run = map({
  name: "RunSurveys",
  comment:
    "One execution of Pipeline per survey; together they make at most as many concurrent requests as a single run",
  items: "{% [$states.input.surveys] %}",
  maxConcurrency: "{% $states.input.surveysAtATime %}",
  processor: keepSurvey.next(runSurvey),
  output: "{% [$states.result] %}",
});

const summarize = lambdaInvoke({
  name: "SummarizeSurveys",
  comment: "Summarizes the outcomes and completes the index of surveys",
  function: summarizeSurveys,
  payload: { outcomes: "{% $states.input %}", execution },
  output: "{% $states.result.Payload %}",
}).retry(retryTransient);

const surveysFailed = fail({
  name: "SurveysFailed",
  comment:
    "Lists the executions of Pipeline to redrive. Redriving this execution only enters this state again.",
  error: "SurveysFailed",
  cause: "{% $states.input.message %}",
});

const anyFailed = choice({ name: "AnyFailed", comment: "Fails if a survey failed" })
  .when("{% $count([$states.input.failed]) > 0 %}", surveysFailed)
  .otherwise(succeed({ name: "SurveysSucceeded" }));

const alreadyRunning = choice({
  name: "AlreadyRunning",
  comment: "Ends if another execution is already syncing",
}).when(
  "{% $states.input.runningExecution != null %}",
  succeed({ name: "LeftToRunningExecution", output: "{% $states.input %}" }),
);
run.next(summarize).next(anyFailed);
list.next(alreadyRunning.otherwise(run));

/** The only EventBridge rule through which Step Functions learns that nested executions have ended. */
const nestedExecutionsRule = $interpolate`arn:aws:events:${region}:${accountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

narrowWorkflowRole(allSurveysName, [
  invoke(listSurveys, summarizeSurveys),
  { actions: ["states:StartExecution"], resources: [pipeline.arn] },
  { actions: ["states:DescribeExecution", "states:StopExecution"], resources: [executions] },
  {
    actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
    resources: [nestedExecutionsRule],
  },
]);

/** A child times out before the task that waits for it does, and that task times out before the parent execution. */
const childSeconds = machineTimeoutSeconds + 600;
const ownTimeoutSeconds = 48 * 3600;

export const allSurveys = new sst.aws.StepFunctions(allSurveysName, {
  type: "standard",
  definition: list,
  logging: { level: "all", includeData: true },
  transform: {
    logGroup: { name: workflowLogGroupName(allSurveysName), retentionInDays: settings.logRetentionDays },
    stateMachine: (args) => {
      args.name = name;
      args.tracingConfiguration = { enabled: true };
      args.definition = withTimeouts(
        args.definition,
        { ListSurveys: listSurveys, SummarizeSurveys: summarizeSurveys, RunSurvey: childSeconds },
        {
          comment: "Data Quest: run Pipeline for every survey that BLS publishes",
          timeoutSeconds: ownTimeoutSeconds,
        },
      );
    },
  },
});

export const allSurveysExecutions = ownExecutions;
