import { whyNotRedrivable } from "./redrive.ts";
import type { ExecutionRecord } from "./store/executions.ts";

/** The `detail` of EventBridge's event "Step Functions Execution Status Change". Dates are milliseconds since 1970. */
export type StatusChange = {
  executionArn: string;
  stateMachineArn: string;
  stateMachineVersionArn: null;
  stateMachineAliasArn: null;
  name: string;
  status: ExecutionRecord["status"];
  startDate: number;
  stopDate: number | null;
  input: string;
  inputDetails: { included: boolean };
  output: string | null;
  outputDetails: { included: boolean } | null;
  error: string | null;
  cause: string | null;
  redriveCount: number;
  redriveDate: number | null;
  redriveStatus: "REDRIVABLE" | "NOT_REDRIVABLE";
  redriveStatusReason: string | null;
};

/** The `detail` of the event for an execution's new status. */
export function statusChange(execution: ExecutionRecord, now: number): StatusChange {
  const reason = whyNotRedrivable({ ...execution, machineDeleting: false }, now);
  const { arn, stateMachineArn, name, status, startDate, input, output, redriveCount } = execution;
  return {
    executionArn: arn,
    stateMachineArn,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    name,
    status,
    startDate,
    stopDate: execution.stopDate ?? null,
    input,
    inputDetails: { included: true },
    output: output ?? null,
    outputDetails: output === undefined ? null : { included: true },
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    redriveCount,
    redriveDate: execution.redriveDate ?? null,
    redriveStatus: reason === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE",
    redriveStatusReason: reason ?? null,
  };
}
