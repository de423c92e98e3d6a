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
      {error !== undefined && <Alert kind="error">{error}</Alert>}
      {store && <Opened store={store} />}
    </>
  );
}

const LOGS_AGAIN_MILLISECONDS = 1000;

function Opened({ store }: { store: ExecutionStore }) {
  useVersion(store);
  const { description, live } = store;
  const path = `/api/executions/${encodeURIComponent(description.arn)}`;
  const logs = useLogs(`${path}/logs`, live.status === "RUNNING", live.redriveCount);
  return (
    <ExecutionView
      store={store}
      links
      logs={logs}
      actions={<ExecutionActions store={store} path={path} />}
      cost={<CostView path={`${path}/cost`} running={live.status === "RUNNING"} />}
    />
  );
}

/** The lines that the functions printed, read again while the execution runs and once after. */
function useLogs(path: string, running: boolean, redrives: number): readonly LogLine[] | undefined {
  const [logs, setLogs] = useState<readonly LogLine[]>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a redrive adds lines.
  useEffect(() => {
    let current = true;
    const load = () =>
      call<LogLine[]>(path).then(
        (lines) => current && setLogs((old) => (old?.length === lines.length ? old : lines)),
        // Without logs the rest of the page is as good.
        () => undefined,
      );
    load();
    const timer = running ? setInterval(load, LOGS_AGAIN_MILLISECONDS) : undefined;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [path, running, redrives]);
  return logs;
}
