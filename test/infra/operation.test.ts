import { beforeAll, describe, expect, test } from "vitest";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { names, ofType, queueArn, statements, the } from "./resources.ts";

const topicArn = "arn:aws:sns:us-east-1:000000000000:data-quest-production-Alarms";
let production: Synthesis;
let personal: Synthesis;
let asked: Synthesis;

beforeAll(async () => {
  const settings = { scheduled: true, surveys: ["pr", "cu"], weeklyVerify: false, encryption: "kms" };
  [production, personal, asked] = (await synthesize(
    { settings: { alarmEmail: "oncall@example.com" } },
    { stage: "anna" },
    { stage: "anna", settings },
  )) as [Synthesis, Synthesis, Synthesis];
});

describe("functions", () => {
  test("exist once for each handler", () => {
    expect(names(production, "aws:lambda/function:Function")).toEqual([
      "AnalyzeFunction",
      "DiscoverFilesFunction",
      "FetchPopulationFunction",
      "ListSurveysFunction",
      "PopulationEventFunction",
      "ReportFailureFunction",
      "SummarizeSurveysFunction",
      "SyncFileFunction",
      "UpdateIndexFunction",
      "UpdateTableFunction",
      "WriteAuditFunction",
    ]);
  });

  test("run on Node 24 and arm64, write JSON to their own log group, and are traced", () => {
    for (const { name, inputs } of ofType(production, "aws:lambda/function:Function")) {
      const own = name.replace(/Function$/, "");
      expect(inputs, name).toMatchObject({
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        role: `arn:aws:iam::000000000000:role/${own}`,
        loggingConfig: { logFormat: "JSON", logGroup: `/aws/lambda/data-quest-production-${own}` },
        tracingConfig: { mode: "Active" },
      });
      expect(inputs.timeout, name).toBeLessThanOrEqual(900);
    }
  });

  test("include Analyze with enough storage for the sums of BLS's largest survey", () => {
    const { ephemeralStorage } = the(production, "aws:lambda/function:Function", "AnalyzeFunction").inputs;
    expect(ephemeralStorage).toEqual({ size: 2048 });
  });

  test("have no public URL", () => {
    expect(names(production, "aws:lambda/functionUrl:FunctionUrl")).toEqual([]);
  });
});

test("every log group keeps its logs for the configured time", () => {
  const groups = ofType(production, "aws:cloudwatch/logGroup:LogGroup");
  expect(groups).toHaveLength(13);
  for (const { name, inputs } of groups) expect(inputs.retentionInDays, name).toBe(365);
});

test("the state machine is a Standard workflow, is traced, and logs everything to its own log group", () => {
  expect(the(production, "aws:sfn/stateMachine:StateMachine", "PipelineStateMachine").inputs).toMatchObject({
    type: "STANDARD",
    tracingConfiguration: { enabled: true },
    loggingConfiguration: {
      level: "ALL",
      includeExecutionData: true,
      logDestination:
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/data-quest-production-Pipeline:*",
    },
  });
});

describe("the schedule", () => {
  const schedules = "aws:scheduler/schedule:Schedule";

  test("runs without verify on six days of the week, and with verify on Sunday", () => {
    expect(timesAndInputs(production)).toEqual([
      ["cron(0 10 ? * MON-SAT *)", { survey: "pr" }],
      ["cron(0 10 ? * SUN *)", { survey: "pr", verify: true }],
    ]);
  });

  test("runs every survey every day without verify if weeklyVerify is off", () => {
    expect(timesAndInputs(asked)).toEqual([
      ["cron(0 10 ? * MON-SUN *)", { survey: "cu" }],
      ["cron(0 10 ? * MON-SUN *)", { survey: "pr" }],
    ]);
  });

  test("uses New York time and a flexible window, retries, and keeps what it could not start", () => {
    for (const { inputs } of ofType(production, schedules))
      expect(inputs).toMatchObject({
        scheduleExpressionTimezone: "America/New_York",
        flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
        target: {
          arn: "arn:aws:states:us-east-1:000000000000:stateMachine:Pipeline",
          roleArn: "arn:aws:iam::000000000000:role/Schedule",
          retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 7200 },
          deadLetterConfig: { arn: queueArn("Undelivered") },
        },
      });
  });

  test("is off in a personal stage unless requested", () => {
    expect(names(personal, schedules)).toEqual([]);
    expect(names(asked, schedules)).toHaveLength(2);
  });

  function timesAndInputs(synthesis: Synthesis): unknown[] {
    return ofType(synthesis, schedules).map(({ inputs }) => [
      inputs.scheduleExpression,
      JSON.parse((inputs.target as { input: string }).input),
    ]);
  }
});

