/** States, iterations, and attempts as a tree, with bars to scale. */
import type { Attempt, Thread, Timeline, Visit } from "@data-quest/execution-history";
import { causeMessage, duration } from "@data-quest/execution-history";
import { useMemo, useState } from "react";
import { durationText, timeOfDay, utc } from "../lib/format.ts";
import { itemLabel } from "../lib/item-label.ts";
import { barOf, type Scale, scaleOf } from "../lib/scale.ts";
import { threadsToShow } from "../lib/state-status.ts";
import { threadKey, visitKey } from "../lib/step-key.ts";
import { ColumnChooser, useColumns } from "./column-chooser.tsx";
import { DataGrid, type GridColumn } from "./data-grid.tsx";
import { StatusText, statusKind } from "./status.tsx";

type Row =
  | { kind: "visit"; key: string; level: number; visit: Visit }
  | { kind: "thread"; key: string; level: number; thread: Thread }
  | { kind: "attempt"; key: string; level: number; visit: Visit; attempt: Attempt };

type OpenRows = { all: boolean | undefined; toggled: ReadonlyMap<string, boolean> };

export type TimelineTableProps = {
  timeline: Timeline;
  version: number;
  now: number;
  selected: string | undefined;
  onSelect: (key: string, attempt?: number) => void;
};

export function TimelineTable({ timeline, version, now, selected, onSelect }: TimelineTableProps) {
  /**
   * `all` is undefined until all rows are opened or closed together. `toggled` has the rows that were opened or
   * closed individually since then.
   */
  const [{ all, toggled }, setOpen] = useState<OpenRows>({ all: undefined, toggled: new Map() });
  const failedPath = useMemo(() => ancestors(timeline.failure), [timeline.failure]);
  const selectedPath = useMemo(() => selectedAncestors(timeline, selected), [timeline, selected]);
  const isOpen = (key: string) => toggled.get(key) ?? all ?? (failedPath.has(key) || selectedPath.has(key));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the timeline is updated in place; its version changes.
  const rows = useMemo(
    () => rowsOf(timeline.root, isOpen),
    [timeline, version, all, toggled, failedPath, selectedPath],
  );
  const scale = scaleOf(timeline, now);
  const { columns, chosen, choose } = useColumns("timeline", columnsOf(scale, now));
  const expandable = (row: Row) =>
    row.kind === "thread" ? row.thread.visits.length > 0 : row.kind === "visit" && hasChildren(row.visit);
  const toggle = ({ key }: Row) =>
    setOpen((old) => ({ ...old, toggled: new Map(old.toggled).set(key, !isOpen(key)) }));
  return (
    <>
      <div className="content spread no-print">
        <span className="faint">
          Failed attempts are red, waits before another attempt hatched; idle time before a redrive is cut
          out.
        </span>
        <div className="row">
          <button
            type="button"
            className="button link"
            onClick={() => setOpen({ all: true, toggled: new Map() })}
          >
            Open all
          </button>
          <button
            type="button"
            className="button link"
            onClick={() => setOpen({ all: false, toggled: new Map() })}
          >
            Close all
          </button>
          <ColumnChooser columns={columnsOf(scale, now)} chosen={chosen} choose={choose} />
        </div>
      </div>
      <DataGrid
        label="States with timeline"
        columns={columns}
        rows={rows}
        keyOf={keyOf}
        selected={selected}
        onSelect={(row) =>
          row.kind === "attempt" ? onSelect(visitKey(row.visit), row.attempt.number) : onSelect(row.key)
        }
        tree={{
          place: (row) => ({ level: row.level, expandable: expandable(row), expanded: isOpen(row.key) }),
          toggle,
        }}
        empty="No state has been entered yet."
      />
    </>
  );
}

const keyOf = ({ key }: Row) => key;

function hasChildren(visit: Visit): boolean {
  return visit.threads.length > 0 || visit.attempts.length > 1;
}

