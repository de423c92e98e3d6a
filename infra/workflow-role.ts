import { policy, trust } from "./policies.ts";
import { physicalName } from "./stage.ts";

type Statement = aws.types.input.iam.GetPolicyDocumentStatementArgs;

/** With this prefix, a log group adds nothing to CloudWatch's policy for log delivery. */
export function workflowLogGroupName(stateMachine: string): string {
  return `/aws/vendedlogs/states/${physicalName(stateMachine)}`;
}

/**
 * Replaces the permissions that SST gives to the role of the state machine `name` with exactly `statements`
 * and the permissions for logs and traces. Must be called before the state machine is created.
 */
export function narrowWorkflowRole(name: string, statements: Statement[]): void {
  $transform(aws.iam.Role, (args, _options, roleName) => {
    if (roleName !== `${name}Role`) return;
    args.assumeRolePolicy = trust("states.amazonaws.com");
    args.inlinePolicies = [
      {
        name: "inline",
        policy: policy(...statements, { actions: [...logDelivery, ...tracing], resources: ["*"] }),
      },
    ];
  });
}

/** Lets a state machine call functions. */
export function invoke(...functions: sst.aws.Function[]): Statement {
  return { actions: ["lambda:InvokeFunction"], resources: functions.map(({ arn }) => arn) };
}

/** The actions for sending a state machine's logs to CloudWatch. They support no resource-level permissions. */
const logDelivery = [
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
];

const tracing = [
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
];
