const account = "000000000000";
const region = "us-east-1";

/**
 * The ARN that AWS would give to a resource, in its service's format. Undefined for a type without
 * ARNs. Functions, roles, and state machines get an ARN with the name of their component (`function:SyncFile`)
 * instead of a random physical name, so that the local run can resolve it.
 */
export function arnOf(type: string, name: string, inputs: Record<string, unknown>): string | undefined {
  const regional = (service: string, resource: string) =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
  switch (type) {
    case "aws:lambda/function:Function":
      return regional("lambda", `function:${componentName(name, "Function")}`);
    case "aws:sfn/stateMachine:StateMachine":
      return regional("states", `stateMachine:${componentName(name, "StateMachine")}`);
    case "aws:iam/role:Role":
      return `arn:aws:iam::${account}:role/${componentName(name, "Role")}`;
    case "aws:s3/bucket:Bucket":
      return `arn:aws:s3:::${inputs.bucket}`;
    case "aws:cloudwatch/logGroup:LogGroup":
      return regional("logs", `log-group:${inputs.name}`);
    case "aws:sqs/queue:Queue":
      return regional("sqs", `${inputs.name}`);
    case "aws:sns/topic:Topic":
      return regional("sns", `${inputs.name}`);
    case "aws:kms/key:Key":
      return regional("kms", `key/${name}`);
    case "aws:cloudwatch/eventRule:EventRule":
      return regional("events", `rule/${inputs.name}`);
    case "aws:cloudwatch/metricAlarm:MetricAlarm":
      return regional("cloudwatch", `alarm:${inputs.name}`);
    case "aws:scheduler/schedule:Schedule":
      return regional("scheduler", `schedule/default/${inputs.name}`);
    case "aws:cloudfront/function:Function":
      return `arn:aws:cloudfront::${account}:function/${inputs.name}`;
    case "aws:cloudfront/distribution:Distribution":
      return `arn:aws:cloudfront::${account}:distribution/${name}`;
    default:
      return undefined;
  }
}

function componentName(name: string, suffix: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
