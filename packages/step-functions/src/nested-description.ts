import type { JsonObject } from "./json.ts";
import type { ExecutionRecord } from "./store/executions.ts";

/**
 * The response of DescribeExecution, in the form that a task receives after waiting for the execution: keys in
 * PascalCase and alphabetical order, dates in milliseconds, Input and Output as JSON text. The service does not
 * document this form; floci-io/floci measured it.
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
