/**
 * Keeps what the functions printed during each execution. A log stays in the state directory for as long as
 * its execution is kept.
 */
import { closeSync, fstatSync, mkdirSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CallLine } from "@data-quest/lambda-host/call-logs";
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from "@data-quest/state-directory/private-files";
import { entryName } from "@data-quest/step-functions";
import * as z from "zod";

/** The size limit for the log of one execution, including its redrives. */
const MOST_BYTES = 1_000_000;
const LONGEST_LINE = 4000;

const LogLine = z.object({
  /** Milliseconds since 1970. */
  time: z.number(),
  /** The ID of the event that scheduled the attempt. */
  scheduledEventId: z.number(),
  requestId: z.string(),
  functionName: z.string(),
  line: z.string(),
});
/** A line of an execution's log. */
export type LogLine = z.infer<typeof LogLine>;

/**
 * Adds a line to the log of its execution, if the call was made by an attempt of a task. A log that has
 * reached its limit ends with a line that says so.
 */
export function keepLogLine(stateDir: string, { executionArn, scheduledEventId, ...rest }: CallLine): void {
  if (scheduledEventId === undefined) return;
  const { time, requestId, functionName, line } = rest;
  const clipped = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} ...` : line;
  const path = fileOf(stateDir, executionArn);
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
  const file = openSync(path, "a", PRIVATE_FILE);
  try {
    const { size } = fstatSync(file);
    if (size >= MOST_BYTES) return;
    const entry: LogLine = { time, scheduledEventId, requestId, functionName, line: clipped };
    const text = textOf(entry);
    const last = textOf({
      ...entry,
      line: `The log of this execution has reached ${MOST_BYTES / 1e6} MB: later lines were not kept`,
    });
    const fits = size + Buffer.byteLength(text) + Buffer.byteLength(last) < MOST_BYTES;
    // The last line is padded to the limit, so that nothing can follow it.
    writeSync(file, fits ? text : last.padStart(MOST_BYTES - size, " "));
  } finally {
    closeSync(file);
  }
}

function textOf(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The log of an execution, oldest line first. Empty if nothing was printed. At most 1 MB is read. */
export async function readExecutionLog(stateDir: string, executionArn: string): Promise<LogLine[]> {
  let text: string;
  try {
    text = await readFile(fileOf(stateDir, executionArn), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => parsed(line));
}

/** Returns the line, or nothing if it is incomplete because a process was killed. */
function parsed(line: string): LogLine[] {
  try {
    return [LogLine.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** The size of an execution's log in bytes. */
export function executionLogBytes(stateDir: string, executionArn: string): number {
  return statSync(fileOf(stateDir, executionArn), { throwIfNoEntry: false })?.size ?? 0;
}

/** Removes the log of an execution. */
export function removeExecutionLog(stateDir: string, executionArn: string): void {
  rmSync(fileOf(stateDir, executionArn), { force: true });
}

function fileOf(stateDir: string, executionArn: string): string {
  const [machine = "", name = ""] = executionArn.split(":").slice(-2).map(fileName);
  return join(stateDir, "logs", machine, `${name}.jsonl`);
}

/**
 * An ARN in a URL might not belong to an execution. Execution names contain no slash, so the file for such an
 * ARN belongs to no execution.
 */
function fileName(name: string): string {
  return entryName(name).replaceAll(/[/\0]/g, "%");
}
