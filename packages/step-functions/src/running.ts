import { randomUUID } from "node:crypto";
import { executionArn } from "./arns.ts";
import { readDefinition } from "./definition/check.ts";
import { ApiException } from "./exceptions.ts";
import { errorAndCause } from "./history.ts";
import {
  type Ending,
  type RunningExecution,
  redriveExecution,
  startExecution,
} from "./interpreter/execution.ts";
import type { StartNested } from "./interpreter/nested-execution.ts";
import { progressReader, type ThreadProgress } from "./interpreter/progress.ts";
import type { Run } from "./interpreter/run.ts";
import { jsonDepth } from "./json.ts";
import { isValidName, Limits } from "./limits.ts";
import { nestedDescription } from "./nested-description.ts";
import { whyNotRedrivable } from "./redrive.ts";
import { checkNotDeleting, executionOf, stateMachineOf } from "./resources.ts";
import {
  endExecution,
  filesOf,
  isReported,
  isStarted,
  notify,
  removeIfIdle,
  type Service,
} from "./service.ts";
import { compressLog, expandLog } from "./store/compressed-log.ts";
import { type EventLog, findLineEnds, openEventLog, readRecords } from "./store/event-log.ts";
import { createExecution, type ExecutionRecord, readSnapshot, saveExecution } from "./store/executions.ts";
import { Damaged } from "./store/json-file.ts";
import type { StateMachineRecord } from "./store/state-machines.ts";

/** The parameters of StartExecution. `input` is JSON text. */
export type StartRequest = {
  stateMachineArn: string;
  name?: string | undefined;
  input: string;
  traceHeader?: string | undefined;
};

/**
 * Starts an execution, or returns the running one with the same name and input. Resolves when the execution's
 * first event is on disk. Throws ApiException.
 */
export async function startNamed(service: Service, request: StartRequest): Promise<ExecutionRecord> {
  const { stateMachineArn, name = randomUUID(), input, traceHeader } = request;
  const machine = stateMachineOf(service, stateMachineArn);
  checkNotDeleting(machine);
  if (!isValidName(name)) throw new ApiException("InvalidName", `Invalid Name: '${name}'`);
  checkInput(input);
  const arn = executionArn(service.location, machine.name, name);
  const existing = service.executions.get(arn);
  if (existing !== undefined) {
    checkSame(existing, input);
    await service.starting.get(arn);
    return existing;
  }
  const execution: ExecutionRecord = {
    arn,
    name,
    stateMachineArn,
    stateMachineName: machine.name,
    status: "RUNNING",
    startDate: service.clock.now(),
    input,
    redriveCount: 0,
    events: 0,
    ...(traceHeader === undefined ? {} : { traceHeader }),
  };
  await changing(service, arn, execution, () => beginExecution(service, machine, execution));
  return execution;
}

function checkSame(existing: ExecutionRecord, input: string): void {
  if (existing.status === "RUNNING" && existing.input === input) return;
  throw new ApiException("ExecutionAlreadyExists", `Execution Already Exists: '${existing.arn}'`);
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > Limits.dataBytes) {
    const message = `Invalid State Machine Execution Input: 'The input is longer than ${Limits.dataBytes} bytes'`;
    throw new ApiException("InvalidExecutionInput", message);
  }
  if (jsonDepth(input, Limits.jsonDepth) > Limits.jsonDepth) {
    const message = `Invalid State Machine Execution Input: 'The input has over ${Limits.jsonDepth} nested levels'`;
    throw new ApiException("InvalidExecutionInput", message);
  }
  try {
    JSON.parse(input);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `Invalid State Machine Execution Input: '${error.message}'`;
    throw new ApiException("InvalidExecutionInput", message);
  }
}

/**
 * Starts or redrives an execution. The new record is set immediately, before anything is awaited, so that
 * another start cannot use the same name and another redrive cannot begin. A failure restores the previous
 * record. Nothing starts once the service is closing.
 */
async function changing(
  service: Service,
  arn: string,
  record: ExecutionRecord,
  begin: () => Promise<void>,
): Promise<void> {
  if (service.closing) throw new ApiException("ServiceUnavailable", "Step Functions is closing");
  const before = service.executions.get(arn);
  service.executions.set(arn, record);
  const starting = begin();
  service.starting.set(arn, starting);
  try {
    await starting;
  } catch (error) {
    if (before === undefined) service.executions.delete(arn);
    else service.executions.set(arn, before);
    throw error;
  } finally {
    service.starting.delete(arn);
  }
}

/**
 * Redrives an execution from the states that did not succeed. Resolves when the event ExecutionRedriven is on
 * disk. Throws ApiException.
 */
export async function redrive(
  service: Service,
  execution: ExecutionRecord,
  token: string | undefined,
): Promise<ExecutionRecord> {
  const reason = redriveObstacle(service, execution);
  if (reason !== undefined) throw new ApiException("ExecutionNotRedrivable", reason);
  const {
    stopDate: _stopDate,
    error: _error,
    cause: _cause,
    redriveToken: _token,
    unreported: _unreported,
    ...kept
  } = execution;
  const redriven: ExecutionRecord = {
    ...kept,
    status: "RUNNING",
    redriveCount: execution.redriveCount + 1,
    redriveDate: service.clock.now(),
    ...(token === undefined ? {} : { redriveToken: token }),
  };
  try {
    await changing(service, execution.arn, redriven, () => resumeExecution(service, redriven));
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new ApiException("ExecutionNotRedrivable", `${error.message}. Start a new execution instead.`);
  }
  return redriven;
}

