import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { openEventLog } from "./event-log.ts";
import {
  createExecution,
  type ExecutionRecord,
  executionFiles,
  loadExecutions,
  readSnapshot,
  saveExecution,
} from "./executions.ts";

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "executions-")), "executions");
  named = [];
});
afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

const execution: ExecutionRecord = {
  arn: "arn:aws:states:us-east-1:000000000000:execution:M:one",
  name: "one",
  stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:M",
  stateMachineName: "M",
  status: "RUNNING",
  startDate: 1000,
  input: "{}",
  redriveCount: 0,
  events: 0,
};
const stateMachine = {
  arn: execution.stateMachineArn,
  name: "M",
  definition: "{}",
  roleArn: "arn:aws:iam::000000000000:role/M",
  creationDate: 0,
  updateDate: 0,
  revisionId: "1",
  deleting: false,
  tags: {},
  loggingConfiguration: {},
  tracingConfiguration: {},
};
const files = () => executionFiles(directory, "M", "one");
/** What loading reported as damaged or missing. */
let named: string[];
const load = (onEnd: (execution: ExecutionRecord) => void = () => undefined) =>
  loadExecutions(directory, {
    clock: systemClock,
    cause: "killed",
    onEnd,
    onDamage: (place, { message }) => named.push(`${place}: ${message}`),
    onProblem: (problem) => named.push(problem),
  });

async function createWithEvents(
  record: ExecutionRecord,
  ...ends: ("ExecutionStarted" | "ExecutionFailed")[]
) {
  await createExecution(files(), record, stateMachine);
  const log = openEventLog(files().events, [], systemClock);
  for (const type of ends) log.finish(0, { type });
  log.close();
}

test("a running execution is aborted at the next start, and its history says why", async () => {
  await createWithEvents(execution, "ExecutionStarted");
  appendFileSync(files().events, '{"torn');
  expect(await load()).toMatchObject([{ status: "ABORTED", cause: "killed", events: 2 }]);
  const lines = gunzipSync(readFileSync(`${files().events}.gz`))
    .toString()
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line).event)).toMatchObject([
    { id: 1, type: "ExecutionStarted" },
    {
      id: 2,
      previousEventId: 0,
      type: "ExecutionAborted",
      executionAbortedEventDetails: { cause: "killed" },
    },
  ]);
  expect(await load()).toMatchObject([{ status: "ABORTED", events: 2 }]);
});

test("an execution whose record lacks its end gets the end from the log", async () => {
  await createWithEvents(execution, "ExecutionStarted", "ExecutionFailed");
  expect(await load()).toMatchObject([{ status: "FAILED", events: 2, redriveCount: 0 }]);
});

test("a recovered end is reported at each start until it is marked as reported", async () => {
  await createWithEvents(execution, "ExecutionStarted");
  const ended: string[] = [];
  const onEnd = ({ name, status }: ExecutionRecord) => ended.push(`${name} ${status}`);
  await load(onEnd);
  const [loaded = execution] = await load(onEnd);
  expect(ended).toEqual(["one ABORTED", "one ABORTED"]);
  const { unreported: _, ...reported } = loaded;
  await saveExecution(files(), reported);
  await load(onEnd);
  expect(ended).toHaveLength(2);
});

test("a redrive that is in an execution's record but not in its log does not count", async () => {
  await createWithEvents({ ...execution, redriveCount: 1, events: 2 }, "ExecutionStarted", "ExecutionFailed");
  expect(await load()).toMatchObject([{ status: "FAILED", redriveCount: 0 }]);
});

test("an execution without a record is removed, because StartExecution had not responded yet", async () => {
  await createExecution(files(), execution, stateMachine);
  rmSync(files().record);
  expect(await load()).toEqual([]);
  expect(existsSync(files().directory)).toBe(false);
  expect(named).toEqual([]);
});

const emptied = (file: string) => writeFileSync(file, "");

