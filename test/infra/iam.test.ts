import { beforeAll, describe, expect, test } from "vitest";
import { type ResourceRecord, type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { names, ofType, permissionsOf, type Statement, statements } from "./resources.ts";

const role = "aws:iam/role:Role";
let production: Synthesis;
let everything: Synthesis;

beforeAll(async () => {
  [production, everything] = (await synthesize(
    {},
    {
      settings: {
        encryption: "kms",
        publicAccess: true,
        privateNetwork: true,
        dataFiles: { pr: { dataFile: "pr.data.0.Current" } },
        quickSight: {
          owner: "arn:aws:quicksight:us-east-1:000000000000:user/default/anna",
          surveys: ["pr"],
        },
      },
    },
  )) as [Synthesis, Synthesis];
});

/** All permissions of each role. */
const permissions = {
  DiscoverFilesRole: [
    "s3:ListBucket, s3:ListBucketMultipartUploads on Bronze",
    "s3:GetObject, s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:AbortMultipartUpload on Bronze/bls/*",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-DiscoverFiles:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  SyncFileRole: [
    "s3:ListBucket, s3:ListBucketVersions, s3:ListBucketMultipartUploads on Bronze",
    "s3:GetObject, s3:GetObjectVersion, s3:GetObjectVersionAttributes, s3:GetObjectTagging, s3:GetObjectVersionTagging, s3:PutObject, s3:PutObjectTagging, s3:PutObjectVersionTagging, s3:DeleteObject, s3:AbortMultipartUpload on Bronze/bls/*",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-SyncFile:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  FetchPopulationRole: [
    "s3:ListBucket, s3:ListBucketVersions on Bronze",
    "s3:GetObject, s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:PutObject, s3:PutObjectTagging, s3:PutObjectVersionTagging on Bronze/usa-api-sync/population/nation_population.json",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-FetchPopulation:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  AnalyzeRole: [
    "s3:ListBucketVersions on Bronze",
    "s3:GetObjectVersion on Bronze/bls/*, Bronze/usa-api-sync/population/nation_population.json",
    "s3:GetObjectVersionTagging on Bronze/bls/*, Bronze/usa-api-sync/population/nation_population.json",
    "s3:ListBucket on Silver, Gold",
    "s3:GetObject, s3:PutObject, s3:AbortMultipartUpload on Silver/bls/*, Gold/reports/*",
    "s3:GetObject, s3:PutObject on Silver/population/nation.parquet",
    "s3:GetObjectTagging, s3:PutObjectTagging on Gold/reports/*",
    "s3:DeleteObject on Silver/bls/*",
    "s3:GetObjectVersion on Silver/bls/*, Gold/reports/*",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-Analyze:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  PopulationEventRole: [
    "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on queue PopulationEvents",
    "s3:ListBucket, s3:ListBucketVersions on Bronze",
    "s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:PutObjectVersionTagging on Bronze/usa-api-sync/population/nation_population.json",
    "states:StartExecution on state machine Pipeline",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-PopulationEvent:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  WriteAuditRole: [
    "states:GetExecutionHistory on execution Pipeline:*",
    "states:DescribeExecution on execution Pipeline:*",
    "s3:PutObject on Gold/audit/*",
    "sqs:SendMessage on queue Undelivered",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-WriteAudit:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  ReportFailureRole: [
    "states:GetExecutionHistory on execution Pipeline:*, execution data-quest-production-AllSurveys:*",
    "sns:Publish on topic Alarms",
    "sqs:SendMessage on queue Undelivered",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-ReportFailure:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  UpdateIndexRole: [
    "states:GetExecutionHistory on execution Pipeline:*",
    "states:DescribeExecution on execution Pipeline:*",
    "s3:ListBucket on Gold",
    "s3:GetObject, s3:GetObjectVersion on Gold/reports/index.json",
    "s3:PutObject on Gold/reports/index.json, Gold/reports/index.html",
    "sqs:SendMessage on queue Undelivered",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-UpdateIndex:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  UpdateTableRole: [
    "states:DescribeExecution on execution Pipeline:*",
    "s3:ListBucket on Silver",
    "s3:GetObject, s3:GetObjectVersion on Silver/bls/*",
    "glue:GetTable, glue:CreateTable, glue:UpdateTable on glue catalog, glue database/data_quest_production, glue table/data_quest_production/*",
    "sqs:SendMessage on queue Undelivered",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-UpdateTable:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  ListSurveysRole: [
    "s3:ListBucket on Bronze",
    "states:ListExecutions on state machine data-quest-production-AllSurveys",
    "states:DescribeExecution on execution data-quest-production-AllSurveys:*",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-ListSurveys:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  SummarizeSurveysRole: [
    "s3:ListBucket on Gold",
    "s3:GetObject, s3:GetObjectVersion on Gold/reports/index.json",
    "s3:PutObject on Gold/reports/index.json, Gold/reports/index.html",
    "logs:CreateLogStream, logs:PutLogEvents on logs /aws/lambda/data-quest-production-SummarizeSurveys:*",
    "xray:PutTraceSegments, xray:PutTelemetryRecords on *",
  ],
  AllSurveysRole: [
    "lambda:InvokeFunction on function ListSurveys, function SummarizeSurveys",
    "states:StartExecution on state machine Pipeline",
    "states:DescribeExecution, states:StopExecution on execution Pipeline:*",
    "events:PutTargets, events:PutRule, events:DescribeRule on rule StepFunctionsGetEventsForStepFunctionsExecutionRule",
    "logs:CreateLogDelivery, logs:GetLogDelivery, logs:UpdateLogDelivery, logs:DeleteLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:DescribeResourcePolicies, logs:DescribeLogGroups, xray:PutTraceSegments, xray:PutTelemetryRecords, xray:GetSamplingRules, xray:GetSamplingTargets on *",
  ],
  PipelineRole: [
    "lambda:InvokeFunction on function DiscoverFiles, function SyncFile, function FetchPopulation, function Analyze",
    "logs:CreateLogDelivery, logs:GetLogDelivery, logs:UpdateLogDelivery, logs:DeleteLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:DescribeResourcePolicies, logs:DescribeLogGroups, xray:PutTraceSegments, xray:PutTelemetryRecords, xray:GetSamplingRules, xray:GetSamplingTargets on *",
  ],
  ScheduleRole: ["states:StartExecution on state machine Pipeline", "sqs:SendMessage on queue Undelivered"],
};

/** What a role may do in addition if the stage has its own key and a private network. */
const decrypt = "kms:Decrypt on key Key";
const encrypt = "kms:Decrypt, kms:GenerateDataKey on key Key";
const network =
  "ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:DeleteNetworkInterface, ec2:AssignPrivateIpAddresses, ec2:UnassignPrivateIpAddresses on *";
const more: Partial<Record<string, string[]>> = {
  DiscoverFilesRole: [decrypt, network],
  SyncFileRole: [encrypt, network],
  FetchPopulationRole: [encrypt, network],
  AnalyzeRole: [encrypt, network],
  PopulationEventRole: [decrypt, network],
  WriteAuditRole: [encrypt, network],
  ReportFailureRole: [encrypt, network],
  UpdateIndexRole: [encrypt, network],
  UpdateTableRole: [decrypt, network],
  ListSurveysRole: [network],
  SummarizeSurveysRole: [encrypt, network],
};

/** Each service assumes its roles only for this account. No user and no other account can assume them. */
const trusted = {
  DiscoverFilesRole: "lambda.amazonaws.com",
  SyncFileRole: "lambda.amazonaws.com",
  FetchPopulationRole: "lambda.amazonaws.com",
  AnalyzeRole: "lambda.amazonaws.com",
  PopulationEventRole: "lambda.amazonaws.com",
  WriteAuditRole: "lambda.amazonaws.com",
  ReportFailureRole: "lambda.amazonaws.com",
  UpdateIndexRole: "lambda.amazonaws.com",
  UpdateTableRole: "lambda.amazonaws.com",
  ListSurveysRole: "lambda.amazonaws.com",
  SummarizeSurveysRole: "lambda.amazonaws.com",
  AllSurveysRole: "states.amazonaws.com",
  PipelineRole: "states.amazonaws.com",
  ScheduleRole: "scheduler.amazonaws.com",
};

describe("roles", () => {
  test("have exactly the listed permissions", () => {
    expect(byRole(production, (each) => permissionsOf(each).map(inWords))).toEqual(permissions);
  });

  test("may also use the key and the network if the stage has them, and QuickSight has a separate role", () => {
    const expected = Object.entries(permissions).map(([name, lines]) => [
      name,
      [...lines, ...(more[name] ?? [])],
    ]);
    // test/infra/quicksight.test.ts checks the permissions of QuickSight's role.
    const { QuickSightRole, ...others } = byRole(everything, (each) => permissionsOf(each).map(inWords));
    expect(QuickSightRole?.length).toBeGreaterThan(0);
    expect(others).toEqual(Object.fromEntries(expected));
  });

  test("are assumed only by their service, and only for this account", () => {
    const trust = byRole(production, ({ inputs }) =>
      statements(inputs.assumeRolePolicy).map(({ actions, principal, condition }) => ({
        actions,
        principal,
        condition,
      })),
    );
    const expected = Object.entries(trusted).map(([name, Service]) => [
      name,
      [
        {
          actions: ["sts:AssumeRole"],
          principal: { Service },
          condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
        },
      ],
    ]);
    expect(trust).toEqual(Object.fromEntries(expected));
  });

  test("have no managed policies", () => {
    for (const { inputs } of ofType(everything, role)) expect(inputs.managedPolicyArns ?? []).toEqual([]);
    expect(names(everything, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")).toEqual([]);
  });

  test("of functions have at least one permission besides those for logs, traces, and queues", () => {
    for (const { functionID } of production.functions) {
      const own = ofType(production, role)
        .filter(({ name }) => name === `${functionID}Role`)
        .flatMap(permissionsOf)
        .filter(({ actions }) => !actions.every((action) => /^(logs|xray|sqs):/.test(action)));
      expect(own.length, functionID).toBeGreaterThan(0);
    }
  });

  test("that read objects can list the bucket unconditionally, so that S3 returns 404 for a missing key", () => {
    for (const each of ofType(production, role)) {
      const granted = permissionsOf(each);
      const listed = granted
        .filter(({ actions, condition }) => actions.includes("s3:ListBucket") && !condition)
        .flatMap(({ resources }) => resources);
      const read = granted
        .filter(({ actions }) => actions.includes("s3:GetObject"))
        .flatMap(({ resources }) => resources.map((resource) => resource.split("/")[0]));
      expect(listed, each.name).toEqual(expect.arrayContaining(read));
    }
  });
});

/**
 * The actions that are allowed on the resource `*`, and why they cannot be limited further. A wildcard at the
 * end of a path or name does not count.
 */
const wildcards = [
  { action: /^xray:/, reason: "X-Ray does not support resource-level permissions" },
  {
    action: /^logs:(\w+LogDelivery|ListLogDeliveries|\w+ResourcePolic\w+|DescribeLogGroups)$/,
    reason: "log delivery does not support resource-level permissions",
  },
  {
    action: /^ec2:(\w+NetworkInterfaces?|DescribeSubnets|\w+PrivateIpAddresses)$/,
    reason: "Lambda creates its network interfaces itself",
  },
  {
    action: /^athena:List(DataCatalogs|EngineVersions|WorkGroups)$/,
    reason: "Athena's list actions do not support resource-level permissions",
  },
];

describe("policies", () => {
  test("have no wildcard outside a short list", () => {
    const found = policiesOf(everything).flatMap(({ owner, statement }) =>
      statement.effect === "Deny"
        ? []
        : statement.actions
            .filter((action) => action.includes("*") || statement.resources.includes("*"))
            .filter((action) => !wildcards.some((known) => known.action.test(action)))
            .map((action) => `${owner}: ${action} on ${statement.resources.join(", ")}`),
    );
    // In a key's policy, "*" means only that key.
    expect(found).toEqual([
      "Key: kms:* on *",
      "Key: kms:Decrypt on *",
      "Key: kms:GenerateDataKey* on *",
      "Key: kms:Decrypt on *",
    ]);
  });

  test("never grant access to all objects of a bucket", () => {
    const whole = policiesOf(everything).filter(
      ({ statement }) =>
        statement.effect === "Allow" &&
        statement.resources.some((name) => /^(Bronze|Silver|Gold)\/\*/.test(name)),
    );
    expect(whole).toEqual([]);
  });

  test("grant access only to services, and only on behalf of this account", () => {
    const open = policiesOf(everything).filter(({ statement: { effect, principal, condition } }) => {
      const fromHere = JSON.stringify(condition ?? {}).includes("000000000000");
      const isBucketOf = JSON.stringify(condition ?? {}).includes("arn:aws:s3:::data-quest-");
      return effect === "Allow" && principal !== undefined && !fromHere && !isBucketOf;
    });
    // The account itself manages its key.
    expect(open.map(({ owner, statement }) => [owner, statement.principal])).toEqual([
      ["Key", { AWS: "arn:aws:iam::000000000000:root" }],
    ]);
  });
});

/** Every policy of the synthesis: of roles, buckets, queues, topics, and keys. */
function policiesOf(synthesis: Synthesis): { owner: string; statement: Statement }[] {
  const ofRoles = ofType(synthesis, role).flatMap((each) =>
    permissionsOf(each).map((statement) => ({ owner: each.name, statement })),
  );
  const ofResources = synthesis.resources
    .filter(({ inputs }) => typeof inputs.policy === "string")
    .flatMap(({ name, inputs }) =>
      statements(inputs.policy).map((statement) => ({ owner: name, statement })),
    );
  return [...ofRoles, ...ofResources];
}

function byRole<T>(synthesis: Synthesis, value: (role: ResourceRecord) => T): Record<string, T> {
  return Object.fromEntries(ofType(synthesis, role).map((each) => [each.name, value(each)]));
}

function inWords({ actions, resources }: Statement): string {
  return `${actions.join(", ")} on ${resources.join(", ")}`;
}
