/** Reads an execution's history events into its timeline. */

import {
  endContainer,
  failContainer,
  iterationAborted,
  iterationFailed,
  iterationStarted,
  iterationSucceeded,
  mapRunEvent,
  startContainer,
} from "./container-events.ts";
import { eventTime, type HistoryEvent } from "./event.ts";
import { abortExecution, endExecution, redriveExecution, startExecution } from "./execution-events.ts";
import { touch } from "./nodes.ts";
import { newReading, nodeBefore, type Reading } from "./reading.ts";
import { evaluationFailed, stateAborted, stateEntered, stateExited } from "./state-events.ts";
import { taskEvent } from "./task-events.ts";
import type { Thread, Timeline, Visit } from "./timeline.ts";

export type TimelineReader = {
  /**
   * Adds an event. Events must be ordered by ID. An event that was already added is ignored. Never throws.
   */
  add(event: HistoryEvent): void;
  /** The timeline of the events so far. It is always the same object, updated in place. */
  readonly timeline: Timeline;
  /** The state or thread that an event belongs to. */
  nodeOf(eventId: number): Visit | Thread | undefined;
};

/**
 * A reader of one execution's history. It takes event after event, at constant cost for each, so that a
 * growing history can be followed. A history may lack events, data, or times, and may have events of unknown
 * types: the timeline then has what can be determined.
 */
export function timelineReader(): TimelineReader {
  const reading = newReading();
  const { timeline, nodes } = reading;
  return {
    timeline,
    nodeOf: (eventId) => nodes.get(eventId),
    add: (event) => {
      const id = event.id ?? undefined;
      if (id !== undefined && nodes.has(id)) return;
      reading.now = eventTime(event.timestamp) ?? reading.now;
      timeline.lastEventAt = reading.now;
      const node = read(reading, event, nodeBefore(reading, event));
      if (id !== undefined) nodes.set(id, node);
      reading.last = node;
      reading.lastType = event.type ?? "";
      timeline.events++;
      timeline.lastEventId = Math.max(timeline.lastEventId, id ?? 0);
      touch(node, id ?? 0);
    },
  };
}

/** The timeline of a whole or partial history. Never throws. */
export function readTimeline(events: Iterable<HistoryEvent>): Timeline {
  const reader = timelineReader();
  for (const event of events) reader.add(event);
  return reader.timeline;
}

type Read = (reading: Reading, event: HistoryEvent, from: Visit | Thread) => Visit | Thread;

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["ExecutionStarted", startExecution],
  ["ExecutionSucceeded", endExecution],
  ["ExecutionFailed", endExecution],
  ["ExecutionAborted", abortExecution],
  ["ExecutionTimedOut", abortExecution],
  ["ExecutionRedriven", redriveExecution],
  ["EvaluationFailed", evaluationFailed],
  ["MapStateStarted", startContainer],
  ["ParallelStateStarted", startContainer],
  ["MapStateSucceeded", endContainer],
  ["ParallelStateSucceeded", endContainer],
  ["MapStateFailed", failContainer],
  ["ParallelStateFailed", failContainer],
  ["MapIterationStarted", iterationStarted],
  ["MapIterationSucceeded", iterationSucceeded],
  ["MapIterationFailed", iterationFailed],
  ["MapIterationAborted", iterationAborted],
]);

/** Handles `event`, and returns its node. `from` is the node of the event that `event` follows. */
function read(reading: Reading, event: HistoryEvent, from: Visit | Thread): Visit | Thread {
  const type = event.type ?? "";
  const known = READERS.get(type);
  if (type !== "MapIterationFailed" && type !== "MapIterationAborted" && !type.endsWith("StateAborted"))
    reading.abortedThread = undefined;
  if (known !== undefined) return known(reading, event, from);
  if (type.endsWith("StateEntered")) return stateEntered(reading, event, from);
  if (type.endsWith("StateExited")) return stateExited(reading, event, from);
  if (type.endsWith("StateAborted")) return stateAborted(reading, event, from);
  if (type.startsWith("MapRun")) return mapRunEvent(reading, event, from);
  return taskEvent(reading, event, from) ?? from;
}
