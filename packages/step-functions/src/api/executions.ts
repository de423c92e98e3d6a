import * as z from "zod";
import { ApiException } from "../exceptions.ts";
import { executionOf, stateMachineOf } from "../resources.ts";
import { redrive, redriveObstacle, startNamed } from "../running.ts";
import { endExecution } from "../service.ts";
import type { ExecutionRecord } from "../store/executions.ts";
import { Arn, IncludedData, MaxResults, NextToken, operation, seconds } from "./operation.ts";
import { byDate, pageOf } from "./paging.ts";
import { expressRefused } from "./state-machines.ts";

/** Starts an execution. Idempotent by name and input while the execution is running. */
export const startExecution = operation(
  z.object({
    stateMachineArn: Arn,
    name: z.string().optional(),
    input: z.string().default("{}"),
    traceHeader: z.string().max(256).optional(),
  }),
  async (service, request) => {
    const execution = await startNamed(service, request);
    return { executionArn: execution.arn, startDate: seconds(execution.startDate) };
  },
);

/** Synchronous executions exist only for Express state machines. */
export const startSyncExecution = operation(z.object({}), () => {
  throw expressRefused();
});

export const describeExecution = operation(
  z.object({ executionArn: Arn, includedData: IncludedData }),
  (service, input) => {
    const execution = executionOf(service, input.executionArn);
    const { redriveDate, stopDate, traceHeader, output, error, cause } = execution;
    const reason = redriveObstacle(service, execution);
    const all = input.includedData === "ALL_DATA";
    return {
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachineArn,
      name: execution.name,
      status: execution.status,
      startDate: seconds(execution.startDate),
      stopDate: stopDate === undefined ? undefined : seconds(stopDate),
      ...(all ? { input: execution.input, inputDetails: { included: true } } : {}),
      ...(all && output !== undefined ? { output, outputDetails: { included: true } } : {}),
      ...(all ? { error, cause } : {}),
      traceHeader,
      redriveCount: execution.redriveCount,
      redriveDate: redriveDate === undefined ? undefined : seconds(redriveDate),
      redriveStatus: reason === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE",
      redriveStatusReason: reason,
    };
  },
);

/** Lists the executions of a state machine, latest first. */
export const listExecutions = operation(
  z.object({
    stateMachineArn: Arn.optional(),
    mapRunArn: z.string().optional(),
    statusFilter: z
      .enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"])
      .optional(),
    redriveFilter: z.enum(["REDRIVEN", "NOT_REDRIVEN"]).optional(),
    maxResults: MaxResults,
    nextToken: NextToken,
  }),
  (service, input) => {
    const { stateMachineArn, statusFilter, redriveFilter } = input;
    if (stateMachineArn === undefined || input.mapRunArn !== undefined) {
      const message = "Map Runs are not supported here: specify 'stateMachineArn' without 'mapRunArn'";
      throw new ApiException("ValidationException", message);
    }
    stateMachineOf(service, stateMachineArn);
    if (statusFilter === "PENDING_REDRIVE") {
      const message = "The status PENDING_REDRIVE is only supported for the executions of a Map Run";
      throw new ApiException("ValidationException", message);
    }
    const found = [...service.executions.values()].filter(
      (execution) =>
        execution.stateMachineArn === stateMachineArn &&
        (statusFilter === undefined || execution.status === statusFilter) &&
        (redriveFilter === undefined || execution.redriveCount > 0 === (redriveFilter === "REDRIVEN")),
    );
    const list = byDate(found, ({ startDate, name }) => ({ date: startDate, name }), "latest");
    const page = pageOf(list, { stateMachineArn, statusFilter, redriveFilter }, input);
    return { executions: page.items.map(listItem), nextToken: page.nextToken };
  },
);

function listItem(execution: ExecutionRecord): object {
  const { arn, stateMachineArn, name, status, startDate, stopDate, redriveCount, redriveDate } = execution;
  return {
    executionArn: arn,
    stateMachineArn,
    name,
    status,
    startDate: seconds(startDate),
    stopDate: stopDate === undefined ? undefined : seconds(stopDate),
    redriveCount,
    redriveDate: redriveDate === undefined ? undefined : seconds(redriveDate),
  };
}

/** Stops an execution. An execution that has already ended does not change. */
export const stopExecution = operation(
  z.object({
    executionArn: Arn,
    error: z.string().max(256).optional(),
    cause: z.string().max(32_768).optional(),
  }),
  async (service, { executionArn: arn, error, cause }) => {
    executionOf(service, arn);
    await endExecution(service, arn, { error, cause });
    return { stopDate: seconds(executionOf(service, arn).stopDate ?? service.clock.now()) };
  },
);

/** Redrives an execution from the states that did not succeed. Idempotent by clientToken. */
export const redriveExecution = operation(
  z.object({ executionArn: Arn, clientToken: z.string().min(1).max(64).optional() }),
  async (service, { executionArn: arn, clientToken }) => {
    const execution = executionOf(service, arn);
    if (
      clientToken !== undefined &&
      clientToken === execution.redriveToken &&
      execution.redriveDate !== undefined
    ) {
      return { redriveDate: seconds(execution.redriveDate) };
    }
    const { redriveDate = 0 } = await redrive(service, execution, clientToken);
    return { redriveDate: seconds(redriveDate) };
  },
);
