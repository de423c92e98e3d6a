import { join } from "node:path";
import { setAside } from "@data-quest/state-directory/set-aside";
import type { AccountAndRegion } from "./arns.ts";
import type { Clock } from "./clock.ts";
import type { ErrorAndCause } from "./history.ts";
import type { RunningExecution } from "./interpreter/execution.ts";
import type { InvokeLambda } from "./lambda.ts";
import { type StatusChange, statusChange } from "./status-change.ts";
import type { EventLog } from "./store/event-log.ts";
import {
  type ExecutionFiles,
  type ExecutionRecord,
  executionFiles,
  loadExecutions,
  saveExecution,
} from "./store/executions.ts";
import type { Damaged } from "./store/json-file.ts";
import { loadStateMachines, removeStateMachine, type StateMachineRecord } from "./store/state-machines.ts";

/** The external dependencies of a local Step Functions service. */
export type ServiceOptions = {
  /** The directory for state machines and executions. It must be claimed for this process. */
  dir: string;
  location: AccountAndRegion;
  clock: Clock;
  random: () => number;
  invokeLambda: InvokeLambda;
  onStatusChange: (detail: StatusChange) => void | Promise<void>;
  /** Receives a sentence about each damaged stored file and what was done about it. */
  onProblem?: (problem: string) => void;
};

/** The service's state: its state machines, its executions, and which executions are running. */
export interface Service extends ServiceOptions {
  machines: Map<string, StateMachineRecord>;
  executions: Map<string, ExecutionRecord>;
  running: Map<string, Running>;
  /** Pending starts and redrives, by the execution's ARN. Their first event is not on disk yet. */
  starting: Map<string, Promise<void>>;
  /** The line ends of recently read histories, by the execution's ARN. */
  lineEnds: Map<string, readonly number[]>;
  /** Calls to `onStatusChange` that have not returned yet. */
  notifying: Set<Promise<void>>;
  /**
   * Pending writes of execution records, by the execution's ARN. Each write marks the execution's end as
   * reported. The execution's files must not change until the write is done.
   */
  reporting: Map<string, Promise<void>>;
  /** Whether the service is closing. If it is, nothing else starts. */
  closing: boolean;
}

type Running = {
  execution: RunningExecution;
  log: EventLog;
  /** Resolves when the record of the execution's end is on disk. */
  settled: Promise<void>;
};

/**
 * Opens the stored state. Executions that were running when their process ended become ABORTED. `onStatusChange`
 * is called for them, and for other executions whose end was not reported.
 */
export async function openService(options: ServiceOptions): Promise<Service> {
  const onDamage = (path: string, error: Damaged) => {
    const place = setAside(options.dir, path);
    options.onProblem?.(`${error.message}. It is set aside as ${place}; everything else works`);
  };
  const machines = await loadStateMachines(machinesDirectory(options), onDamage);
  const cause = "The process that ran this execution ended before the execution did. Redrive it to resume.";
  const ended: ExecutionRecord[] = [];
  const directory = executionsDirectory(options);
  const executions = await loadExecutions(directory, {
    clock: options.clock,
    cause,
    onEnd: (execution) => ended.push(execution),
    onDamage,
    onProblem: (problem) => options.onProblem?.(problem),
  });
  const service: Service = {
    ...options,
    machines: new Map(machines.map((machine) => [machine.arn, machine])),
    executions: new Map(executions.map((execution) => [execution.arn, execution])),
    running: new Map(),
    starting: new Map(),
    lineEnds: new Map(),
    notifying: new Set(),
    reporting: new Map(),
    closing: false,
  };
  // Removes state machines that were deleted while executions of them ran: those executions have ended by now.
  for (const machine of machines) if (machine.deleting) await removeIfIdle(service, machine);
  for (const execution of ended) notify(service, execution);
  return service;
}

/**
 * Aborts all running executions, and waits until everything is on disk and all calls to `onStatusChange` have
 * returned.
 */
export async function closeService(service: Service): Promise<void> {
  const cause = "Step Functions was closed while this execution ran. Redrive it to resume.";
  service.closing = true;
  while (service.starting.size > 0 || service.running.size > 0) {
    await Promise.allSettled(service.starting.values());
    await Promise.all([...service.running.keys()].map((arn) => endExecution(service, arn, { cause })));
  }
  await Promise.all(service.notifying);
}

export function machinesDirectory({ dir }: Pick<ServiceOptions, "dir">): string {
  return join(dir, "state-machines");
}

/** Where executions are stored. */
export function executionsDirectory({ dir }: Pick<ServiceOptions, "dir">): string {
  return join(dir, "executions");
}

/** The files of an execution. */
export function filesOf(service: Service, execution: ExecutionRecord): ExecutionFiles {
  return executionFiles(executionsDirectory(service), execution.stateMachineName, execution.name);
}

/** Aborts a running or starting execution. Resolves when the execution's end is on disk. */
export async function endExecution(service: Service, arn: string, reason: ErrorAndCause): Promise<void> {
  await isStarted(service, arn);
  const running = service.running.get(arn);
  running?.execution.stop(reason);
  await running?.settled;
}

/** Resolves once a starting execution has its first event, or could not be started. */
export async function isStarted(service: Service, arn: string): Promise<void> {
  await service.starting.get(arn)?.catch(() => undefined);
}

/** Removes a state machine that is marked for deletion, unless an execution of it is still running. */
export async function removeIfIdle(service: Service, machine: StateMachineRecord): Promise<void> {
  for (const arn of service.running.keys()) {
    if (service.executions.get(arn)?.stateMachineArn === machine.arn) return;
  }
  service.machines.delete(machine.arn);
  await removeStateMachine(machinesDirectory(service), machine.name);
}

/**
 * Calls `onStatusChange` with the execution's new status. An end is reported at least once: if the process is
 * killed before the call returns, the next process calls `onStatusChange` again.
 */
export function notify(service: Service, execution: ExecutionRecord): void {
  const detail = statusChange(execution, service.clock.now());
  const returned = Promise.resolve()
    .then(() => service.onStatusChange(detail))
    .then(() => markReported(service, execution))
    .catch((error: unknown) =>
      service.onProblem?.(
        `The status ${detail.status} of ${detail.executionArn} was not reported: ${String(error)}. The end of an execution is reported again at the next start`,
      ),
    );
  const notifying = returned.finally(() => service.notifying.delete(notifying));
  service.notifying.add(notifying);
}

/** Marks an execution's end as reported, unless the execution was redriven or removed in the meantime. */
async function markReported(service: Service, execution: ExecutionRecord): Promise<void> {
  if (!execution.unreported || service.executions.get(execution.arn) !== execution) return;
  const { unreported: _, ...reported } = execution;
  service.executions.set(execution.arn, reported);
  const saving = saveExecution(filesOf(service, reported), reported).finally(() =>
    service.reporting.delete(execution.arn),
  );
  service.reporting.set(execution.arn, saving);
  await saving;
}

/** Waits for the pending write, if any, that marks this execution's end as reported. `notify` handles a failure. */
export async function isReported(service: Service, arn: string): Promise<void> {
  await service.reporting.get(arn)?.catch(() => undefined);
}