describe("the alarm topic", () => {
  test("sends email to the address in the settings", () => {
    expect(
      the(production, "aws:sns/topicSubscription:TopicSubscription", "AlarmsByMail").inputs,
    ).toMatchObject({
      topic: topicArn,
      protocol: "email",
      endpoint: "oncall@example.com",
    });
    expect(the(personal, "aws:sns/topicSubscription:TopicSubscription", "AlarmsByMail").inputs.endpoint).toBe(
      "data-quest@example.com",
    );
  });

  test("is encrypted with the stage's own key or not at all, since CloudWatch cannot use SNS's key", () => {
    expect(the(production, "aws:sns/topic:Topic", "Alarms").inputs.kmsMasterKeyId).toBeUndefined();
    expect(the(asked, "aws:sns/topic:Topic", "Alarms").inputs.kmsMasterKeyId).toBe(
      "arn:aws:kms:us-east-1:000000000000:key/Key",
    );
  });

  test("accepts messages only over TLS, and from CloudWatch only for this account", () => {
    const { policy } = the(production, "aws:sns/topicPolicy:TopicPolicy", "AlarmsPolicy").inputs;
    expect(statements(policy)).toEqual([
      {
        effect: "Deny",
        actions: ["sns:Publish"],
        resources: ["topic Alarms"],
        principal: "*",
        condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        effect: "Allow",
        actions: ["sns:Publish"],
        resources: ["topic Alarms"],
        principal: { Service: "cloudwatch.amazonaws.com" },
        condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
      },
    ]);
  });
});

describe("alarms", () => {
  const alarms = "aws:cloudwatch/metricAlarm:MetricAlarm";

  test("send email when they go into ALARM, but not when they get their first data", () => {
    for (const { name, inputs } of ofType(production, alarms)) {
      expect(inputs.alarmActions, name).toEqual([topicArn]);
      expect(inputs.okActions, name).toBeUndefined();
    }
  });

  test("are not in ALARM before there is any data", () => {
    for (const { name, inputs } of ofType(production, alarms))
      expect(inputs.treatMissingData, name).not.toBe("breaching");
  });

  test("watch every function for errors, throttles, and duration", () => {
    for (const { name, inputs } of ofType(production, "aws:lambda/function:Function")) {
      const own = name.replace(/Function$/, "");
      const common = { namespace: "AWS/Lambda", dimensions: { FunctionName: inputs.name } };
      expect(the(production, alarms, `${own}Errors`).inputs).toMatchObject({
        ...common,
        metricName: "Errors",
      });
      expect(the(production, alarms, `${own}Throttles`).inputs).toMatchObject({
        ...common,
        metricName: "Throttles",
      });
      expect(the(production, alarms, `${own}Duration`).inputs).toMatchObject({
        ...common,
        metricName: "Duration",
        threshold: Number(inputs.timeout) * 800,
      });
    }
  });

  test("watch every dead-letter queue", () => {
    for (const name of ["PopulationDeadLetters", "Undelivered"])
      expect(the(production, alarms, `${name}Messages`).inputs).toMatchObject({
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: `data-quest-production-${name}` },
        threshold: 1,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
      });
  });

  test("report a survey that has not been synced for 26 hours, if the schedule is on", () => {
    expect(the(production, alarms, "NotSynced-pr").inputs).toMatchObject({
      namespace: "data-quest/production",
      metricName: "SyncedRuns",
      dimensions: { service: "Analyze", survey: "pr" },
      statistic: "Sum",
      period: 3600,
      evaluationPeriods: 26,
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      // The alarm reports missing data. A new alarm starts without data, so its state does not change, and it
      // sends no email.
      treatMissingData: "missing",
      insufficientDataActions: [topicArn],
    });
    const missing = (synthesis: Synthesis) =>
      names(synthesis, alarms).filter((name) => name.startsWith("NotSynced"));
    expect(missing(asked)).toEqual(["NotSynced-cu", "NotSynced-pr"]);
    expect(missing(personal)).toEqual([]);
  });

  test("read metrics from the namespace that the stage's functions write to", () => {
    const { environment } = the(production, "aws:lambda/function:Function", "AnalyzeFunction").inputs as {
      environment: { variables: Record<string, string> };
    };
    expect(environment.variables).toMatchObject({
      NODE_OPTIONS: "--max-semi-space-size=2",
      POWERTOOLS_METRICS_NAMESPACE: "data-quest/production",
      POWERTOOLS_SERVICE_NAME: "Analyze",
    });
  });
});

test("the dashboard shows runs, durations, files, bytes, freshness, and dead letters", () => {
  const { dashboardBody } = the(production, "aws:cloudwatch/dashboard:Dashboard", "Dashboard").inputs;
  const { widgets } = JSON.parse(String(dashboardBody)) as {
    widgets: { x: number; y: number; properties: { title: string } }[];
  };
  expect(widgets.map(({ properties }) => properties.title)).toEqual([
    "Runs",
    "Duration of a run (ms)",
    "Files by action",
    "Bytes stored",
    "Report freshness: synced runs",
    "No synced run in the last 26 hours",
    "Duration of the functions (ms)",
    "Dead letters",
  ]);
  expect(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size).toBe(widgets.length);
});
