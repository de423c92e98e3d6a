import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { openEventLog } from "./event-log.ts";
import {
  createExecution,
  type ExecutionRecord,
  executionFiles,
  loadExecutions,
  saveExecution,
} from "./executions.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "executions-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

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
const load = () => loadExecutions(directory, systemClock, "killed");

async function createWithEvents(
  record: ExecutionRecord,
  ...ends: ("ExecutionStarted" | "ExecutionFailed")[]
) {
  await createExecution(files(), record, stateMachine);
  const log = openEventLog(files().events, [], systemClock);
  for (const type of ends) log.finish(0, { type });
  log.close();
}

test("one that ran is aborted from then on, and its history says why", async () => {
  await createWithEvents(execution, "ExecutionStarted");
  appendFileSync(files().events, '{"torn');
  expect(await load()).toMatchObject([{ status: "ABORTED", cause: "killed", events: 2 }]);
  const lines = readFileSync(files().events, "utf8").trimEnd().split("\n");
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

test("one whose end only the log knows has that end", async () => {
  await createWithEvents(execution, "ExecutionStarted", "ExecutionFailed");
  expect(await load()).toMatchObject([{ status: "FAILED", events: 2, redriveCount: 0 }]);
});

test("an end that is found is told once", async () => {
  await createWithEvents(execution, "ExecutionStarted");
  const ended: string[] = [];
  const onEnd = ({ name, status }: ExecutionRecord) => ended.push(`${name} ${status}`);
  for (let times = 0; times < 2; times++) await loadExecutions(directory, systemClock, "killed", onEnd);
  expect(ended).toEqual(["one ABORTED"]);
});

test("one whose redrive got no further than its record was not redriven", async () => {
  await createWithEvents({ ...execution, redriveCount: 1, events: 2 }, "ExecutionStarted", "ExecutionFailed");
  expect(await load()).toMatchObject([{ status: "FAILED", redriveCount: 0 }]);
});

test("one that never had an event is removed: nobody was told of it", async () => {
  await createExecution(files(), execution, stateMachine);
  expect(await load()).toEqual([]);
  expect(existsSync(files().directory)).toBe(false);
});

test("a record that is damaged is named", async () => {
  await createWithEvents({ ...execution, status: "FAILED" }, "ExecutionStarted");
  writeFileSync(files().record, '{"arn":1}');
  await expect(load()).rejects.toThrow(`${files().record} is not what was written there`);
});

test("files that are not ours are passed over, and names that are dots are names", async () => {
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
