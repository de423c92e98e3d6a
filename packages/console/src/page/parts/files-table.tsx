/** The files of an execution: what was done with each, why, and how long it took. */
import type { Timeline } from "@data-quest/execution-history";
import { useMemo, useState } from "react";
import { type FileRow, fileRows } from "../lib/file-rows.ts";
import { matchesWords } from "../lib/filter.ts";
import { durationText, plural } from "../lib/format.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { Bytes, Choice, Link, Search } from "./basics.tsx";
import { DataGrid, type GridColumn, type Sorting, sortRows } from "./data-grid.tsx";
import { StatusText, statusLabel } from "./status.tsx";

export type FilesTableProps = {
  timeline: Timeline;
  version: number;
  now: number;
  selected: string | undefined;
  onSelect: (key: string) => void;
  /** False in a trace, which has no other pages. */
  links: boolean;
};

export function FilesTable({ timeline, version, now, selected, onSelect, links }: FilesTableProps) {
  const parameters = useParameters();
  const [sorting, setSorting] = useState<Sorting>({ column: "", descending: false });
  const text = parameters.get("file") ?? "";
  const action = parameters.get("action") ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the timeline is updated in place; its version changes.
  const all = useMemo(() => fileRows(timeline, now), [timeline, version, now]);
  const actions = [...new Set(all.map((row) => row.action))].filter(Boolean).sort();
  const shown = all.filter(
    (row) =>
      (action === "" || row.action === action) &&
      matchesWords(`${row.file} ${row.reason} ${row.error ?? ""}`, text),
  );
  const rows = sortRows(shown, sorting, {
    file: (row) => row.file,
    action: (row) => row.action,
    reason: (row) => row.reason,
    bytes: (row) => row.bytes,
    attempts: (row) => row.attempts,
    time: (row) => row.time,
  });
  return (
    <>
      <div className="content row no-print">
        <Search
          label="Find by file, reason, or error"
          value={text}
          onChange={(value) => setParameters({ file: value })}
        />
        <Choice
          label="Action"
          value={action}
          options={[["", "Any action"], ...actions.map((name) => [name, statusLabel(name)] as const)]}
          onChange={(value) => setParameters({ action: value })}
        />
        <span className="faint" role="status">
          {shown.length === all.length
            ? plural(all.length, "file")
            : `${shown.length} of ${plural(all.length, "file")}`}
        </span>
      </div>
      <DataGrid
        label="Files of this execution"
        columns={columnsOf(links)}
        rows={rows}
        keyOf={keyOf}
        selected={selected}
        onSelect={(row) => onSelect(row.step)}
        sorting={sorting}
        onSort={setSorting}
        empty={all.length === 0 ? "This execution has no files yet." : "No file matches."}
      />
    </>
  );
}

const keyOf = ({ step }: FileRow) => step;

function columnsOf(links: boolean): GridColumn<FileRow>[] {
  return [
    {
      id: "file",
      name: "File",
      width: "minmax(200px, 1.5fr)",
      least: 200,
      sortable: true,
      cell: ({ file, key, versionId }) =>
        links && key !== undefined ? (
          <Link to={`/files/${key}${versionId ? `?version=${encodeURIComponent(versionId)}` : ""}`}>
            {file}
          </Link>
        ) : (
          file
        ),
    },
    {
      id: "action",
      name: "Action",
      width: "130px",
      least: 130,
      sortable: true,
      cell: ({ action }) => <StatusText status={action} />,
    },
    {
      id: "reason",
      name: "Why",
      width: "minmax(220px, 2.5fr)",
      least: 220,
      sortable: true,
      cell: ({ reason, error }) => <span title={error ?? reason}>{error ?? reason}</span>,
    },
    {
      id: "bytes",
      name: "Size",
      width: "100px",
      least: 100,
      end: true,
      sortable: true,
      cell: ({ bytes }) => <Bytes bytes={bytes} />,
    },
    {
      id: "attempts",
      name: "Attempts",
      width: "100px",
      least: 100,
      end: true,
      sortable: true,
      cell: ({ attempts }) => attempts || "",
    },
    {
      id: "time",
      name: "Time",
      width: "100px",
      least: 100,
      end: true,
      sortable: true,
      cell: ({ time }) => durationText(time),
    },
  ];
}
