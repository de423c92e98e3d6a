/** The live list of executions, shared by the screens that need it. */
import { useEffect, useState } from "react";
import type { ExecutionRow } from "../../api-types.ts";
import { listen, type StreamState } from "./stream.ts";

export type ExecutionList = {
  rows: readonly ExecutionRow[];
  loaded: boolean;
  more: boolean;
  connection: StreamState;
};

/** Follows the list while a screen shows it. */
export function useExecutionList(): ExecutionList {
  const [list, setList] = useState<ExecutionList>({
    rows: [],
    loaded: false,
    more: false,
    connection: "connecting",
  });
  useEffect(() => {
    const byArn = new Map<string, ExecutionRow>();
    return listen(
      "/api/executions/-/stream",
      {
        rows: (data) => {
          const { rows, more } = data as { rows: ExecutionRow[]; more: boolean };
          for (const row of rows) byArn.set(row.arn, row);
          const sorted = [...byArn.values()].sort((a, b) => b.start.localeCompare(a.start));
          setList((old) => ({ ...old, rows: sorted, loaded: true, more }));
        },
      },
      (connection) => setList((old) => ({ ...old, connection })),
    );
  }, []);
  return list;
}
