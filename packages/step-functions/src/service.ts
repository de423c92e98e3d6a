import { join } from "node:path";
import type { AccountAndRegion } from "./arns.ts";
import type { Clock } from "./clock.ts";
import { readDefinition } from "./definition/check.ts";
import { type ErrorAndCause, errorAndCause } from "./history.ts";
import {
  type Ending,
  type RunningExecution,
  redriveExecution,
  startExecution,
} from "./interpreter/execution.ts";
import { progressReader, type ThreadProgress } from "./interpreter/progress.ts";
import type { Run } from "./interpreter/run.ts";
import type { InvokeLambda } from "./lambda.ts";
import { type StatusChange, statusChange } from "./status-change.ts";
import { type EventLog, findLineEnds, openEventLog, readRecords } from "./store/event-log.ts";
import {
  createExecution,
  type ExecutionFiles,
  type ExecutionRecord,
  executionFiles,
  loadExecutions,
  readSnapshot,
  saveExecution,
} from "./store/executions.ts";
import { loadStateMachines, removeStateMachine, type StateMachineRecord } from "./store/state-machines.ts";

/** The world around a local Step Functions. */
export type ServiceOptions = {
  /** The directory for state machines and executions. It must be claimed for this process. */
  dir: string;
  location: AccountAndRegion;
  clock: Clock;
  random: () => number;
  invokeLambda: InvokeLambda;
  onStatusChange: (detail: StatusChange) => void | Promise<void>;
};

/** All state machines and executions, and those that run. */
export interface Service extends ServiceOptions {
  machines: Map<string, StateMachineRecord>;
  executions: Map<string, ExecutionRecord>;
  running: Map<string, Running>;
  /** Listeners that have not answered yet. */
  telling: Set<Promise<void>>;
}

type Running = {
  execution: RunningExecution;
  log: EventLog;
  /** Resolves when the record of its end is on the disk. */
  settled: Promise<void>;
};

/** Opens what is kept in the directory. Executions that ran when their process ended are ABORTED from now on, and told. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const machines = await loadStateMachines(machinesDirectory(options));
  const cause = "The process that ran this execution ended before the execution did. Redrive it to go on.";
  const ended: ExecutionRecord[] = [];
  const directory = executionsDirectory(options);
  const executions = await loadExecutions(directory, options.clock, cause, (execution) =>
    ended.push(execution),
  );
  const service: Service = {
    ...options,
    machines: new Map(machines.map((machine) => [machine.arn, machine])),
    executions: new Map(executions.map((execution) => [execution.arn, execution])),
    running: new Map(),
    telling: new Set(),
  };
  // One that was deleted while executions of it ran: they are over now.
  for (const machine of machines) if (machine.deleting) await removeIfIdle(service, machine);
  for (const execution of ended) tell(service, execution);
  return service;
}

/** Ends all executions under way, as ABORTED, and waits until all is on the disk and all listeners have answered. */
export async function closeService(service: Service): Promise<void> {
  const cause = "Step Functions was closed while this execution ran. Redrive it to go on.";
  await Promise.all([...service.running.keys()].map((arn) => endExecution(service, arn, { cause })));
  await Promise.all(service.telling);
}

export function machinesDirectory({ dir }: Pick<ServiceOptions, "dir">): string {
  return join(dir, "state-machines");
}

function executionsDirectory({ dir }: Pick<ServiceOptions, "dir">): string {
  return join(dir, "executions");
}

/** The files of an execution. */
export function filesOf(service: Service, execution: ExecutionRecord): ExecutionFiles {
  return executionFiles(executionsDirectory(service), execution.stateMachineName, execution.name);
}

/** Keeps a new execution on the disk and runs it. Resolves when its first event is there. */
export async function beginExecution(
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

/** Runs an execution again from what had not succeeded. Resolves when ExecutionRedriven is on the disk. */
export async function resumeExecution(service: Service, execution: ExecutionRecord): Promise<void> {
  const files = filesOf(service, execution);
  const machine = await readSnapshot(files);
  const lineEnds = await findLineEnds(files.events);
  const progress = await readProgress(files.events, lineEnds);
  await saveExecution(files, execution);
  const log = openEventLog(files.events, lineEnds, service.clock);
  const run = makeRun(service, machine, execution, log);
  await follow(service, execution, log, redriveExecution(run, readDefinition(machine.definition), progress));
}

/** Ends an execution under way as ABORTED. Resolves when that is on the disk. */
export async function endExecution(service: Service, arn: string, reason: ErrorAndCause): Promise<void> {
  const running = service.running.get(arn);
  running?.execution.stop(reason);
  await running?.settled;
}

/** The lines of an execution's log: their number is the number of its events. */
export async function lineEndsOf(service: Service, execution: ExecutionRecord): Promise<readonly number[]> {
  return service.running.get(execution.arn)?.log.lineEnds ?? findLineEnds(filesOf(service, execution).events);
}

/** Removes a state machine that is to be deleted, once none of its executions runs. */
export async function removeIfIdle(service: Service, machine: StateMachineRecord): Promise<void> {
  for (const arn of service.running.keys()) {
    if (service.executions.get(arn)?.stateMachineArn === machine.arn) return;
  }
  service.machines.delete(machine.arn);
  await removeStateMachine(machinesDirectory(service), machine.name);
}

/** How many records are read at once: histories can be larger than the memory. */
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
    region: location.region,
    history,
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

/** Enters the execution among those that run, and writes down its end when it comes. */
async function follow(
  service: Service,
  record: ExecutionRecord,
  log: EventLog,
  execution: RunningExecution,
): Promise<void> {
  service.executions.set(record.arn, record);
  const settled = execution.finished.then((ending) => settle(service, record, log, ending));
  service.running.set(record.arn, { execution, log, settled });
  tell(service, record);
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
  };
  await saveExecution(filesOf(service, ended), ended);
  log.close();
  service.executions.set(ended.arn, ended);
  service.running.delete(ended.arn);
  tell(service, ended);
  const machine = service.machines.get(ended.stateMachineArn);
  if (machine?.deleting) await removeIfIdle(service, machine);
}

function tell(service: Service, execution: ExecutionRecord): void {
  const detail = statusChange(execution, service.clock.now());
  const told = Promise.resolve().then(() => service.onStatusChange(detail));
  const telling = told.finally(() => service.telling.delete(telling));
  service.telling.add(telling);
}
