/** The console's page of one execution: live, with its actions. */
import { useEffect, useState } from "react";
import type { ExecutionDescription, LogLine } from "../../api-types.ts";
import { call, useAnswer } from "../lib/api.ts";
import { type ExecutionStore, followExecution, useVersion } from "../lib/execution-store.ts";
import { Alert, Breadcrumbs } from "../parts/basics.tsx";
import { CostView } from "../parts/cost-view.tsx";
import { ExecutionActions } from "./execution-actions.tsx";
import { ExecutionView } from "./execution-view.tsx";

export function ExecutionScreen({ execution }: { execution: string }) {
  const { value, error } = useAnswer<ExecutionDescription>(
    `/api/executions/${encodeURIComponent(execution)}`,
  );
  const [store, setStore] = useState<ExecutionStore>();
  useEffect(() => {
    if (value === undefined) return;
    const opened = followExecution(value);
    setStore(opened);
    document.title = `${value.name} - Data Quest console`;
    return () => opened.close();
  }, [value]);
  return (
    <>
      <Breadcrumbs items={[["Executions", "/executions"]]} />
      {error !== undefined && (
        <div className="stack">
          <h1>{execution.split(":").at(-1)}</h1>
          <Alert kind="error">{error}</Alert>
        </div>
      )}
      {store && <Opened store={store} />}
    </>
  );
}

const LOG_AGAIN_MILLISECONDS = 1000;

function Opened({ store }: { store: ExecutionStore }) {
  useVersion(store);
  const { description, live } = store;
  const path = `/api/executions/${encodeURIComponent(description.arn)}`;
  const log = useLog(`${path}/log`, live.status === "RUNNING", live.redriveCount);
  return (
    <ExecutionView
      store={store}
      links
      log={log}
      actions={<ExecutionActions store={store} path={path} />}
      cost={<CostView path={`${path}/cost`} running={live.status === "RUNNING"} />}
    />
  );
}

/**
 * The lines that the functions printed: new ones are read while the execution is running, and once more at
 * its end.
 */
function useLog(path: string, running: boolean, redrives: number): readonly LogLine[] | null | undefined {
  const [log, setLog] = useState<readonly LogLine[] | null>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a redrive adds lines.
  useEffect(() => {
    let current = true;
    let known: readonly LogLine[] = [];
    const load = () =>
      call<LogLine[] | null>(`${path}?from=${known.length}`).then(
        (lines) => {
          if (!current) return;
          if (lines !== null) known = [...known, ...lines];
          if (lines?.length !== 0 || known.length === 0) setLog(lines === null ? null : known);
        },
        // The rest of the page works without the log.
        () => undefined,
      );
    let timer: ReturnType<typeof setTimeout> | undefined;
    const repeat = async () => {
      await load();
      if (current && running) timer = setTimeout(repeat, LOG_AGAIN_MILLISECONDS);
    };
    void repeat();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [path, running, redrives]);
  return log;
}
