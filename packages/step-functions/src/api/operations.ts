import {
  describeExecution,
  listExecutions,
  redriveExecution,
  startExecution,
  startSyncExecution,
  stopExecution,
} from "./executions.ts";
import { getExecutionHistory } from "./history.ts";
import type { Operation } from "./operation.ts";
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  describeStateMachineForExecution,
  listStateMachines,
  updateStateMachine,
  validateStateMachineDefinition,
} from "./state-machines.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";

/**
 * The operations of the API by name. Operations that are not listed get an error that says they are not
 * supported here.
 */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ["CreateStateMachine", createStateMachine],
  ["DeleteStateMachine", deleteStateMachine],
  ["DescribeExecution", describeExecution],
  ["DescribeStateMachine", describeStateMachine],
  ["DescribeStateMachineForExecution", describeStateMachineForExecution],
  ["GetExecutionHistory", getExecutionHistory],
  ["ListExecutions", listExecutions],
  ["ListStateMachines", listStateMachines],
  ["ListTagsForResource", listTagsForResource],
  ["RedriveExecution", redriveExecution],
  ["StartExecution", startExecution],
  ["StartSyncExecution", startSyncExecution],
  ["StopExecution", stopExecution],
  ["TagResource", tagResource],
  ["UntagResource", untagResource],
  ["UpdateStateMachine", updateStateMachine],
  ["ValidateStateMachineDefinition", validateStateMachineDefinition],
]);
