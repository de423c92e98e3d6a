import { key } from "./encryption.ts";
import { network } from "./network.ts";
import { trust } from "./policies.ts";
import { physicalName, settings } from "./stage.ts";

type Permission = sst.aws.FunctionPermissionArgs;

export interface LambdaOptions
  extends Pick<sst.aws.FunctionArgs, "handler" | "timeout" | "memory" | "storage" | "link"> {
  /** The function's permissions, except those for logs, traces, the key, and the network, which are derived. */
  permissions: Permission[];
}

/**
 * A function with its own log group and role. The role has exactly the permissions below and no managed policy.
 */
export function lambda(name: string, { permissions, ...options }: LambdaOptions): sst.aws.Function {
  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${physicalName(name)}`,
    retentionInDays: settings.logRetentionDays,
  });
  return new sst.aws.Function(name, {
    ...options,
    runtime: "nodejs24.x",
    architecture: "arm64",
    // Libraries that only some calls need are loaded by those calls. SST 4.17 minifies only if told to, although its
    // documentation says that it does so by default.
    nodejs: { splitting: true, minify: true },
    logging: { logGroup: logs.name, format: "json" },
    environment: {
      // Streams create many short-lived buffers. A small young generation frees their memory sooner.
      NODE_OPTIONS: "--max-semi-space-size=2",
      POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
      POWERTOOLS_SERVICE_NAME: name,
    },
    permissions: [
      ...permissions,
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logs.arn}:*`] },
      // X-Ray and network interfaces do not support resource-level permissions.
      { actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] },
      ...(key ? keyPermissions(key, permissions) : []),
      ...(network ? [{ actions: networkActions, resources: ["*"] }] : []),
    ],
    ...(network ? { vpc: network } : {}),
    transform: {
      function: { tracingConfig: { mode: "Active" } },
      role: (role) => {
        role.assumeRolePolicy = trust("lambda.amazonaws.com");
        role.managedPolicyArns = [];
      },
    },
  });
}

/** The CloudWatch namespace of this stage's metrics. */
export const metricsNamespace = `${$app.name}/${$app.stage}`;

/** What Lambda does in a network on behalf of the function. */
const networkActions = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/** Reading objects requires decryption; writing them, or publishing to the topic, also requires data keys. */
function keyPermissions({ arn }: aws.kms.Key, permissions: Permission[]): Permission[] {
  const allowed = permissions.flatMap(({ actions }) => actions);
  const writes = allowed.some((action) => ["s3:PutObject", "sns:Publish"].includes(action));
  const reads = allowed.some((action) => ["s3:GetObject", "s3:GetObjectVersion"].includes(action));
  if (writes) return [{ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [arn] }];
  return reads ? [{ actions: ["kms:Decrypt"], resources: [arn] }] : [];
}
