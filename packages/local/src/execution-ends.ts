/** What happens when an execution ends, as in infra/execution-ends.ts: its audit is written. */
import type { InvokeLambda, StatusChange } from "@data-quest/step-functions";

export type ExecutionEnds = {
  /** Takes every new status. Resolves when what follows from it is done; never rejects. */
  onStatusChange: (detail: StatusChange) => Promise<void>;
  /** Resolves when no execution runs and every audit is written. */
  idle: () => Promise<void>;
};

/** Watches the executions of this process. */
export function watchExecutions(invoke: InvokeLambda, log: (line: string) => void): ExecutionEnds {
  const running = new Map<string, PromiseWithResolvers<void>>();
  const audits = new Map<string, Promise<void>>();

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
        running.set(executionArn, Promise.withResolvers());
        return;
      }
      // In order, so that the audit of a redrive is never overwritten by the audit of the run before it.
      const before = audits.get(executionArn) ?? Promise.resolve();
      const audit = before
        .then(() => writeAudit(detail))
        .finally(() => {
          if (audits.get(executionArn) === audit) audits.delete(executionArn);
        });
      audits.set(executionArn, audit);
      running.get(executionArn)?.resolve();
      running.delete(executionArn);
      await audit;
    },
    idle: async () => {
      while (running.size + audits.size > 0)
        await Promise.all([...[...running.values()].map(({ promise }) => promise), ...audits.values()]);
    },
  };
}
