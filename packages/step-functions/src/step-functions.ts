import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { claimDirectory } from "@data-quest/state-directory/directory-owner";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import { handleRequest } from "./api/protocol.ts";
import { stateMachineArn } from "./arns.ts";
import { type Clock, systemClock } from "./clock.ts";
import { readDefinition } from "./definition/check.ts";
import type { InvokeLambda } from "./lambda.ts";
import { closeService, machinesDirectory, openService, type Service } from "./service.ts";
import type { StatusChange } from "./status-change.ts";
import { saveStateMachine } from "./store/state-machines.ts";
import { finishRemovals, listStored, removeStored, type StoredExecution } from "./stored-executions.ts";

export type StepFunctionsOptions = {
  /** Where state machines and executions are stored. Created if it is missing. */
  dir: string;
  /** Invokes Lambda functions for tasks. */
  invokeLambda: InvokeLambda;
  /** Called with every new status of an execution, in the format of EventBridge's event. Must not throw. */
  onStatusChange?: (detail: StatusChange) => void | Promise<void>;
  /** Receives a sentence about each damaged stored file and what was done about it. */
  onProblem?: (problem: string) => void;
  clock?: Clock;
  /** Returns a number from 0 to 1 (exclusive), for the jitter of retries. */
  random?: () => number;
  region?: string;
  account?: string;
};

/** A local Step Functions service. */
export type StepFunctions = {
  /** Answers a request whose X-Amz-Target starts with `AWSStepFunctions.`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Creates a state machine, or updates the one with this name. Running executions keep the definition they
   * started with.
   */
  deploy(machine: { name: string; arn: string; definition: string }): Promise<void>;
  /** All stored executions, with their sizes. */
  stored(): Promise<StoredExecution[]>;
  /** Removes an execution that has ended. Throws an Error if it is running or does not exist. */
  removeStored(arn: string): Promise<void>;
  /** Deletes files that removals left behind. Call this function after the last removal. */
  finishRemovals(): Promise<void>;
  /** Aborts all running executions, so that they can be redriven later, and releases the directory. */
  close(): Promise<void>;
};

/**
 * Opens the Step Functions service that is stored in a directory. Throws DirectoryInUse if another process has
 * the directory open. Executions that a killed process left running become ABORTED and can be redriven.
 */
export async function createStepFunctions(options: StepFunctionsOptions): Promise<StepFunctions> {
  const { dir, invokeLambda, clock = systemClock, random = Math.random } = options;
  const { region = "us-east-1", account = "000000000000" } = options;
  const { onStatusChange = () => undefined, onProblem = () => undefined } = options;
  await mkdir(dir, { recursive: true, mode: PRIVATE_DIRECTORY });
  const release = claimDirectory(dir);
  try {
    const location = { region, account };
    const service = await openService({
      dir,
      location,
      clock,
      random,
      invokeLambda,
      onStatusChange,
      onProblem,
    });
    return {
      handle: (request, response) => handleRequest(service, request, response),
      deploy: (machine) => deploy(service, machine),
      stored: () => listStored(service),
      removeStored: (arn) => removeStored(service, arn),
      finishRemovals: () => finishRemovals(service),
      close: () => closeService(service).finally(release),
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function deploy(
  service: Service,
  { name, arn, definition }: { name: string; arn: string; definition: string },
): Promise<void> {
  if (arn !== stateMachineArn(service.location, name)) {
    throw new Error(
      `The state machine '${name}' has the ARN ${stateMachineArn(service.location, name)} here, not ${arn}`,
    );
  }
  readDefinition(definition);
  const now = service.clock.now();
  const existing = service.machines.get(arn);
  if (existing?.definition === definition && !existing.deleting) return;
  const machine = {
    arn,
    name,
    definition,
    roleArn: `arn:aws:iam::${service.location.account}:role/${name}`,
    creationDate: existing?.creationDate ?? now,
    updateDate: now,
    revisionId: randomUUID(),
    deleting: false,
    tags: existing?.tags ?? {},
    loggingConfiguration: existing?.loggingConfiguration ?? {},
    tracingConfiguration: existing?.tracingConfiguration ?? {},
  };
  await saveStateMachine(machinesDirectory(service), machine);
  service.machines.set(arn, machine);
}
