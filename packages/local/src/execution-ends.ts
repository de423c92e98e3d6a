/** What follows when an execution ends, as infra/execution-ends.ts sets it up: its audit is written. */
import type { InvokeLambda } from "./step-functions/lambda.ts";
import type { StatusChange } from "./step-functions/status-change.ts";

export type ExecutionEnds = {
  /** Hears of every new status. Resolves when what follows from it is done; never rejects. */
  onStatusChange: (detail: StatusChange) => Promise<void>;
  /** Resolves when no execution runs and every audit is written. */
  idle: () => Promise<void>;
};

/** Watches the executions of this process. */
export function watchExecutions(invoke: InvokeLambda, log: (line: string) => void): ExecutionEnds {
  const underway = new Map<string, PromiseWithResolvers<void>>();

  async function writeAudit(detail: StatusChange): Promise<void> {
    const { executionArn, name } = detail;
    const call = { signal: new AbortController().signal, executionArn };
    const result = await invoke("WriteAudit", JSON.stringify({ detail }), call);
    if (!("payload" in result) || "functionError" in result)
      log(`The audit of ${name} was not written: ${JSON.stringify(result)}`);
  }

  return {
    onStatusChange: async (detail) => {
      const { executionArn, status } = detail;
      if (status === "RUNNING") {
        underway.set(executionArn, Promise.withResolvers());
        return;
      }
      await writeAudit(detail);
      underway.get(executionArn)?.resolve();
      underway.delete(executionArn);
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all([...underway.values()].map(({ promise }) => promise));
    },
  };
}
