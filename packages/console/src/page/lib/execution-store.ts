/** One execution as the page knows it: its description, its events, and the resulting timeline. */
import {
  type HistoryEvent,
  type Timeline,
  type TimelineReader,
  timelineReader,
} from "@data-quest/execution-history";
import { useSyncExternalStore } from "react";
import type { ExecutionDescription } from "../../api-types.ts";
import { listen, type StreamState } from "./stream.ts";

type LiveStatus = Pick<ExecutionDescription, "status" | "redriveCount" | "stop" | "redrivable">;

export type ExecutionStore = {
  readonly description: ExecutionDescription;
  readonly events: readonly HistoryEvent[];
  readonly timeline: Timeline;
  /** The state, iteration, or branch that an event belongs to. */
  readonly nodeOf: TimelineReader["nodeOf"];
  /** The latest status from the stream, or the description's status if there is no stream. */
  readonly live: LiveStatus;
  readonly connection: StreamState;
  /** True once the history that existed at the start has been read. */
  readonly complete: boolean;
  /** Increases with every change. */
  readonly version: number;
  subscribe: (listener: () => void) => () => void;
  close: () => void;
};

/** The time between two redraws while the history is being read. */
const LOADING_MILLISECONDS = 150;

type Mutable = { -readonly [Key in keyof ExecutionStore]: ExecutionStore[Key] };

function createStore(description: ExecutionDescription): {
  store: Mutable;
  add: (events: readonly HistoryEvent[]) => void;
  changed: () => void;
} {
  const reader: TimelineReader = timelineReader();
  const events: HistoryEvent[] = [];
  const listeners = new Set<() => void>();
  let scheduled = false;
  const { status, redriveCount, stop, redrivable } = description;
  const store: Mutable = {
    description,
    events,
    timeline: reader.timeline,
    nodeOf: reader.nodeOf,
    live: { status, redriveCount, stop, redrivable },
    connection: "connecting",
    complete: false,
    version: 0,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => undefined,
  };
  return {
    store,
    add: (more) => {
      for (const event of more) {
        reader.add(event);
        events.push(event);
      }
    },
    // Events that arrive together are drawn together. While a long history arrives, drawing after each part
    // would take most of the time.
    changed: () => {
      if (scheduled) return;
      scheduled = true;
      const draw = () => {
        scheduled = false;
        store.version++;
        for (const listener of listeners) listener();
      };
      if (store.complete || events.length === 0) queueMicrotask(draw);
      else setTimeout(draw, LOADING_MILLISECONDS);
    },
  };
}

/** Follows an execution through the console's server. */
export function followExecution(description: ExecutionDescription): ExecutionStore {
  const { store, add, changed } = createStore(description);
  store.close = listen(
    `/api/executions/${encodeURIComponent(description.arn)}/events`,
    {
      history: (data) => {
        const { events } = data as { events: HistoryEvent[] };
        // Events that arrive again after a reconnection are ignored.
        const last = Number(store.events.at(-1)?.id ?? 0);
        add(events.filter(({ id }) => Number(id) > last));
        changed();
      },
      status: (data) => {
        store.live = data as LiveStatus;
        store.complete = true;
        changed();
      },
    },
    (state) => {
      store.connection = state;
      changed();
    },
  );
  return store;
}

/** An execution whose events are all available, as in a trace. */
export function fixedExecution(
  description: ExecutionDescription,
  events: readonly HistoryEvent[],
): ExecutionStore {
  const { store, add } = createStore(description);
  add(events);
  store.connection = "open";
  store.complete = true;
  return store;
}

/** Redraws whenever the execution changes. */
export function useVersion(store: ExecutionStore): number {
  return useSyncExternalStore(store.subscribe, () => store.version);
}
