/** The list of executions: live, and filtered by status, survey, and text. */
import { useMemo, useState } from "react";
import { Button } from "react-aria-components";
import type { ExecutionRow, SessionInfo } from "../../api-types.ts";
import { useExecutionList } from "../lib/executions-store.ts";
import { matchesWords } from "../lib/filter.ts";
import { durationText, plural } from "../lib/format.ts";
import { navigate, setParameters, useParameters } from "../lib/location.ts";
import { useNow } from "../lib/ticking.ts";
import { Choice, Link, Moment, Panel, Search } from "../parts/basics.tsx";
import { Connection } from "../parts/connection.tsx";
import { DataGrid, type GridColumn, type Sorting, sortRows } from "../parts/data-grid.tsx";
import { StatusText, statusKind } from "../parts/status.tsx";

const STATUSES = [
  ["", "Any status"],
  ["RUNNING", "Running"],
  ["SUCCEEDED", "Succeeded"],
  ["FAILED", "Failed"],
  ["TIMED_OUT", "Timed out"],
  ["ABORTED", "Aborted"],
] as const;

export function ExecutionsScreen({ session }: { session: SessionInfo | undefined }) {
  const list = useExecutionList();
  const parameters = useParameters();
  const [sorting, setSorting] = useState<Sorting>({ column: "start", descending: true });
  const now = useNow(list.rows.some(({ status }) => status === "RUNNING"));
  const text = parameters.get("text") ?? "";
  const status = parameters.get("status") ?? "";
  const survey = parameters.get("survey") ?? "";
  const surveys = useMemo(
    () => [...new Set(list.rows.map((row) => row.survey).filter((name) => name !== null))].sort(),
    [list.rows],
  );
  const shown = useMemo(() => {
    return list.rows.filter(
      (row) =>
        (status === "" || row.status === status) &&
        (survey === "" || row.survey === survey) &&
        matchesWords(textOf(row), text),
    );
  }, [list.rows, text, status, survey]);
  const longest = Math.max(1, ...shown.map((row) => durationOf(row, now)));
  const columns = columnsOf(now, longest, (session?.stateMachines.length ?? 1) > 1);
  const rows = sortRows(shown, sorting, {
    name: (row) => row.name,
    status: (row) => row.status,
    start: (row) => row.start,
    duration: (row) => durationOf(row, now),
    survey: (row) => row.survey,
    changed: (row) => row.changed,
    source: (row) => row.source,
    error: (row) => row.error,
    machine: (row) => row.stateMachine,
  });
  return (
    <div className="stack">
      <div className="spread">
        <h1>Executions</h1>
        <Button className="button primary" onPress={() => setParameters({ start: "new" }, { push: true })}>
          Start execution
        </Button>
      </div>
      <Connection state={list.connection} />
      <Panel label="List of executions">
        <div className="content row no-print">
          <Search
            label="Find by name, error, or source"
            value={text}
            onChange={(value) => setParameters({ text: value })}
          />
          <Choice
            label="Status"
            value={status}
            options={STATUSES}
            onChange={(value) => setParameters({ status: value })}
          />
          <Choice
            label="Survey"
            value={survey}
            options={[["", "Any survey"], ...surveys.map((name) => [name, name] as const)]}
            onChange={(value) => setParameters({ survey: value })}
          />
          <span className="faint" role="status">
            {shown.length === list.rows.length
              ? plural(shown.length, "execution")
              : `${shown.length} of ${plural(list.rows.length, "execution")}`}
            {list.more ? ", the newest" : ""}
          </span>
        </div>
        <DataGrid
          label="Executions"
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          onSelect={(row) => navigate(addressOf(row))}
          sorting={sorting}
          onSort={setSorting}
          empty={
            list.loaded
              ? list.rows.length === 0
                ? "No executions yet. Start one."
                : "No execution matches."
              : "Loading"
          }
        />
      </Panel>
    </div>
  );
}

const keyOf = ({ arn }: ExecutionRow) => arn;

function addressOf({ arn }: Pick<ExecutionRow, "arn">): string {
  return `/executions/${encodeURIComponent(arn)}`;
}

function textOf({ name, error, message, source, stateMachine }: ExecutionRow): string {
  return [name, error, message, source, stateMachine].filter(Boolean).join(" ");
}

function durationOf({ start, stop }: ExecutionRow, now: number): number {
  return Math.max(0, (stop === null ? now : Date.parse(stop)) - Date.parse(start));
}

function columnsOf(now: number, longest: number, machines: boolean): GridColumn<ExecutionRow>[] {
  const all: (GridColumn<ExecutionRow> | false)[] = [
    {
      id: "name",
      name: "Name",
      width: "minmax(240px, 2fr)",
      least: 240,
      sortable: true,
      cell: (row) => <Link to={addressOf(row)}>{row.name}</Link>,
    },
    machines && {
      id: "machine",
      name: "State machine",
      width: "minmax(120px, 1fr)",
      least: 120,
      sortable: true,
      cell: (row) => row.stateMachine,
    },
    {
      id: "status",
      name: "Status",
      width: "minmax(130px, 1fr)",
      least: 130,
      sortable: true,
      cell: (row) => (
        <>
          <StatusText status={row.status} />
          {row.redrives > 0 && <span className="faint"> (redriven {row.redrives}×)</span>}
        </>
      ),
    },
    {
      id: "start",
      name: "Started",
      width: "minmax(180px, 1fr)",
      least: 180,
      sortable: true,
      cell: (row) => <Moment time={row.start} />,
    },
    {
      id: "duration",
      name: "Duration",
      width: "minmax(160px, 1fr)",
      least: 160,
      sortable: true,
      cell: (row) => (
        <span className="duration">
          <span className="length">{durationText(durationOf(row, now))}</span>
          <span className="space" aria-hidden="true">
            <span
              className={`bar ${statusKind(row.status)}`}
              style={{ width: `${Math.max(1, (100 * durationOf(row, now)) / longest)}%` }}
            />
          </span>
        </span>
      ),
    },
    { id: "survey", name: "Survey", width: "90px", least: 90, sortable: true, cell: (row) => row.survey },
    {
      id: "changed",
      name: "Files changed",
      width: "120px",
      least: 120,
      end: true,
      sortable: true,
      cell: (row) => row.changed,
    },
    {
      id: "source",
      name: "Source",
      width: "minmax(140px, 1fr)",
      least: 140,
      sortable: true,
      cell: (row) => <span title={row.source ?? undefined}>{sourceName(row.source)}</span>,
    },
    {
      id: "error",
      name: "Error",
      width: "minmax(180px, 2fr)",
      least: 180,
      sortable: true,
      cell: (row) =>
        row.error === null ? null : (
          <span title={row.message ?? undefined}>
            <strong>{row.error}</strong> {row.message}
          </span>
        ),
    },
  ];
  return all.filter((column) => column !== false);
}

/** The host of a source, which is more informative in a narrow column than its whole URL. */
function sourceName(source: string | null): string {
  if (source === null) return "";
  try {
    return new URL(source).host;
  } catch {
    return source;
  }
}
