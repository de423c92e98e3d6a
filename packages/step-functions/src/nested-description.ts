import type { JsonObject } from "./json.ts";
import type { ExecutionRecord } from "./store/executions.ts";

/**
 * The response of DescribeExecution as a task that waited for the execution receives it: PascalCase, keys in
 * alphabetical order, dates in milliseconds, Input and Output as JSON text (measured by floci-io/floci; the
 * service does not document it).
 */
export function nestedDescription(
  execution: ExecutionRecord,
  redriveObstacle: string | undefined,
): JsonObject {
  const { cause, error, output, redriveDate, stopDate, traceHeader } = execution;
  const included = { Included: true };
  return {
    ...(cause === undefined ? {} : { Cause: cause }),
    ...(error === undefined ? {} : { Error: error }),
    ExecutionArn: execution.arn,
    Input: execution.input,
    InputDetails: included,
    Name: execution.name,
    ...(output === undefined ? {} : { Output: output, OutputDetails: included }),
    RedriveCount: execution.redriveCount,
    ...(redriveDate === undefined ? {} : { RedriveDate: redriveDate }),
    ...(redriveObstacle === undefined
      ? { RedriveStatus: "REDRIVABLE" }
      : { RedriveStatus: "NOT_REDRIVABLE", RedriveStatusReason: redriveObstacle }),
    StartDate: execution.startDate,
    StateMachineArn: execution.stateMachineArn,
    Status: execution.status,
    ...(stopDate === undefined ? {} : { StopDate: stopDate }),
    ...(traceHeader === undefined ? {} : { TraceHeader: traceHeader }),
  };
}
