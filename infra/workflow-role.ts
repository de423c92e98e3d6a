import { analyze, discoverFiles, fetchPopulation, syncFile } from "./functions.ts";
import { policy, trust } from "./policies.ts";
import { physicalName } from "./stage.ts";

/** AWS asks for this beginning of a name: then its policy for delivering logs does not grow with every log group. */
export const workflowLogGroupName = `/aws/vendedlogs/states/${physicalName("Pipeline")}`;

/**
 * Gives the state machine's role, which SST makes without asking, what the workflow needs in place of what SST gives it: to
 * call exactly these functions, and its logs and traces. Has to be called before the state machine is made.
 */
export function narrowWorkflowRole(name: string): void {
  $transform(aws.iam.Role, (args, _options, roleName) => {
    if (roleName !== name) return;
    args.assumeRolePolicy = trust("states.amazonaws.com");
    args.inlinePolicies = [
      {
        name: "inline",
        policy: policy(
          {
            actions: ["lambda:InvokeFunction"],
            resources: [discoverFiles, syncFile, fetchPopulation, analyze].map(({ arn }) => arn),
          },
          { actions: [...logDelivery, ...tracing], resources: ["*"] },
        ),
      },
    ];
  });
}

/** CloudWatch sets up the delivery of a workflow's logs with these, which know no resources to name. */
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
