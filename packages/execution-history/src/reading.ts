/** The state of a history reader, and how it finds the node of an event. */
import type { HistoryEvent } from "./event.ts";
import { newTimeline, newVisit, openSpan } from "./nodes.ts";
import type { Thread, Timeline, Visit } from "./timeline.ts";
import { enclosing, type Node, unfinishedVisits } from "./walk.ts";

export type Reading = {
  timeline: Timeline;
  /** The node of each event, by event ID. */
  nodes: Map<number, Node>;
  /** The node of the latest event. */
  last: Node;
  /** The type of the latest event. */
  lastType: string;
  /** The time of the latest event that has a time. */
  now: number | undefined;
  /** The IDs of the ParallelStateStarted events. */
  branchStarts: Set<number>;
  /** The IDs of the ExecutionRedriven events. */
  redrives: Set<number>;
  /** The iterations of each Map's latest attempt, by index. */
  iterations: Map<Visit, Map<number, Thread>>;
  /** The latest visit to each state. */
  latest: Map<string, Visit>;
  /** The tasks that a redrive will run again and that have not started yet. */
  toRedrive: Visit[];
  /**
   * The iteration that has just failed or been aborted. The *StateAborted events that follow do not identify
   * their states, which are in this iteration.
   */
  abortedThread: Thread | undefined;
  /** The states whose *StateAborted event was read. */
  aborted: Set<Visit>;
  /** Increases whenever a state is entered or a redrive clears `aborted`. */
  entries: number;
  /** Where the search for aborted states continues: for each Map or Parallel, by type of state. */
  abortSearches: Map<Visit, Map<string, { entries: number; thread: number }>>;
};

export function newReading(): Reading {
  const timeline = newTimeline();
  return {
    timeline,
    nodes: new Map(),
    last: timeline.root,
    lastType: "",
    now: undefined,
    branchStarts: new Set(),
    redrives: new Set(),
    iterations: new Map(),
    latest: new Map(),
    toRedrive: [],
    abortedThread: undefined,
    aborted: new Set(),
    entries: 0,
    abortSearches: new Map(),
  };
}

/**
 * The node of an event's previous event. If a partial history lacks that event, the node of the latest
 * event.
 */
export function nodeBefore(
  { timeline, nodes, last }: Reading,
  { previousEventId, type = "" }: HistoryEvent,
): Node {
  if (previousEventId === 0 && (type.startsWith("Execution") || type.endsWith("StateEntered")))
    return timeline.root;
  return nodes.get(previousEventId ?? -1) ?? (previousEventId === 0 ? timeline.root : last);
}

/**
 * The state that an event refers to: `from` or a state that encloses it, or else any state that has not
 * ended.
 */
export function findVisit(
  { timeline }: Reading,
  from: Node,
  matches: (visit: Visit) => boolean,
): Visit | undefined {
  const outward = enclosing(from, matches);
  if (outward !== undefined) return outward;
  for (const visit of unfinishedVisits(timeline.root)) if (matches(visit)) return visit;
  return undefined;
}

/** Enters a state. */
export function addVisit(
  reading: Reading,
  thread: Thread,
  event: HistoryEvent,
  name: string,
  type: string,
): Visit {
  const visit = newVisit(event.id ?? 0, name, type, thread);
  openSpan(visit.spans, reading.now);
  thread.visits.push(visit);
  reading.entries++;
  reading.latest.set(name, visit);
  return visit;
}

/** Adds a state whose entry is missing from a partial history. */
export function addUnseenVisit(
  reading: Reading,
  from: Node,
  event: HistoryEvent,
  name: string,
  type: string,
): Visit {
  const visit = addVisit(reading, from.kind === "state" ? from.thread : from, event, name, type);
  visit.spans = [{ from: undefined, to: undefined }];
  return visit;
}
