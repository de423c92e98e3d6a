/** The account and region of a local Step Functions service. */
export type AccountAndRegion = {
  region: string;
  account: string;
};

/** `arn:aws:states:<region>:<account>:stateMachine:<name>`. */
export function stateMachineArn({ region, account }: AccountAndRegion, name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

/** `arn:aws:states:<region>:<account>:execution:<state machine>:<name>`. */
export function executionArn(
  { region, account }: AccountAndRegion,
  stateMachineName: string,
  name: string,
): string {
  return `arn:aws:states:${region}:${account}:execution:${stateMachineName}:${name}`;
}

/** The kind of resource that a Step Functions ARN identifies. Undefined for any other text. */
export function arnKind(arn: string): string | undefined {
  return /^arn:[\w-]+:states:[\w-]+:\d{12}:(\w+):.+$/.exec(arn)?.[1];
}
