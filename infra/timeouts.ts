type AslState = {
  Type: string;
  TimeoutSeconds?: number;
  ItemProcessor?: { States: Record<string, AslState> };
};

/** The longest pause that an input can request is a day. Another half day is for the work and its retries. */
export const machineTimeoutSeconds = 36 * 3600;
/**
 * The task's timeout is this much longer than the function's, so that a timeout is reported by the function
 * (Sandbox.Timedout), not the task (States.Timeout).
 */
const graceSeconds = 30;

/** What `withTimeouts` sets on the state machine itself. */
export type MachineOptions = { comment: string; timeoutSeconds: number };

const pipelineOptions: MachineOptions = {
  comment: "Data Quest: mirror a BLS survey and the U.S. population, and answer three questions about them",
  timeoutSeconds: machineTimeoutSeconds,
};

/**
 * Sets TimeoutSeconds on the state machine and on each task. (SST's DSL would write `Timeout`, which AWS refuses:
 * https://github.com/anomalyco/sst/issues/6747.) `tasks` says which function each task calls, or gives the timeout
 * in seconds of a task that calls no function. A task's timeout is a little longer than its function's. Throws an
 * Error for a task that is missing from `tasks`.
 */
export function withTimeouts(
  definition: $util.Input<string>,
  tasks: Record<string, sst.aws.Function | number>,
  options = pipelineOptions,
): $util.Output<string> {
  const seconds = Object.entries(tasks).map(([name, fn]) =>
    typeof fn === "number"
      ? $util.output<[string, number]>([name, fn])
      : fn.nodes.function.timeout.apply((timeout): [string, number] => [name, (timeout ?? 0) + graceSeconds]),
  );
  return $util.all([definition, $util.all(seconds)]).apply(([text, limits]) => {
    const machine = JSON.parse(text);
    setTimeouts(machine.States, new Map(limits));
    return JSON.stringify({
      Comment: options.comment,
      ...machine,
      TimeoutSeconds: options.timeoutSeconds,
    });
  });
}

function setTimeouts(states: Record<string, AslState>, limits: Map<string, number>): void {
  for (const [name, state] of Object.entries(states)) {
    if (state.Type === "Task") {
      const limit = limits.get(name);
      if (limit === undefined)
        throw new Error(
          `The task ${name} has no time limit: add it to the tasks of withTimeouts in infra/workflow.ts or infra/all-surveys.ts`,
        );
      state.TimeoutSeconds = limit;
    }
    if (state.ItemProcessor) setTimeouts(state.ItemProcessor.States, limits);
  }
}
