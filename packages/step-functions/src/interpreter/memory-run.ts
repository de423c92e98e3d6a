import type { Clock } from "../clock.ts";
import { readDefinition } from "../definition/check.ts";
import { ApiException } from "../exceptions.ts";
import type { HistoryRecord } from "../history.ts";
import type { Json } from "../json.ts";
import type { InvokeLambda } from "../lambda.ts";
import { virtualClock } from "../virtual-clock.ts";
import { type RunningExecution, redriveExecution, startExecution } from "./execution.ts";
import { memoryHistory } from "./memory-history.ts";
import type { StartNested } from "./nested-execution.ts";
import { progressReader } from "./progress.ts";
import type { Run } from "./run.ts";

/** What an execution in memory needs. Only the definition is required. */
export type MemoryRunOptions = {
  definition: object;
  input?: Json;
  invokeLambda?: InvokeLambda;
  /** By default, a task finds no state machine to start. */
  startNested?: StartNested;
  /** By default, a clock that never really waits. */
  clock?: Clock;
  random?: () => number;
  /** To redrive an execution that has ended: its records. */
  after?: HistoryRecord[];
  /** Replaces the wait for the disk: resolves when the events recorded so far count as stored. */
  durable?: () => Promise<void>;
};

const ARN = "arn:aws:states:us-east-1:111111111111";

/** Runs a state machine without storing anything: for tests, recorded executions, and benchmarks. */
export function runInMemory(options: MemoryRunOptions): RunningExecution & { records: HistoryRecord[] } {
  const { input = {}, clock = virtualClock(), random = () => 0.5, after } = options;
  const definition = readDefinition(JSON.stringify(options.definition));
  const history = memoryHistory(clock, after, options.durable);
  const run: Run = {
    clock,
    random,
    invokeLambda: options.invokeLambda ?? (async (_name, payload) => ({ payload })),
    startNested: options.startNested ?? noStateMachine,
    region: "us-east-1",
    history,
    hasOddKeys: false,
    variableBytes: 0,
    context: {
      execution: {
        id: `${ARN}:execution:machine:run`,
        name: "run",
        input,
        roleArn: "arn:aws:iam::111111111111:role/machine",
        startTime: new Date(clock.now()).toISOString(),
        redriveCount: after === undefined ? 0 : 1,
      },
      stateMachine: { id: `${ARN}:stateMachine:machine`, name: "machine" },
    },
  };
  if (after === undefined) {
    return { ...startExecution(run, definition, JSON.stringify(input)), records: history.records };
  }
  const reader = progressReader();
  for (const record of after) reader.read(record);
  return { ...redriveExecution(run, definition, reader.progress), records: history.records };
}

const noStateMachine: StartNested = async ({ stateMachineArn }) => {
  throw new ApiException("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
};
