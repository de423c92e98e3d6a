import fc from "fast-check";
import { expect, test } from "vitest";
import type { HistoryEvent } from "./event.ts";
import { timelineOutline } from "./outline.test-support.ts";
import { readTimeline, timelineReader } from "./reader.ts";
import { allVisits, pathOf } from "./walk.ts";

type Details = Omit<HistoryEvent, "id" | "previousEventId" | "type">;

/**
 * A history of ordered events, each with the ID of the event that it follows. Events are one second apart.
 */
function history(...events: [previousEventId: number, type: string, details?: Details][]): HistoryEvent[] {
  return events.map(([previousEventId, type, details], index) => ({
    id: index + 1,
    previousEventId,
    type,
    timestamp: new Date(Date.UTC(2026, 8, 3, 12, 0, index)),
    ...details,
  }));
}

const entered = (name: string, input = "{}"): Details => ({ stateEnteredEventDetails: { name, input } });
const exited = (name: string, output = "{}"): Details => ({ stateExitedEventDetails: { name, output } });
const iteration = (name: string, index: number) => ({ name, index });

test("an event of an unknown type changes nothing, and later events are still understood", () => {
  const timeline = readTimeline(
    history(
      [0, "ExecutionStarted"],
      [0, "TaskStateEntered", entered("Ask")],
      [2, "QuantumEntanglementObserved"],
      [3, "TaskScheduled"],
      [4, "TaskSucceeded"],
      [5, "TaskStateExited", exited("Ask", "1")],
      [6, "ExecutionSucceeded"],
    ),
  );
  expect(timelineOutline(timeline)).toEqual([
    "SUCCEEDED 6000 ms",
    "Task Ask succeeded 4000 ms -> 1",
    "  attempt 1 succeeded",
  ]);
});

test("a history without data still has states, attempts, and errors", () => {
  const timeline = readTimeline(
    history(
      [0, "ExecutionStarted", { executionStartedEventDetails: {} }],
      [0, "TaskStateEntered", { stateEnteredEventDetails: { name: "Ask" } }],
      [2, "TaskScheduled", { taskScheduledEventDetails: { resource: "invoke" } as never }],
      [3, "TaskFailed", { taskFailedEventDetails: { error: "Busy" } as never }],
      [4, "ExecutionFailed", { executionFailedEventDetails: { error: "Busy" } }],
    ),
  );
  expect(timelineOutline(timeline)).toEqual([
    "FAILED Busy 4000 ms",
    "failed in Ask",
    "Task Ask failed Busy 3000 ms",
    "  attempt 1 failed Busy",
  ]);
});

test("a Distributed Map has a run instead of iterations", () => {
  const timeline = readTimeline(
    history(
      [0, "ExecutionStarted"],
      [0, "MapStateEntered", entered("Surveys")],
      [2, "MapStateStarted", { mapStateStartedEventDetails: { length: 59 } }],
      [3, "MapRunStarted", { mapRunStartedEventDetails: { mapRunArn: "arn:run" } }],
      [4, "MapRunFailed", { mapRunFailedEventDetails: { error: "States.ExceedToleratedFailureThreshold" } }],
      [5, "MapStateFailed"],
      [6, "ExecutionFailed"],
    ),
  );
  const [map] = timeline.root.visits;
  expect(map?.mapRun).toMatchObject({ arn: "arn:run", status: "failed" });
  expect(timeline.failure).toBe(map);
  expect(map?.error).toBe("States.ExceedToleratedFailureThreshold");
});

