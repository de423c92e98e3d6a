import { arnKind } from "./arns.ts";
import { ApiException } from "./exceptions.ts";
import type { Service } from "./service.ts";
import type { ExecutionRecord } from "./store/executions.ts";
import type { StateMachineRecord } from "./store/state-machines.ts";

/** The state machine with this ARN. Throws InvalidArn, ValidationException, or StateMachineDoesNotExist. */
export function stateMachineOf(service: Service, arn: string): StateMachineRecord {
  checkStateMachineArn(arn);
  const machine = service.machines.get(arn);
  if (machine === undefined) {
    throw new ApiException("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
  }
  return machine;
}

/** The execution with this ARN. Throws InvalidArn or ExecutionDoesNotExist. */
export function executionOf(service: Service, arn: string): ExecutionRecord {
  checkArnKind(arn, "execution");
  const execution = service.executions.get(arn);
  if (execution === undefined) {
    throw new ApiException("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
  }
  return execution;
}

/**
 * Refuses anything that is not the ARN of a state machine. Throws InvalidArn, or ValidationException for the
 * ARN of a Distributed Map (docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html,
 * stateMachineArn).
 */
export function checkStateMachineArn(arn: string): void {
  checkArnKind(arn, "stateMachine");
  if (!arn.includes("/")) return;
  const message = `'${arn}' is the ARN of a Distributed Map: specify the ARN of the state machine`;
  throw new ApiException("ValidationException", message);
}

/** Refuses an invalid ARN, or one for another kind of resource. Throws InvalidArn. */
function checkArnKind(arn: string, kind: string): void {
  const actual = arnKind(arn);
  if (actual === undefined) throw new ApiException("InvalidArn", `Invalid Arn: 'Invalid ARN: ${arn}'`);
  if (actual !== kind) {
    throw new ApiException("InvalidArn", `Invalid Arn: 'Resource type not valid in this context: ${actual}'`);
  }
}

/** Refuses a state machine that is being deleted. */
export function checkNotDeleting(machine: StateMachineRecord): void {
  if (!machine.deleting) return;
  throw new ApiException("StateMachineDeleting", `State machine is being deleted: '${machine.arn}'`);
}