function rowsOf(root: Thread, isOpen: (key: string) => boolean): Row[] {
  const rows: Row[] = [];
  const addThread = (thread: Thread, level: number) => {
    for (const visit of thread.visits) {
      const key = visitKey(visit);
      rows.push({ kind: "visit", key, level, visit });
      if (!isOpen(key)) continue;
      if (visit.attempts.length > 1)
        for (const attempt of visit.attempts)
          rows.push({ kind: "attempt", key: `${key}-${attempt.number}`, level: level + 1, visit, attempt });
      for (const child of threadsToShow(visit)) {
        const childKey = threadKey(child);
        rows.push({ kind: "thread", key: childKey, level: level + 1, thread: child });
        if (isOpen(childKey)) addThread(child, level + 2);
      }
    }
  };
  addThread(root, 1);
  return rows;
}

/** The keys of a visit's ancestors. */
function ancestors(visit: Visit | undefined): Set<string> {
  const keys = new Set<string>();
  for (let at = visit; at?.thread.parent !== undefined; at = at.thread.parent) {
    keys.add(threadKey(at.thread));
    keys.add(visitKey(at.thread.parent));
  }
  return keys;
}

function selectedAncestors(timeline: Timeline, selected: string | undefined): Set<string> {
  if (selected === undefined) return new Set();
  const find = (thread: Thread, around: string[]): string[] | undefined => {
    for (const visit of thread.visits) {
      if (visitKey(visit) === selected) return around;
      for (const child of visit.threads) {
        const key = threadKey(child);
        if (key === selected) return [...around, visitKey(visit)];
        const found = find(child, [...around, visitKey(visit), key]);
        if (found) return found;
      }
    }
    return undefined;
  };
  return new Set(find(timeline.root, []));
}

function columnsOf(scale: Scale, now: number): GridColumn<Row>[] {
  return [
    { id: "name", name: "Name", width: "minmax(200px, 1.5fr)", least: 200, cell: nameOf },
    {
      id: "status",
      name: "Status",
      width: "120px",
      least: 120,
      cell: (row) => <StatusText status={statusOf(row)} />,
    },
    {
      id: "duration",
      name: "Duration",
      width: "90px",
      least: 90,
      end: true,
      cell: (row) => durationText(durationOf(row, now)),
    },
    {
      id: "timeline",
      name: "Timeline",
      width: "minmax(240px, 3fr)",
      least: 240,
      header: <Axis scale={scale} />,
      cell: (row) => <Bars row={row} scale={scale} now={now} />,
    },
    { id: "attempts", name: "Attempts", width: "88px", least: 88, end: true, cell: attemptsOf },
    { id: "type", name: "Type", width: "84px", least: 84, cell: typeOf },
    { id: "started", name: "Started", width: "116px", least: 116, cell: startedOf },
    { id: "error", name: "Error", width: "minmax(160px, 2fr)", least: 160, cell: errorOf },
  ];
}

function startedOf(row: Row) {
  const from = startOf(row);
  return from === undefined ? null : <span title={utc(from)}>{timeOfDay(from)}</span>;
}

function errorOf(row: Row) {
  const failed = row.kind === "attempt" ? row.attempt : row.kind === "visit" ? row.visit : undefined;
  if (failed?.error === undefined) return null;
  const message = causeMessage(failed.cause);
  return (
    <span title={message}>
      <strong>{failed.error}</strong> {message}
    </span>
  );
}

function nameOf(row: Row) {
  if (row.kind === "visit") return row.visit.name || "(unknown)";
  if (row.kind === "attempt") return `Attempt ${row.attempt.number}`;
  const { kind, index } = row.thread;
  const label = itemLabel(row.thread);
  return (
    <>
      {kind === "branch" ? "Branch" : "#"}
      {kind === "branch" ? ` ${index}` : index} <span className="faint">{label}</span>
    </>
  );
}