test("a branch that waits for a retry when another one fails is aborted, whatever the order of the abort events", () => {
  const timeline = readTimeline(
    history(
      [0, "ExecutionStarted"],
      [0, "ParallelStateEntered", entered("Both")],
      [2, "ParallelStateStarted"],
      [3, "TaskStateEntered", entered("A")],
      [3, "TaskStateEntered", entered("B")],
      [4, "TaskScheduled"],
      [5, "TaskScheduled"],
      [6, "TaskFailed", { taskFailedEventDetails: { error: "Passing" } as never }],
      [7, "TaskFailed", { taskFailedEventDetails: { error: "Final" } as never }],
      [9, "TaskStateAborted"],
      [9, "TaskStateAborted"],
      [9, "ParallelStateFailed"],
      [12, "ExecutionFailed", { executionFailedEventDetails: { error: "Final" } }],
    ),
  );
  expect(timeline.failure?.name).toBe("B");
  expect([...allVisits(timeline)].map(({ name, status }) => [name, status])).toEqual([
    ["Both", "failed"],
    ["A", "aborted"],
    ["B", "failed"],
  ]);
});

test("an iteration belongs to the Map whose name is in its event, even within another Map", () => {
  const timeline = readTimeline(
    history(
      [0, "ExecutionStarted"],
      [0, "MapStateEntered", entered("Outer")],
      [2, "MapStateStarted", { mapStateStartedEventDetails: { length: 2 } }],
      [3, "MapIterationStarted", { mapIterationStartedEventDetails: iteration("Outer", 0) }],
      [4, "MapStateEntered", entered("Inner")],
      [5, "MapStateStarted", { mapStateStartedEventDetails: { length: 1 } }],
      [6, "MapIterationStarted", { mapIterationStartedEventDetails: iteration("Inner", 0) }],
      [7, "PassStateEntered", entered("P")],
      [8, "PassStateExited", exited("P")],
      [9, "MapIterationSucceeded", { mapIterationSucceededEventDetails: iteration("Inner", 0) }],
      [10, "MapStateSucceeded"],
      [10, "MapStateExited", exited("Inner")],
      [12, "MapIterationSucceeded", { mapIterationSucceededEventDetails: iteration("Outer", 0) }],
      // This event follows the last event inside the previous iteration.
      [12, "MapIterationStarted", { mapIterationStartedEventDetails: iteration("Outer", 1) }],
      [14, "MapStateEntered", entered("Inner")],
    ),
  );
  expect([...allVisits(timeline)].map(pathOf)).toEqual([
    ["Outer"],
    ["Outer", 0, "Inner"],
    ["Outer", 0, "Inner", 0, "P"],
    ["Outer", 1, "Inner"],
  ]);
});

test("a history without its beginning yields a timeline of the rest", () => {
  const timeline = readTimeline([
    {
      id: 901,
      previousEventId: 900,
      type: "MapIterationSucceeded",
      mapIterationSucceededEventDetails: iteration("Sync", 8),
    },
    {
      id: 902,
      previousEventId: 900,
      type: "MapIterationStarted",
      mapIterationStartedEventDetails: iteration("Sync", 9),
    },
    { id: 903, previousEventId: 902, type: "TaskStateEntered", ...entered("SyncFile") },
    { id: 904, previousEventId: 903, type: "TaskScheduled" },
    { id: 905, previousEventId: 904, type: "TaskFailed", taskFailedEventDetails: { error: "E" } as never },
    {
      id: 906,
      previousEventId: 905,
      type: "MapIterationFailed",
      mapIterationFailedEventDetails: iteration("Sync", 9),
    },
    { id: 907, previousEventId: 905, type: "TaskStateAborted" },
    { id: 908, previousEventId: 905, type: "MapStateFailed" },
    { id: 909, previousEventId: 908, type: "ExecutionFailed", executionFailedEventDetails: { error: "E" } },
  ]);
  expect(timeline.failure?.name).toBe("SyncFile");
  expect(timelineOutline(timeline)).toEqual([
    "FAILED E",
    "failed in SyncFile",
    "Map Sync failed E by SyncFile",
    "  iteration 8 succeeded",
    "  iteration 9 failed",
    "    Task SyncFile failed E",
    "      attempt 1 failed E",
  ]);
});

