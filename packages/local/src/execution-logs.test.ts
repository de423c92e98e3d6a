import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { executionLogBytes, keepLogLine, readExecutionLog, removeExecutionLog } from "./execution-logs.ts";

const executionArn = "arn:aws:states:us-east-1:000000000000:execution:Pipeline:one";
const line = {
  executionArn,
  scheduledEventId: 3,
  requestId: "r",
  functionName: "SyncFile",
  time: 1_760_000_000_000,
};

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "logs-"));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const file = () => join(stateDir, "logs", "Pipeline", "one.jsonl");

test("lines are kept with their execution and attempt, and only the owner can read the log", async () => {
  keepLogLine(stateDir, { ...line, line: "first" });
  keepLogLine(stateDir, { ...line, executionArn: `${executionArn}-other`, line: "of another execution" });
  keepLogLine(stateDir, { ...line, scheduledEventId: undefined, line: "of no attempt" });
  keepLogLine(stateDir, { ...line, scheduledEventId: 9, line: "x".repeat(5000) });
  const { executionArn: _arn, ...rest } = line;
  expect(await readExecutionLog(stateDir, executionArn)).toEqual([
    { ...rest, line: "first" },
    { ...rest, scheduledEventId: 9, line: `${"x".repeat(4000)} ...` },
  ]);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(statSync(join(stateDir, "logs")).mode & 0o777).toBe(0o700);
  expect(executionLogBytes(stateDir, executionArn)).toBe(statSync(file()).size);
  removeExecutionLog(stateDir, executionArn);
  expect(await readExecutionLog(stateDir, executionArn)).toEqual([]);
  expect(await readExecutionLog(stateDir, `${executionArn}-other`)).toHaveLength(1);
});

test("a log has at most 1 MB, and its last line says that the rest is missing", async () => {
  for (let index = 0; index < 400; index++)
    keepLogLine(stateDir, { ...line, line: `${index} ${"x".repeat(3900)}` });
  expect(statSync(file()).size).toBe(1_000_000);
  const lines = await readExecutionLog(stateDir, executionArn);
  expect(lines.at(-1)?.line).toBe("The log of this execution has reached 1 MB: later lines were not kept");
  expect(lines.at(-2)?.line).toMatch(/^2\d\d x/);
});

test("an incomplete line, left by a killed process, does not affect other lines", async () => {
  keepLogLine(stateDir, { ...line, line: "whole" });
  writeFileSync(file(), `${readFileSync(file(), "utf8")}{"time":17`);
  expect(await readExecutionLog(stateDir, executionArn)).toMatchObject([{ line: "whole" }]);
});

test("an ARN that does not belong to an execution never gives access to another file", async () => {
  writeFileSync(join(stateDir, "secret.jsonl"), JSON.stringify({ ...line, line: "secret" }));
  for (const arn of ["x:..:secret", "../secret", "..%2Fsecret", "x:y/../../secret", "x:y\0:z", ""])
    expect(await readExecutionLog(stateDir, arn)).toEqual([]);
});

test("a log can be kept for an execution with the longest possible name, in any writing system", async () => {
  const long = `${executionArn.replace(/one$/, "")}${"国".repeat(80)}`;
  keepLogLine(stateDir, { ...line, executionArn: long, line: "kept" });
  expect(await readExecutionLog(stateDir, long)).toMatchObject([{ line: "kept" }]);
  removeExecutionLog(stateDir, long);
  expect(executionLogBytes(stateDir, long)).toBe(0);
});
