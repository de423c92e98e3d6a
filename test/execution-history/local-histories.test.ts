/** The timelines of histories that the local Step Functions wrote. Each test covers one aspect of real histories. */
import { type HistoryEvent, readTimeline, timelineReader, timeSpent } from "@data-quest/execution-history";
import { timelineOutline } from "@data-quest/execution-history/outline.test-support";
import { openCalls, raise, runInMemory } from "@data-quest/step-functions/testing";
import { expect, test } from "vitest";

const Resource = "arn:aws:lambda:us-east-1:000000000000:function:Work";
const work = { Type: "Task", Resource, End: true };
const machine = (States: Record<string, object>) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(States)[0],
  States,
});
const mapOf = (settings: object) =>
  machine({
    Sync: { Type: "Map", ItemProcessor: { StartAt: "Work", States: { Work: work } }, End: true, ...settings },
  });
const outlineOf = (records: readonly { event: HistoryEvent }[]) =>
  timelineOutline(readTimeline(records.map(({ event }) => event)));

test("a failed iteration stays failed, and the others are aborted", async () => {
  const calls = openCalls();
  const run = runInMemory({
    definition: mapOf({}),
    input: ["a", "b", "c"],
    invokeLambda: calls.invokeLambda,
  });
  await Promise.all(["a", "b", "c"].map(calls.called));
  calls.answer("b", raise("Boom"));
  await run.finished;
  expect(outlineOf(run.records)).toEqual([
    "FAILED Boom",
    "failed in Work",
    "Map Sync failed Boom of 3 by Work",
    "  attempt 1 failed Boom",
    "  iteration 0 aborted",
    "    Task Work aborted",
    "      attempt 1 aborted",
    "  iteration 1 failed",
    "    Task Work failed Boom",
    "      attempt 1 failed Boom",
    "  iteration 2 aborted",
    "    Task Work aborted",
    "      attempt 1 aborted",
  ]);
});

test("a redrive resumes the iterations that had not succeeded, and the timeline has the idle time", async () => {
  let broken = true;
  const settings = {
    definition: mapOf({ MaxConcurrency: 1 }),
    input: ["a", "b", "c"],
    invokeLambda: async (_name: string, payload: string) =>
      broken && payload === '"b"' ? raise("Boom") : { payload },
  };
  const first = runInMemory(settings);
  await first.finished;
  broken = false;
  const later = 60_000;
  const again = runInMemory({ ...settings, after: first.records });
  await again.finished;
  const redriven = again.records.findIndex(({ event }) => event.type === "ExecutionRedriven");
  const events = again.records.map(({ event }, index) =>
    index < redriven ? event : { ...event, timestamp: event.timestamp + later / 1000 },
  );
  const timeline = readTimeline(events);
  expect(timeline.redrives).toMatchObject([{ number: 1, after: { status: "FAILED", error: "Boom" } }]);
  const { idle, work, total } = timeSpent(timeline);
  expect(idle).toBeGreaterThanOrEqual(later);
  expect(work).toBeLessThan(later);
  expect(total).toBe(work + idle);
  const lines = timelineOutline(timeline).map((line) => line.replaceAll(/ \d+ ms( in)?/g, " in"));
  expect(lines.filter((line) => !line.startsWith("redrive"))).toEqual([
    "SUCCEEDED in 2 runs",
    'Map Sync succeeded in 2 runs of 3 -> ["a","b","c"]',
    "  attempt 1 succeeded",
    "  iteration 0 succeeded",
    '    Task Work succeeded -> "a"',
    "      attempt 1 succeeded",
    "  iteration 1 succeeded in 2 runs",
    '    Task Work succeeded in 2 runs -> "b"',
    "      attempt 1 failed Boom",
    "      attempt 2 succeeded in redrive 1",
    "  iteration 2 succeeded",
    '    Task Work succeeded -> "c"',
    "      attempt 1 succeeded in redrive 1",
  ]);
});

test("a redriven Parallel resumes the task of each branch that had not ended", async () => {
  const branch = (name: string) => ({
    StartAt: name,
    States: { [name]: { ...work, Arguments: name } },
  });
  const calls = openCalls();
  const definition = machine({ Both: { Type: "Parallel", Branches: [branch("A"), branch("B")], End: true } });
  const first = runInMemory({ definition, input: {}, invokeLambda: calls.invokeLambda });
  await Promise.all(["A", "B"].map(calls.called));
  calls.answer("B", raise("Boom"));
  await first.finished;
  const again = runInMemory({
    definition,
    input: {},
    after: first.records,
    invokeLambda: async (_name, payload) => ({ payload }),
  });
  await again.finished;
  expect(outlineOf(again.records).map((line) => line.replaceAll(/ \d+ ms/g, ""))).toEqual([
    "SUCCEEDED in 2 runs",
    "redrive 1 after FAILED, idle",
    'Parallel Both succeeded in 2 runs -> ["A","B"]',
    "  attempt 1 succeeded",
    "  branch 0 succeeded in 2 runs",
    '    Task A succeeded in 2 runs -> "A"',
    "      attempt 1 aborted",
    "      attempt 2 succeeded in redrive 1",
    "  branch 1 succeeded in 2 runs",
    '    Task B succeeded in 2 runs -> "B"',
    "      attempt 1 failed Boom",
    "      attempt 2 succeeded in redrive 1",
  ]);
});

test("each attempt has its error and the backoff before the attempt", async () => {
  const Retry = [{ ErrorEquals: ["Busy"], IntervalSeconds: 4, MaxAttempts: 3, JitterStrategy: "NONE" }];
  let calls = 0;
  const run = runInMemory({
    definition: machine({
      Ask: { Type: "Task", Resource, Retry, Next: "Rest" },
      Rest: { Type: "Wait", Seconds: 30, End: true },
    }),
    input: {},
    invokeLambda: async () => (++calls < 3 ? raise("Busy") : { payload: "1" }),
  });
  const reader = timelineReader();
  await run.finished;
  const statuses = run.records.map(({ event }) => {
    reader.add(event);
    return reader.timeline.root.visits[0]?.status;
  });
  expect(statuses.filter((status, index) => status !== statuses[index - 1])).toEqual([
    "running",
    "retrying",
    "running",
    "retrying",
    "running",
    "succeeded",
  ]);
  expect(reader.timeline.root.visits[0]?.attempts).toMatchObject([
    { number: 1, status: "failed", error: "Busy", backoff: undefined },
    { number: 2, status: "failed", error: "Busy", backoff: 4000 },
    { number: 3, status: "succeeded", error: undefined, backoff: 8000 },
  ]);
  expect(timeSpent(reader.timeline)).toMatchObject({ waiting: 30_000, idle: 0 });
});

test("the timeline of a stopped execution lists the states that were interrupted", async () => {
  const calls = openCalls();
  const run = runInMemory({ definition: mapOf({}), input: ["a", "b"], invokeLambda: calls.invokeLambda });
  await Promise.all(["a", "b"].map(calls.called));
  const events: HistoryEvent[] = run.records.map(({ event }) => event);
  const stopped = { id: events.length + 1, previousEventId: 0, type: "ExecutionAborted", timestamp: 1e9 };
  const timeline = readTimeline([...events, stopped]);
  expect(timeline.status).toBe("ABORTED");
  expect(timeline.failure).toBeUndefined();
  expect(timeline.interrupted.map(({ name, thread }) => [name, thread.index])).toEqual([
    ["Work", 0],
    ["Work", 1],
  ]);
});
