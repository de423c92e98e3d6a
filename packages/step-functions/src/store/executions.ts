import { createHash } from "node:crypto";
import { link, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { PRIVATE_DIRECTORY } from "@data-quest/state-directory/private-files";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { HistoryEvent } from "../history.ts";
import { compressedName, compressLog, expandLog, sizeOf } from "./compressed-log.ts";
import { dropTornLine, findLineEnds, openEventLog, readRecords } from "./event-log.ts";
import { Damaged, readJsonFile, syncDirectory, writeJsonFile } from "./json-file.ts";
import { entryName } from "./names.ts";
import { StateMachineRecord } from "./state-machines.ts";

/**
 * What is stored about an execution besides its log. Dates are milliseconds since 1970; input and output are
 * JSON text.
 */
export const ExecutionRecord = z.object({
  arn: z.string(),
  name: z.string(),
  stateMachineArn: z.string(),
  stateMachineName: z.string(),
  status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
  startDate: z.number(),
  stopDate: z.number().optional(),
  input: z.string(),
  output: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  redriveCount: z.int(),
  redriveDate: z.number().optional(),
  redriveToken: z.string().optional(),
  traceHeader: z.string().optional(),
  /** The number of events when the execution last ended. */
  events: z.int(),
  /** True from the execution's end until `onStatusChange` has returned, even if the process is killed in between. */
  unreported: z.literal(true).optional(),
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;

/** Where the files of one execution are. */
export type ExecutionFiles = {
  directory: string;
  record: string;
  /** The state machine as it was when the execution started. */
  stateMachine: string;
  events: string;
};

/** The folder with the state machines as they were when the executions in `directory` started. */
export function snapshotsDirectory(directory: string): string {
  return join(directory, "..", "state-machines", "snapshots");
}

/** The files of an execution in `directory`. */
export function executionFiles(directory: string, stateMachineName: string, name: string): ExecutionFiles {
  return filesIn(join(directory, entryName(stateMachineName), entryName(name)));
}

function filesIn(directory: string): ExecutionFiles {
  return {
    directory,
    record: join(directory, "execution.json"),
    stateMachine: join(directory, "state-machine.json"),
    events: join(directory, "events.jsonl"),
  };
}

/** Creates the files of a new execution, except for its log. */
export async function createExecution(
  files: ExecutionFiles,
  execution: ExecutionRecord,
  stateMachine: StateMachineRecord,
): Promise<void> {
  await mkdir(join(files.directory, ".."), { recursive: true, mode: PRIVATE_DIRECTORY });
  await mkdir(files.directory, { mode: PRIVATE_DIRECTORY });
  await writeSnapshot(files, stateMachine);
  await saveExecution(files, execution);
  await syncDirectory(join(files.directory, ".."));
}

/**
 * Writes the state machine of an execution. Executions of the same revision of a state machine share one file on
 * disk, through hard links, if the file system supports them.
 */
async function writeSnapshot(files: ExecutionFiles, stateMachine: StateMachineRecord): Promise<void> {
  const folder = snapshotsDirectory(join(files.directory, "../.."));
  const hash = createHash("sha256").update(JSON.stringify(stateMachine)).digest("hex");
  const shared = join(folder, `${hash}.json`);
  const existing = await readJsonFile(shared, StateMachineRecord).catch(() => undefined);
  try {
    if (!isDeepStrictEqual(existing, stateMachine)) {
      await mkdir(folder, { recursive: true, mode: PRIVATE_DIRECTORY });
      await writeJsonFile(shared, stateMachine);
    }
    await link(shared, files.stateMachine);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    await writeJsonFile(files.stateMachine, stateMachine);
  }
}

/** Replaces an execution's record. */
export function saveExecution(files: ExecutionFiles, execution: ExecutionRecord): Promise<void> {
  return writeJsonFile(files.record, execution);
}

/**
 * The state machine as it was when the execution started. Throws Damaged, with the file's path, if the file is
 * missing or damaged.
 */
export async function readSnapshot(files: ExecutionFiles): Promise<StateMachineRecord> {
  const stateMachine = await readJsonFile(files.stateMachine, StateMachineRecord).catch(absent);
  if (stateMachine === undefined) throw new Damaged(`${files.stateMachine} is missing`);
  return stateMachine;
}

/** How executions are loaded. */
export type LoadOptions = {
  clock: Clock;
  /** The cause that is recorded for executions that become ABORTED because their process ended. */
  cause: string;
  /** Receives each execution that ended with its process, or whose end has not been reported. */
  onEnd?: (execution: ExecutionRecord) => void;
  /** Receives the directory of each execution that cannot be loaded, so that it can be set aside. */
  onDamage: (directory: string, error: Damaged) => void;
  /** Receives a sentence that says which loaded executions are damaged, and what is not possible with them. */
  onProblem: (problem: string) => void;
};

/**
 * Reads all executions in `directory`. An execution that was running when its process ended is closed as ABORTED,
 * with the `cause` in its history. An execution without a record is removed: its process ended before
 * StartExecution responded.
 */
export async function loadExecutions(directory: string, options: LoadOptions): Promise<ExecutionRecord[]> {
  await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  const executions: ExecutionRecord[] = [];
  const snapshots = snapshotChecker();
  for (const machine of await directoriesIn(directory)) {
    for (const execution of await directoriesIn(machine)) {
      try {
        const loaded = await loadExecution(filesIn(execution), options);
        if (loaded === undefined) continue;
        executions.push(loaded);
        await snapshots.check(filesIn(execution), loaded.name);
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        options.onDamage(execution, error);
      }
    }
  }
  for (const problem of snapshots.problems()) options.onProblem(problem);
  return executions;
}

/** A message lists at most this many of the executions that share a damaged state machine. */
const MOST_NAMED = 3;

/** Finds executions whose state machine cannot be read. A file that many executions share is read once. */
function snapshotChecker(): {
  check(files: ExecutionFiles, execution: string): Promise<void>;
  problems(): string[];
} {
  /** For each file on disk: what is wrong with the file, if anything, and the executions that share it. */
  const found = new Map<string, { fault: string | undefined; executions: string[] }>();
  return {
    async check(files, execution) {
      const status = await stat(files.stateMachine).catch(absent);
      const place = status === undefined ? files.stateMachine : `${status.dev} ${status.ino}`;
      const known = found.get(place) ?? { fault: await snapshotFault(files), executions: [] };
      known.executions.push(execution);
      found.set(place, known);
    },
    problems() {
      return [...found.values()].flatMap(({ fault, executions }) => {
        if (fault === undefined) return [];
        const more = executions.length - MOST_NAMED;
        const names = executions.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
        return `${fault}. These executions are listed, but cannot be redriven: ${names}`;
      });
    },
  };
}

async function snapshotFault(files: ExecutionFiles): Promise<string | undefined> {
  try {
    await readSnapshot(files);
    return undefined;
  } catch (error) {
    if (error instanceof Damaged) return error.message;
    throw error;
  }
}

/** The directories in `directory`. Files are left out, because a file manager may have added some. */
async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
}

async function loadExecution(
  files: ExecutionFiles,
  { clock, cause, onEnd, onProblem }: LoadOptions,
): Promise<ExecutionRecord | undefined> {
  const execution = await readJsonFile(files.record, ExecutionRecord).catch(absent);
  const isExpanded = (await stat(files.events).catch(absent)) !== undefined;
  const hasHistory = (await sizeOf(files.events)) > 0 || (await sizeOf(compressedName(files.events))) > 0;
  if (execution === undefined) {
    if (isExpanded || hasHistory) throw new Damaged(`${files.record} is missing`);
    await rm(files.directory, { recursive: true });
    return undefined;
  }
  if (execution.status !== "RUNNING") {
    // DescribeExecution still works: it needs only the record, which includes the output.
    if (!hasHistory)
      onProblem(
        `${files.events} is ${isExpanded ? "empty" : "missing"}: the execution is listed, but its history cannot be shown`,
      );
    if (execution.unreported) onEnd?.(execution);
    return execution;
  }
  await expandLog(files.events);
  const lineEnds = hasHistory ? await findLineEnds(files.events) : [];
  if (lineEnds.length === 0) {
    throw new Damaged(
      `${files.events} has no event: the process ended while it started the execution, or the history was removed`,
    );
  }
  await dropTornLine(files.events, lineEnds);
  const [last] = await readRecords(files.events, lineEnds, lineEnds.length - 1, lineEnds.length);
  if (last === undefined) throw new Damaged(`${files.events} is damaged: its last line is empty`);
  const end = endedBy(execution, last.event) ?? (await abort(files, execution, lineEnds, clock, cause));
  const ended: ExecutionRecord = { ...end, unreported: true };
  await saveExecution(files, ended);
  await compressLog(files.events);
  onEnd?.(ended);
  return ended;
}

/** Closes the log of an execution whose process was killed. */
async function abort(
  files: ExecutionFiles,
  execution: ExecutionRecord,
  lineEnds: number[],
  clock: Clock,
  cause: string,
): Promise<ExecutionRecord> {
  const log = openEventLog(files.events, lineEnds, clock);
  log.finish(0, { type: "ExecutionAborted", executionAbortedEventDetails: { cause } });
  await log.durable();
  log.close();
  return { ...execution, status: "ABORTED", cause, stopDate: clock.now(), events: log.length };
}

/** The record with the end that only the log contains. Undefined if `event`, the last event, is not an end. */
function endedBy(execution: ExecutionRecord, event: HistoryEvent): ExecutionRecord | undefined {
  // A redrive that is only in the record does not count: the log still ends where it did before.
  const redriveCount = execution.events === event.id ? execution.redriveCount - 1 : execution.redriveCount;
  const end = { ...execution, redriveCount, stopDate: event.timestamp * 1000, events: event.id };
  switch (event.type) {
    case "ExecutionSucceeded":
      return { ...end, status: "SUCCEEDED", output: event.executionSucceededEventDetails?.output };
    case "ExecutionFailed":
      return { ...end, status: "FAILED", ...event.executionFailedEventDetails };
    case "ExecutionAborted":
      return { ...end, status: "ABORTED", ...event.executionAbortedEventDetails };
    case "ExecutionTimedOut":
      return { ...end, status: "TIMED_OUT" };
    default:
      return undefined;
  }
}

function absent(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
