import { populationNotification } from "@data-quest/local/deployment/deployment";
import { beforeAll, describe, expect, test } from "vitest";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { ofType, queueArn, shortName, statements, the } from "./resources.ts";

let production: Synthesis;

beforeAll(async () => {
  [production] = (await synthesize({})) as [Synthesis];
});

describe("queues", () => {
  test("are encrypted and keep messages for two weeks", () => {
    const queues = ofType(production, "aws:sqs/queue:Queue");
    expect(queues.map(({ name }) => name)).toEqual([
      "PopulationDeadLetters",
      "PopulationEvents",
      "Undelivered",
    ]);
    for (const { name, inputs } of queues)
      expect(inputs, name).toMatchObject({ sqsManagedSseEnabled: true, messageRetentionSeconds: 1_209_600 });
  });

  test.each([
    ["PopulationEvents", "s3.amazonaws.com", ["Bronze"]],
    [
      "Undelivered",
      "events.amazonaws.com",
      ["rule data-quest-production-ExecutionEnded", "rule data-quest-production-AllSurveysEnded"],
    ],
    ["PopulationDeadLetters", undefined, undefined],
  ])("%s requires TLS, and accepts messages only from %s on behalf of %s", (name, service, source) => {
    const policy = statements(
      the(production, "aws:sqs/queuePolicy:QueuePolicy", `${name}Policy`).inputs.policy,
    );
    expect(policy[0]).toMatchObject({
      effect: "Deny",
      actions: ["sqs:*"],
      resources: [`queue ${name}`],
      principal: "*",
      condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    const senders = policy.slice(1).map(({ effect, actions, principal, condition }) => ({
      effect,
      actions,
      principal,
      source: [
        (condition as { ArnEquals: { "aws:SourceArn": string | string[] } }).ArnEquals["aws:SourceArn"],
      ]
        .flat()
        .map(shortName),
    }));
    expect(senders).toEqual(
      service
        ? [{ effect: "Allow", actions: ["sqs:SendMessage"], principal: { Service: service }, source }]
        : [],
    );
  });
});

describe("a notification about a population file in Bronze", () => {
  test("is sent to the queue", () => {
    expect(
      the(production, "aws:s3/bucketNotification:BucketNotification", "PopulationNotification").inputs,
    ).toMatchObject({
      bucket: expect.stringContaining("-bronzebucket-"),
      queues: [
        {
          queueArn: queueArn("PopulationEvents"),
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "usa-api-sync/population/",
        },
      ],
    });
    // A laptop's Bronze has the same configuration.
    const { events, prefix } = populationNotification;
    expect({ events, prefix }).toEqual({
      events: ["s3:ObjectCreated:*"],
      prefix: "usa-api-sync/population/",
    });
  });

  test("is passed to the function, which reports failures per message, and is set aside after three attempts", () => {
    const queue = the(production, "aws:sqs/queue:Queue", "PopulationEvents").inputs;
    expect(JSON.parse(String(queue.redrivePolicy))).toEqual({
      deadLetterTargetArn: queueArn("PopulationDeadLetters"),
      maxReceiveCount: 3,
    });
    const fn = the(production, "aws:lambda/function:Function", "PopulationEventFunction").inputs;
    expect(Number(queue.visibilityTimeoutSeconds)).toBeGreaterThanOrEqual(6 * Number(fn.timeout));
    const [mapping, ...others] = ofType(production, "aws:lambda/eventSourceMapping:EventSourceMapping");
    expect(others).toEqual([]);
    expect(mapping?.inputs).toMatchObject({
      eventSourceArn: queueArn("PopulationEvents"),
      functionName: fn.name,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
  });
});

describe("the end of an execution", () => {
  test.each([
    ["Pipeline", "ExecutionEnded"],
    ["AllSurveys", "AllSurveysEnded"],
  ])("of %s is handled, whatever the status", (machine, rule) => {
    const { eventPattern } = the(production, "aws:cloudwatch/eventRule:EventRule", rule).inputs;
    expect(JSON.parse(String(eventPattern))).toEqual({
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: {
        stateMachineArn: [`arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`],
        status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
      },
    });
  });

  test.each([
    ["ExecutionEnded", "WriteAudit"],
    ["ExecutionEnded", "ReportFailure"],
    ["ExecutionEnded", "UpdateIndex"],
    ["ExecutionEnded", "UpdateTable"],
    ["AllSurveysEnded", "ReportFailure"],
  ])("matches the rule %s, which starts %s and keeps what cannot be processed", (ruleName, name) => {
    const rule = `data-quest-production-${ruleName}`;
    const fn = the(production, "aws:lambda/function:Function", `${name}Function`).inputs;
    expect(
      the(production, "aws:cloudwatch/eventTarget:EventTarget", `${ruleName}To${name}`).inputs,
    ).toMatchObject({
      rule,
      arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      deadLetterConfig: { arn: queueArn("Undelivered") },
    });
    expect(the(production, "aws:lambda/permission:Permission", `${ruleName}Invokes${name}`).inputs).toEqual({
      action: "lambda:InvokeFunction",
      function: fn.name,
      principal: "events.amazonaws.com",
      sourceArn: `arn:aws:events:us-east-1:000000000000:rule/${rule}`,
    });
    expect(
      the(production, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", `${name}Failures`)
        .inputs,
    ).toMatchObject({
      functionName: fn.name,
      destinationConfig: { onFailure: { destination: queueArn("Undelivered") } },
    });
  });
});