function typeOf(row: Row): string {
  return row.kind === "visit"
    ? row.visit.type
    : row.kind === "thread"
      ? row.thread.kind === "branch"
        ? "Branch"
        : "Iteration"
      : "";
}

function statusOf(row: Row): string {
  return row.kind === "visit"
    ? row.visit.status
    : row.kind === "thread"
      ? row.thread.status
      : row.attempt.status;
}

function attemptsOf(row: Row) {
  if (row.kind === "visit") return row.visit.attempts.length || "";
  return row.kind === "thread"
    ? row.thread.visits.reduce((sum, visit) => sum + visit.attempts.length, 0) || ""
    : "";
}

function startOf(row: Row): number | undefined {
  if (row.kind === "attempt") return row.attempt.startedAt ?? row.attempt.scheduledAt;
  return (row.kind === "visit" ? row.visit : row.thread).spans[0]?.from;
}

function durationOf(row: Row, now: number): number | undefined {
  if (row.kind !== "attempt") return duration((row.kind === "visit" ? row.visit : row.thread).spans, now);
  const { scheduledAt, startedAt, endedAt } = row.attempt;
  const from = startedAt ?? scheduledAt;
  return from === undefined ? undefined : (endedAt ?? now) - from;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

function Axis({ scale }: { scale: Scale }) {
  return (
    <span className="axis">
      <span className="visually-hidden">Timeline</span>
      {TICKS.map((tick) => (
        <span key={tick} aria-hidden="true">
          {tick === 0 ? "0" : durationText(scale.total * tick)}
        </span>
      ))}
    </span>
  );
}

type Bar = { key: string; className: string; left: number; width: number; title?: string };

function Bars({ row, scale, now }: { row: Row; scale: Scale; now: number }) {
  return (
    <span className="track" aria-hidden="true">
      {scale.cuts.map(({ at, idle }) => (
        <span
          key={at}
          className="cut"
          style={{ left: `${at * 100}%` }}
          title={`${durationText(idle)} idle before the redrive`}
        />
      ))}
      {barsOf(row, scale, now).map(({ key, className, left, width, title }) => (
        <span
          key={key}
          className={`span ${className}`}
          style={{ left: `${left}%`, width: `${width}%` }}
          title={title}
        />
      ))}
    </span>
  );
}

function barsOf(row: Row, scale: Scale, now: number): Bar[] {
  if (row.kind === "thread") return spanBars(row.thread.spans, statusKind(row.thread.status), scale, now);
  if (row.kind === "attempt") return attemptBars([row.attempt], scale, now);
  const { attempts, spans, status } = row.visit;
  if (attempts.length > 1 && row.visit.threads.length === 0) return attemptBars(attempts, scale, now);
  return spanBars(spans, statusKind(status), scale, now);
}

function spanBars(spans: Visit["spans"], className: string, scale: Scale, now: number): Bar[] {
  return spans.flatMap((span, index) => {
    const bar = barOf(span, scale, now);
    // All spans except the last ended without success.
    return bar
      ? [{ key: `${index}`, className: index < spans.length - 1 ? "failed" : className, ...bar }]
      : [];
  });
}

function attemptBars(attempts: readonly Attempt[], scale: Scale, now: number): Bar[] {
  return attempts.flatMap((attempt) => {
    const { number, status, scheduledAt, startedAt, endedAt, backoff, error } = attempt;
    const from = scheduledAt ?? startedAt;
    const own = barOf({ from, to: endedAt }, scale, now);
    const wait =
      from !== undefined && backoff ? barOf({ from: from - backoff, to: from }, scale, now) : undefined;
    return [
      ...(wait
        ? [
            {
              key: `wait ${number}`,
              className: "backoff",
              title: `${durationText(backoff)} of backoff`,
              ...wait,
            },
          ]
        : []),
      ...(own
        ? [
            {
              key: `${number}`,
              className: statusKind(status),
              title: `Attempt ${number}: ${error ?? status}`,
              ...own,
            },
          ]
        : []),
    ];
  });
}
