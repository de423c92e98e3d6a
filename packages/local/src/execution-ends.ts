/**
 * Reacts to the end of an execution of `Pipeline`, as infra/execution-ends.ts does: writes its audit and
 * updates the index of surveys.
 */
import type { InvokeLambda, StatusChange } from "@data-quest/step-functions";
import { stateMachineArn } from "./deployment/deployment.ts";

export type ExecutionEnds = {
  /**
   * Receives every new status of an execution. Resolves when all reactions to that status are done. Never
   * rejects.
   */
  onStatusChange: (detail: StatusChange) => Promise<void>;
  /** How many executions are running. */
  running: () => number;
  /** Resolves when no execution is running and all reactions are done. */
  idle: () => Promise<void>;
};

/** Watches the executions of this process. */
export function watchExecutions(invoke: InvokeLambda, log: (line: string) => void): ExecutionEnds {
  const running = new Map<string, PromiseWithResolvers<void>>();
  const endings = new Map<string, Promise<void>>();

  async function reactToEnd(detail: StatusChange): Promise<void> {
    if (detail.stateMachineArn !== stateMachineArn) return;
    const { executionArn, name } = detail;
    for (const reaction of ["WriteAudit", "UpdateIndex"]) {
      const call = { signal: new AbortController().signal, executionArn };
      const result = await invoke(reaction, JSON.stringify({ detail }), call);
      if (!("payload" in result) || "functionError" in result)
        log(`${reaction} failed after the end of ${name}: ${JSON.stringify(result)}`);
    }
  }

  return {
    onStatusChange: async (detail) => {
      const { executionArn, status } = detail;
      if (status === "RUNNING") {
        running.set(executionArn, Promise.withResolvers());
        return;
      }
      // Reactions run in order, so that the audit from before a redrive never overwrites the audit from after
      // the redrive.
      const before = endings.get(executionArn) ?? Promise.resolve();
      const ending = before
        .then(() => reactToEnd(detail))
        .finally(() => {
          if (endings.get(executionArn) === ending) endings.delete(executionArn);
        });
      endings.set(executionArn, ending);
      running.get(executionArn)?.resolve();
      running.delete(executionArn);
      await ending;
    },
    running: () => running.size,
    idle: async () => {
      while (running.size + endings.size > 0)
        await Promise.all([...[...running.values()].map(({ promise }) => promise), ...endings.values()]);
    },
  };
}
