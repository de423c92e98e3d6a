import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { dropTornLine, findLineEnds, openEventLog, readRecords } from "./event-log.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "event-log-"));
  file = join(directory, "events.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true }));

test("each event is a line, in order, and is found by its position in the file", async () => {
  const log = openEventLog(file, [], systemClock);
  expect(log.record([], 0, { type: "ParallelStateStarted" })).toBe(1);
  expect(log.record(["M", 3], 1, { type: "MapStateFailed" }, null)).toBe(2);
  log.finish(2, { type: "ExecutionFailed", executionFailedEventDetails: { cause: "ü\n" } });
  await log.durable();
  log.close();
  const ends = await findLineEnds(file);
  expect(ends).toEqual(log.lineEnds);
  expect(await readRecords(file, ends, 1, 3)).toMatchObject([
    { place: ["M", 3], next: null, event: { id: 2, previousEventId: 1, type: "MapStateFailed" } },
    { place: [], event: { id: 3, type: "ExecutionFailed", executionFailedEventDetails: { cause: "ü\n" } } },
  ]);
  expect(await readRecords(file, ends, 3, 5)).toEqual([]);
});

test("a torn last line is dropped, and the log continues after the previous line", async () => {
  const log = openEventLog(file, [], systemClock);
  log.record([], 0, { type: "ParallelStateStarted" });
  log.close();
  const whole = readFileSync(file, "utf8");
  appendFileSync(file, '{"event":{"ty');
  const ends = await findLineEnds(file);
  await dropTornLine(file, ends);
  expect(readFileSync(file, "utf8")).toBe(whole);
  const again = openEventLog(file, ends, systemClock);
  expect(again.record([], 1, { type: "MapStateFailed" })).toBe(2);
  again.close();
  expect((await findLineEnds(file)).length).toBe(2);
});

test("a line that is longer than the read buffer is read as one line", async () => {
  const log = openEventLog(file, [], systemClock);
  log.record([], 0, {
    type: "ExecutionStarted",
    executionStartedEventDetails: { input: "x".repeat(600_000) },
  });
  log.record([], 0, { type: "MapStateFailed" });
  log.close();
  expect(await findLineEnds(file)).toEqual(log.lineEnds);
});
