/**
 * All events of the history, filtered by type, state, and text inside payloads. Any number of events can
 * be open.
 */
import type { HistoryEvent } from "@data-quest/execution-history";
import { eventTime, pathOf } from "@data-quest/execution-history";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import type { ExecutionStore } from "../lib/execution-store.ts";
import { count, durationText, timeOfDay, utc } from "../lib/format.ts";
import { isRecord, parseJson } from "../lib/json.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { visitKey } from "../lib/step-key.ts";
import { Choice, Search } from "./basics.tsx";
import { DataGrid, type GridColumn } from "./data-grid.tsx";
import { JsonBlock } from "./json-view.tsx";

export function EventsTable({ store, version }: { store: ExecutionStore; version: number }) {
  const parameters = useParameters();
  const wanted = parameters.get("event");
  const [open, setOpen] = useState<ReadonlySet<number>>(
    () => new Set(wanted === null ? [] : [Number(wanted)]),
  );
  const type = parameters.get("type") ?? "";
  const state = parameters.get("of") ?? "";
  const text = parameters.get("find") ?? "";
  const search = useDeferredValue(text.trim().toLowerCase());
  useEffect(() => {
    if (wanted !== null) setOpen((old) => new Set(old).add(Number(wanted)));
  }, [wanted]);
  const { events } = store;
  // biome-ignore lint/correctness/useExhaustiveDependencies: events are added in place; the version changes.
  const [types, states] = useMemo(() => namesIn(store), [store, version]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  const shown = useMemo(
    () =>
      events.filter(
        (event) =>
          (type === "" || event.type === type) &&
          (state === "" || stateOf(store, event) === state) &&
          (search === "" || mentions(event, search)),
      ),
    [store, version, type, state, search],
  );
  const start = eventTime(events[0]?.timestamp);
  const go = (id: number) => {
    // The linked event may be filtered out.
    setParameters({ event: String(id), type: null, of: null, find: null });
  };
  const columns = columnsOf(store, start, go);
  const toggle = ({ id = 0 }: HistoryEvent) =>
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <>
      <div className="content row no-print">
        <Search
          label="Find in types, names, and payloads"
          value={text}
          onChange={(value) => setParameters({ find: value })}
        />
        <Choice
          label="Event type"
          value={type}
          options={[["", "Any type"], ...types.map((name) => [name, name] as const)]}
          onChange={(value) => setParameters({ type: value })}
        />
        <Choice
          label="State"
          value={state}
          options={[["", "Any state"], ...states.map((name) => [name, name] as const)]}
          onChange={(value) => setParameters({ of: value })}
        />
        <span className="faint" role="status">
          {shown.length === events.length
            ? `${count(events.length)} events`
            : `${count(shown.length)} of ${count(events.length)} events`}
        </span>
      </div>
      <DataGrid
        label="Events"
        columns={columns}
        rows={shown}
        keyOf={keyOf}
        selected={wanted ?? undefined}
        detail={{
          isOpen: ({ id = 0 }) => open.has(id),
          toggle,
          render: (event) => <EventDetail event={event} />,
        }}
        empty={events.length === 0 ? "No events yet." : "No event matches."}
      />
    </>
  );
}

const keyOf = ({ id = 0 }: HistoryEvent) => String(id);

function columnsOf(
  store: ExecutionStore,
  start: number | undefined,
  go: (id: number) => void,
): GridColumn<HistoryEvent>[] {
  const link = (id: number | undefined) =>
    id === undefined || id === 0 ? null : (
      <button type="button" className="text-link" tabIndex={-1} onClick={() => go(id)}>
        {id}
      </button>
    );
  return [
    { id: "id", name: "ID", width: "110px", least: 110, cell: ({ id }) => link(id) },
    {
      id: "type",
      name: "Type",
      width: "minmax(190px, 1.5fr)",
      least: 190,
      cell: ({ type }) => type ?? "(none)",
    },
    {
      id: "state",
      name: "Step",
      width: "minmax(160px, 1.5fr)",
      least: 160,
      cell: (event) => {
        const node = store.nodeOf(event.id ?? 0);
        if (node === undefined || pathOf(node).length === 0) return null;
        const path = pathOf(node)
          .map((part) => (typeof part === "number" ? `#${part}` : part))
          .join(" › ");
        if (node.kind !== "state") return path;
        return (
          <button
            type="button"
            className="text-link"
            tabIndex={-1}
            onClick={() => setParameters({ step: visitKey(node) })}
          >
            {path}
          </button>
        );
      },
    },
    {
      id: "after",
      name: "After",
      width: "100px",
      least: 100,
      end: true,
      cell: ({ timestamp }) => {
        const time = eventTime(timestamp);
        return time === undefined || start === undefined ? "" : durationText(time - start);
      },
    },
    {
      id: "time",
      name: "Time",
      width: "130px",
      least: 130,
      cell: ({ timestamp }) => {
        const time = eventTime(timestamp);
        return time === undefined ? "" : <span title={utc(time)}>{timeOfDay(time)}</span>;
      },
    },
    {
      id: "previous",
      name: "Previous",
      width: "90px",
      least: 90,
      end: true,
      cell: ({ previousEventId }) => link(previousEventId),
    },
  ];
}

/** The details of an event. Any JSON text inside the details is shown as JSON. */
function EventDetail({ event }: { event: HistoryEvent }) {
  const details = useMemo(() => {
    const { id, previousEventId, timestamp, type, ...rest } = event;
    return JSON.stringify(opened(rest));
  }, [event]);
  return <JsonBlock label={`Event ${event.id}`} text={details} fileName={`event-${event.id}`} />;
}

function opened(value: unknown): unknown {
  if (typeof value === "string" && /^\s*[[{"]/.test(value)) return parseJson(value) ?? value;
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, opened(member)]));
}

function stateOf(store: ExecutionStore, event: HistoryEvent): string {
  const node = store.nodeOf(event.id ?? 0);
  return node?.kind === "state" ? node.name : (node?.parent?.name ?? "");
}

function namesIn(store: ExecutionStore): [types: string[], states: string[]] {
  const types = new Set<string>();
  const states = new Set<string>();
  for (const event of store.events) {
    if (event.type !== undefined) types.add(event.type);
    states.add(stateOf(store, event));
  }
  states.delete("");
  return [[...types].sort(), [...states]];
}

/** Whether any text in an event contains the words, regardless of case. */
function mentions(value: unknown, text: string): boolean {
  if (typeof value === "string") return value.toLowerCase().includes(text);
  if (typeof value === "number") return String(value) === text;
  if (typeof value !== "object" || value === null) return false;
  for (const item of Object.values(value)) if (mentions(item, text)) return true;
  return false;
}
