import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { compressLog, expandLog } from "./compressed-log.ts";
import { findLineEnds, openEventLog, readRecords } from "./event-log.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "log-"));
  file = join(directory, "events.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(events: number): void {
  const log = openEventLog(file, [], systemClock);
  const output = JSON.stringify({ text: "the same again".repeat(50) });
  for (let n = 0; n < events; n++)
    log.record([], n, { type: "PassStateExited", stateExitedEventDetails: { name: `State${n}`, output } });
  log.close();
}

test("a compressed log returns the same records, page by page, and takes less than a fifth of the space", async () => {
  write(100);
  const ends = await findLineEnds(file);
  const records = await readRecords(file, ends, 0, 100);
  const { size } = statSync(file);
  await compressLog(file);
  expect(readdirSync(directory)).toEqual(["events.jsonl.gz"]);
  expect(statSync(`${file}.gz`).size).toBeLessThan(size / 5);
  expect(await findLineEnds(file)).toEqual(ends);
  expect(await readRecords(file, ends, 0, 100)).toEqual(records);
  expect(await readRecords(file, ends, 40, 42)).toEqual(records.slice(40, 42));
});

test("a compressed log is expanded to the same bytes for a redrive", async () => {
  write(10);
  const before = readFileSync(file);
  await compressLog(file);
  await expandLog(file);
  await expandLog(file);
  expect(readdirSync(directory)).toEqual(["events.jsonl"]);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("a log is readable if the process was killed between two steps", async () => {
  write(10);
  const ends = await findLineEnds(file);
  const plain = readFileSync(file);
  await compressLog(file);
  for (const left of [plain, ""]) {
    writeFileSync(file, left);
    expect(await findLineEnds(file)).toEqual(ends);
    expect(await readRecords(file, ends, 9, 10)).toHaveLength(1);
  }
});

test("a long log is not compressed", async () => {
  write(6000);
  await compressLog(file);
  expect(readdirSync(directory)).toEqual(["events.jsonl"]);
});

test("a log that cannot be compressed is left unchanged", async () => {
  write(1);
  // A directory has the draft's name, so the draft cannot be written.
  mkdirSync(`${file}.gz.new`);
  const before = readFileSync(file);
  await compressLog(file).catch(() => undefined);
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(existsSync(`${file}.gz`)).toBe(false);
});

test("an error contains the name of the damaged compressed log", async () => {
  write(1);
  await compressLog(file);
  writeFileSync(`${file}.gz`, "not gzip");
  await expect(findLineEnds(file)).rejects.toThrow(`${file}.gz is damaged`);
  await expect(expandLog(file)).rejects.toThrow(`${file}.gz is damaged`);
  expect(readdirSync(directory)).toEqual(["events.jsonl.gz"]);
});