test.each([
  ["a record that is empty", () => emptied(files().record), "execution.json is damaged: it is empty"],
  [
    "a record in a different format",
    () => writeFileSync(files().record, '{"arn":1}'),
    "execution.json is damaged: its field arn is missing or not valid$",
  ],
  [
    "a record that is cut off",
    () => writeFileSync(files().record, '{"arn":'),
    "execution.json is damaged: it is not JSON, or is cut off$",
  ],
  ["a record that is missing", () => rmSync(files().record), "execution.json is missing"],
  ["no history", () => rmSync(files().events), "events.jsonl has no event"],
  ["an empty history", () => emptied(files().events), "events.jsonl has no event"],
  ["a torn first event", () => writeFileSync(files().events, '{"torn'), "events.jsonl has no event"],
  [
    "a history with a line that is not JSON",
    () => writeFileSync(files().events, "{}\nx\n"),
    "events.jsonl is damaged: line 2 is not JSON, or is cut off$",
  ],
])(
  "a running execution with %s is reported, and other executions are still listed",
  async (_what, damage, message) => {
    await createWithEvents(execution, "ExecutionStarted");
    const other = executionFiles(directory, "M", "two");
    await createExecution(other, { ...execution, name: "two", status: "FAILED" }, stateMachine);
    writeFileSync(other.events, "{}\n");
    damage();
    expect(await load()).toMatchObject([{ name: "two" }]);
    expect(named).toEqual([expect.stringMatching(`^${files().directory}: .*${message}`)]);
    expect(existsSync(files().directory)).toBe(true);
  },
);

test.each([
  ["missing", () => rmSync(files().events)],
  ["empty", () => emptied(files().events)],
])("an execution that has ended is kept, and its %s history is reported", async (what, damage) => {
  await createWithEvents({ ...execution, status: "FAILED" }, "ExecutionStarted");
  damage();
  expect(await load()).toMatchObject([{ name: "one", status: "FAILED" }]);
  expect(named).toEqual([
    `${files().events} is ${what}: the execution is listed, but its history cannot be shown`,
  ]);
});

test.each([
  ["emptied", emptied, "is damaged: it is empty"],
  ["cut off", (file: string) => writeFileSync(file, '{"arn":'), "is damaged: it is not JSON, or is cut off"],
  ["removed", (file: string) => rmSync(file), "is missing"],
])(
  "executions whose stored state machine was %s are kept, and the file is reported once, with its executions",
  async (_what, damage, fault) => {
    const names = ["1", "2", "3", "4", "5", "healthy"];
    for (const name of names) {
      const definition = name === "healthy" ? "{}" : '{"StartAt":"A"}';
      const own = executionFiles(directory, "M", name);
      await createExecution(own, { ...execution, name, status: "FAILED" }, { ...stateMachine, definition });
      writeFileSync(own.events, "{}\n");
    }
    const damaged = executionFiles(directory, "M", "1").stateMachine;
    expect(statSync(damaged).nlink).toBeGreaterThan(2);
    damage(damaged);
    expect(await load()).toHaveLength(names.length);
    const all = fault === "is missing" ? "1" : "1, 2, 3 and 2 more";
    expect(named).toEqual([
      `${damaged} ${fault}. These executions are listed, but cannot be redriven: ${all}`,
    ]);
  },
);

test("unrelated files are ignored, and the name of an execution or state machine can be one or two dots", async () => {
  mkdirSync(directory);
  writeFileSync(join(directory, ".DS_Store"), "");
  const odd = executionFiles(directory, "..", ".");
  await createExecution(
    odd,
    { ...execution, status: "FAILED", stateMachineName: "..", name: "." },
    stateMachine,
  );
  await saveExecution(odd, { ...execution, status: "SUCCEEDED", stateMachineName: "..", name: "." });
  expect(await load()).toMatchObject([{ name: ".", stateMachineName: "..", status: "SUCCEEDED" }]);
});

test("executions of the same state machine share its file, and a damaged file is rewritten", async () => {
  const names = ["one", "two", "three"];
  const snapshots = names.map((name) => executionFiles(directory, "M", name).stateMachine);
  for (const name of names) {
    if (name === "three") writeFileSync(snapshots[0] ?? "", "");
    await createExecution(executionFiles(directory, "M", name), { ...execution, name }, stateMachine);
  }
  const [one, two, three] = snapshots.map((file) => statSync(file).ino);
  expect([one === two, two === three]).toEqual([true, false]);
  expect(await readSnapshot(executionFiles(directory, "M", "three"))).toEqual(stateMachine);
  for (const name of names) rmSync(executionFiles(directory, "M", name).record);
  expect(await load()).toEqual([]);
});