test("times may be dates, seconds, milliseconds, or ISO text, or missing", () => {
  const at = Date.UTC(2026, 8, 3);
  for (const timestamp of [
    new Date(at),
    at / 1000,
    at,
    "2026-09-03T00:00:00.000Z",
    "2026-09-03T02:00:00+02:00",
  ])
    expect(readTimeline([{ id: 1, type: "ExecutionStarted", timestamp }]).spans[0]?.from).toBe(at);
  for (const timestamp of [undefined, "timestamp", new Date(Number.NaN)])
    expect(readTimeline([{ id: 1, type: "ExecutionStarted", timestamp }]).spans[0]?.from).toBeUndefined();
});

test("an event that was already added is ignored", () => {
  const reader = timelineReader();
  const events = history([0, "ExecutionStarted"], [0, "PassStateEntered", entered("A")]);
  for (const event of [...events, ...events]) reader.add(event);
  expect(reader.timeline.root.visits).toHaveLength(1);
  expect(reader.timeline.events).toBe(2);
});

const TYPES = [
  ...["Task", "Map", "Parallel", "Pass", "Wait", "Choice", "Fail"].flatMap((type) =>
    ["Entered", "Exited", "Aborted", "Started", "Succeeded", "Failed"].map((step) => `${type}State${step}`),
  ),
  ...["Started", "Succeeded", "Failed", "Aborted", "TimedOut", "Redriven"].map((step) => `Execution${step}`),
  ...["Started", "Succeeded", "Failed", "Aborted"].map((step) => `MapIteration${step}`),
  ...["Started", "Succeeded", "Failed", "Aborted", "Redriven"].map((step) => `MapRun${step}`),
  ...["Scheduled", "Started", "Submitted", "Succeeded", "Failed", "TimedOut", "StartFailed"].map(
    (step) => `Task${step}`,
  ),
  "LambdaFunctionFailed",
  "EvaluationFailed",
  "SomethingNew",
  "",
];

const anyEvent = fc.record(
  {
    previousEventId: fc.nat(30),
    type: fc.constantFrom(...TYPES),
    timestamp: fc.option(fc.double(), { nil: undefined }),
    stateEnteredEventDetails: fc.record({ name: fc.constantFrom("A", "B") }),
    stateExitedEventDetails: fc.record({ name: fc.constantFrom("A", "B", "C") }),
    mapIterationStartedEventDetails: fc.record({ name: fc.constantFrom("A", "C"), index: fc.nat(2) }),
    mapIterationFailedEventDetails: fc.record({ name: fc.constantFrom("A", "C"), index: fc.nat(2) }),
    evaluationFailedEventDetails: fc.record({ state: fc.constantFrom("A", "B") }),
  },
  { requiredKeys: ["type"] },
);

test("no history makes the reader throw, and the nodes of a timeline always form a tree", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      const timeline = readTimeline(events.map((event, index) => ({ ...event, id: index + 1 })));
      const visits = [...allVisits(timeline)];
      expect(new Set(visits).size).toBe(visits.length);
      for (const visit of visits) expect(visit.thread.visits).toContain(visit);
      timelineOutline(timeline);
    }),
    { numRuns: 500 },
  );
});

test("a history of 21,000 events with 1,650 iterations is read completely", () => {
  const events = largeHistory(1650);
  expect(events.length).toBeGreaterThan(20_000);
  const timeline = readTimeline(events);
  expect(timeline.root.visits[0]?.threads).toHaveLength(1650);
  expect([...allVisits(timeline)].length).toBe(1 + 1650 * 2);
  expect(timeline.status).toBe("SUCCEEDED");
});