/** Why an execution cannot be redriven. Undefined if it can be redriven. */
export function redriveObstacle(service: Service, execution: ExecutionRecord): string | undefined {
  const machineDeleting = service.machines.get(execution.stateMachineArn)?.deleting ?? false;
  return whyNotRedrivable({ ...execution, machineDeleting }, service.clock.now());
}

/** Returns the function with which the tasks of an execution start other executions. */
function nestedStarter(service: Service): StartNested {
  return async (request) => {
    const { arn, startDate } = await startNamed(service, request);
    return {
      executionArn: arn,
      startDate,
      ended: async () => {
        await service.running.get(arn)?.settled;
        const ended = executionOf(service, arn);
        return nestedDescription(ended, redriveObstacle(service, ended));
      },
      stop: (cause) => endExecution(service, arn, { cause }),
    };
  };
}

/** Stores a new execution and runs it. Resolves when its first event is on disk. */
async function beginExecution(
  service: Service,
  machine: StateMachineRecord,
  execution: ExecutionRecord,
): Promise<void> {
  const definition = readDefinition(machine.definition);
  const files = filesOf(service, execution);
  await createExecution(files, execution, machine);
  const log = openEventLog(files.events, [], service.clock);
  const run = makeRun(service, machine, execution, log);
  await follow(service, execution, log, startExecution(run, definition, execution.input));
}

async function resumeExecution(service: Service, execution: ExecutionRecord): Promise<void> {
  const files = filesOf(service, execution);
  const machine = await readSnapshot(files);
  await expandLog(files.events);
  const lineEnds = await findLineEnds(files.events);
  if (lineEnds.length === 0) throw new Damaged(`${files.events} is empty: there is nothing to resume from`);
  const progress = await readProgress(files.events, lineEnds);
  await isReported(service, execution.arn);
  await saveExecution(files, execution);
  const log = openEventLog(files.events, lineEnds, service.clock);
  const run = makeRun(service, machine, execution, log);
  await follow(service, execution, log, redriveExecution(run, readDefinition(machine.definition), progress));
}

/** The byte offset at which each line of an execution's log ends. There is one line per event. */
export async function lineEndsOf(service: Service, execution: ExecutionRecord): Promise<readonly number[]> {
  await isStarted(service, execution.arn);
  const running = service.running.get(execution.arn);
  if (running !== undefined) return running.log.lineEnds;
  const { arn, events } = execution;
  const known = service.lineEnds.get(arn);
  if (known?.length === events) return known;
  const found = await findLineEnds(filesOf(service, execution).events);
  service.lineEnds.delete(arn);
  service.lineEnds.set(arn, found);
  const [oldest] = service.lineEnds.keys();
  if (service.lineEnds.size > MOST_KNOWN_LINE_ENDS && oldest !== undefined) service.lineEnds.delete(oldest);
  return found;
}

/**
 * The line ends of at most this many histories are kept. A history is read page by page. Finding the line ends
 * of a long history again for each page would take longer than reading the page.
 */
const MOST_KNOWN_LINE_ENDS = 4;

/** How many records are read at once. A whole history may not fit in memory. */
const RECORDS_AT_ONCE = 500;

async function readProgress(file: string, lineEnds: readonly number[]): Promise<ThreadProgress> {
  const reader = progressReader();
  for (let from = 0; from < lineEnds.length; from += RECORDS_AT_ONCE) {
    for (const record of await readRecords(file, lineEnds, from, from + RECORDS_AT_ONCE)) reader.read(record);
  }
  return reader.progress;
}

function makeRun(
  service: Service,
  machine: StateMachineRecord,
  execution: ExecutionRecord,
  history: EventLog,
): Run {
  const { clock, random, invokeLambda, location } = service;
  const { redriveDate } = execution;
  return {
    clock,
    random,
    invokeLambda,
    startNested: nestedStarter(service),
    region: location.region,
    history,
    hasOddKeys: false,
    variableBytes: 0,
    context: {
      execution: {
        id: execution.arn,
        name: execution.name,
        input: JSON.parse(execution.input),
        roleArn: machine.roleArn,
        startTime: new Date(execution.startDate).toISOString(),
        redriveCount: execution.redriveCount,
        ...(redriveDate === undefined ? {} : { redriveTime: new Date(redriveDate).toISOString() }),
      },
      stateMachine: { id: machine.arn, name: machine.name },
    },
  };
}

/** Adds an execution to the running executions, and stores its result when it ends. */
async function follow(
  service: Service,
  record: ExecutionRecord,
  log: EventLog,
  execution: RunningExecution,
): Promise<void> {
  service.executions.set(record.arn, record);
  const settled = execution.finished.then((ending) => settle(service, record, log, ending));
  service.running.set(record.arn, { execution, log, settled });
  notify(service, record);
  await log.durable();
}

async function settle(
  service: Service,
  record: ExecutionRecord,
  log: EventLog,
  ending: Ending,
): Promise<void> {
  const ended: ExecutionRecord = {
    ...record,
    status: ending.status,
    ...("output" in ending ? { output: ending.output } : {}),
    ...("error" in ending || "cause" in ending ? errorAndCause(ending) : {}),
    stopDate: service.clock.now(),
    events: log.length,
    unreported: true,
  };
  await saveExecution(filesOf(service, ended), ended);
  log.close();
  await compressLog(filesOf(service, ended).events);
  service.executions.set(ended.arn, ended);
  service.running.delete(ended.arn);
  notify(service, ended);
  const machine = service.machines.get(ended.stateMachineArn);
  if (machine?.deleting) await removeIfIdle(service, machine);
}