/** The history of a Map with this many iterations, forty at a time. Each iteration retries its first task. */
function largeHistory(iterations: number): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  const add = (previousEventId: number, type: string, details: Details = {}) => {
    events.push({ id: events.length + 1, previousEventId, type, timestamp: events.length / 10, ...details });
    return events.length;
  };
  add(0, "ExecutionStarted");
  const map = add(0, "MapStateEntered", entered("Sync"));
  const started = add(map, "MapStateStarted", { mapStateStartedEventDetails: { length: iterations } });
  const lanes = Array.from({ length: 40 }, () => started);
  let last = started;
  for (let from = 0; from < iterations; from += lanes.length) {
    const group = lanes.map((_, lane) => from + lane).filter((index) => index < iterations);
    const step = (type: string, details?: (index: number) => Details) => {
      for (const index of group) lanes[index - from] = add(lanes[index - from] ?? 0, type, details?.(index));
    };
    step("MapIterationStarted", (index) => ({ mapIterationStartedEventDetails: iteration("Sync", index) }));
    step("TaskStateEntered", (index) => entered("SyncFile", `{"index":${index}}`));
    for (const end of ["TaskFailed", "TaskSucceeded"]) {
      step("TaskScheduled");
      step("TaskStarted");
      if (end === "TaskSucceeded") step("TaskSubmitted");
      step(end);
    }
    step("TaskStateExited", () => exited("SyncFile"));
    step("PassStateEntered", () => entered("Shape"));
    step("PassStateExited", () => exited("Shape"));
    for (const index of group)
      last = add(lanes[index - from] ?? 0, "MapIterationSucceeded", {
        mapIterationSucceededEventDetails: iteration("Sync", index),
      });
  }
  add(last, "MapStateSucceeded");
  add(add(last, "MapStateExited", exited("Sync")), "ExecutionSucceeded");
  return events;
}

/** How many times a reader accesses the threads of the Map or Parallel state that starts with the third event. */
function looksAtThreads(events: readonly HistoryEvent[]): number {
  const reader = timelineReader();
  let looks = 0;
  for (const [index, event] of events.entries()) {
    reader.add(event);
    const container = index === 2 ? reader.timeline.root.visits[0] : undefined;
    if (container === undefined) continue;
    container.threads = new Proxy(container.threads, {
      get(threads, key) {
        if (typeof key === "string" && /^\d+$/.test(key)) looks++;
        return Reflect.get(threads, key);
      },
    });
  }
  return looks;
}

test("the cost of an event does not grow with the number of branches, nor does the cost of an aborted state", () => {
  const count = 1000;
  const events = history(
    [0, "ExecutionStarted"],
    [0, "ParallelStateEntered", entered("Both")],
    [2, "ParallelStateStarted"],
    ...Array.from({ length: count }, (_, index): [number, string, Details] => [
      3,
      "TaskStateEntered",
      entered(`Task ${index}`),
    ]),
    ...Array.from({ length: count }, (): [number, string] => [4, "TaskStateAborted"]),
  );
  expect(looksAtThreads(events)).toBeLessThan(10 * events.length);
  const threads = readTimeline(events).root.visits[0]?.threads ?? [];
  expect(threads.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(threads.every(({ visits }) => visits[0]?.status === "aborted")).toBe(true);
});

test("the cost of an event does not grow with the attempts of a retried Map", () => {
  const attempts = 100;
  const iterations = 10;
  const events = history([0, "ExecutionStarted"], [0, "MapStateEntered", entered("Sync")]);
  const add = (previousEventId: number, type: string, details: Details = {}) => {
    const id = events.length + 1;
    events.push({ id, previousEventId, type, timestamp: id, ...details });
    return id;
  };
  let last = 2;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const started = add(last, "MapStateStarted");
    const tasks = Array.from({ length: iterations }, (_, index) =>
      add(
        add(started, "MapIterationStarted", { mapIterationStartedEventDetails: iteration("Sync", index) }),
        "TaskStateEntered",
        entered("SyncFile"),
      ),
    );
    const failed = add(tasks[0] ?? 0, "TaskFailed");
    for (let index = 1; index < iterations; index++) add(failed, "TaskStateAborted");
    last = add(failed, "MapIterationFailed", { mapIterationFailedEventDetails: iteration("Sync", 0) });
  }
  add(last, "ExecutionFailed");
  expect(looksAtThreads(events)).toBeLessThan(20 * events.length);
  const map = readTimeline(events).root.visits[0];
  expect(map?.attempts).toHaveLength(attempts);
  expect(map?.threads.slice(-iterations).map(({ status }) => status)).toEqual([
    "failed",
    ...Array.from({ length: iterations - 1 }, () => "aborted"),
  ]);
});
