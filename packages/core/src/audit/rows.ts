/** What a run did with each file, read from its own execution history. */
import * as z from "zod";
import { bronzeKey } from "../mirror/bronze.ts";
import { populationKey } from "../population/population.ts";
import { Discovery, PopulationResult, type SyncItem, SyncResult } from "../workflow.ts";

/** An event of GetExecutionHistory, as far as the audit looks into it. */
export type HistoryEvent = {
  id?: number | undefined;
  previousEventId?: number | undefined;
  type?: string | undefined;
  timestamp?: Date | undefined;
  stateEnteredEventDetails?: { name?: string | undefined } | undefined;
  stateExitedEventDetails?: { name?: string | undefined; output?: string | undefined } | undefined;
  mapIterationStartedEventDetails?: { index?: number | undefined } | undefined;
  taskFailedEventDetails?: Failure | undefined;
  taskTimedOutEventDetails?: Failure | undefined;
};
type Failure = { error?: string | undefined; cause?: string | undefined };

/**
 * One file in one execution. Times are ISO: `time` is when its work ended, or began where it did not end, or when the execution
 * ended without it. `duration` is in milliseconds, from the first attempt's begin to the last one's end.
 */
export type AuditRow = {
  time: string;
  file: string;
  action: SyncResult["action"] | "failed" | "aborted" | "not started";
  reason: string;
  bytes: number | null;
  sha256: string | null;
  versionId: string | null;
  listedModified: string | null;
  listedBytes: number | null;
  sourceModified: string | null;
  attempts: number;
  duration: number | null;
  error: string | null;
};

/** All that happened to a file, in every attempt and redrive. */
type Track = {
  file: string;
  item: SyncItem | undefined;
  entered: Date | undefined;
  ended: Date | undefined;
  attempts: number;
  result: SyncResult | PopulationResult | undefined;
  failure: Failure | undefined;
};

const DISCOVER_STATE = "DiscoverFiles";
const SYNC_STATE = "SyncFile";
const POPULATION_STATE = "FetchPopulation";

/** The events of one task, each of which follows the one before. A task's exit and abortion are not followed by any of it. */
const TASK_EVENTS = new Set([
  "TaskStateEntered",
  "TaskScheduled",
  "TaskStarted",
  "TaskStartFailed",
  "TaskSubmitted",
  "TaskSubmitFailed",
  "TaskSucceeded",
  "TaskFailed",
  "TaskTimedOut",
]);

/**
 * One row per file that the execution found, in the order of the listing, and one for the population where the execution got that
 * far. `events` is the whole history in its order. An execution that failed before its listing has no row.
 */
export function auditRows(events: Iterable<HistoryEvent>): AuditRow[] {
  let files: Track[] = [];
  let population: Track | undefined;
  // Iterations run at the same time: an event belongs to the file that its chain of previous events leads to.
  const owners = new Map<number, Track>();
  // A task that is redriven is not entered again: its events follow the redrive.
  let enteredLast: Track | undefined;
  let end: Date | undefined;

  for (const event of events) {
    const { id = 0, previousEventId = 0, type, stateEnteredEventDetails: entry } = event;
    end = event.timestamp;
    if (event.stateExitedEventDetails?.name === DISCOVER_STATE) {
      files = listedTracks(event.stateExitedEventDetails.output);
      continue;
    }
    let owner = owners.get(previousEventId);
    if (type === "MapIterationStarted") {
      owner = files[event.mapIterationStartedEventDetails?.index ?? -1];
    } else if (type === "ExecutionRedriven") {
      owner = enteredLast;
    } else if (entry !== undefined && entry.name !== SYNC_STATE) {
      if (entry.name === POPULATION_STATE) population ??= newTrack(populationKey);
      owner = entry.name === POPULATION_STATE ? population : undefined;
      enteredLast = owner;
    }
    if (owner === undefined) continue;
    if (type === "MapIterationStarted" || type === "ExecutionRedriven" || TASK_EVENTS.has(type ?? ""))
      owners.set(id, owner);
    follow(owner, event);
  }
  const tracks = population === undefined ? files : [...files, population];
  return tracks.map((track) => rowOf(track, end));
}

/** A track for each item of a listing, in its order, which is the order of the iterations. */
function listedTracks(output: string | undefined): Track[] {
  const { settings, items } = Discovery.parse(JSON.parse(output ?? "null"));
  return items.map((item) => newTrack(bronzeKey(settings.survey, item.path), item));
}

function newTrack(file: string, item?: SyncItem): Track {
  return {
    file,
    item,
    entered: undefined,
    ended: undefined,
    attempts: 0,
    result: undefined,
    failure: undefined,
  };
}

function follow(track: Track, event: HistoryEvent): void {
  switch (event.type) {
    case "TaskScheduled":
      track.entered ??= event.timestamp;
      track.attempts++;
      track.failure = undefined;
      track.ended = undefined;
      break;
    case "TaskFailed":
    case "TaskTimedOut":
      track.failure = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
      track.ended = event.timestamp;
      break;
    case "TaskStateExited": {
      const output: unknown = JSON.parse(event.stateExitedEventDetails?.output ?? "null");
      track.result = track.file === populationKey ? PopulationResult.parse(output) : SyncResult.parse(output);
      track.ended = event.timestamp;
      break;
    }
    default:
      break;
  }
}

function rowOf(track: Track, end: Date | undefined): AuditRow {
  const { item, result, failure, entered, ended } = track;
  const listed = item?.do === "sync" ? item : undefined;
  const outcome = result?.action ?? (failure ? "failed" : entered ? "aborted" : "not started");
  return {
    time: (ended ?? entered ?? end)?.toISOString() ?? "",
    file: track.file,
    action: outcome,
    reason: result?.reason ?? "",
    bytes: result?.bytes ?? null,
    sha256: result?.sha256 ?? null,
    versionId: result?.versionId ?? null,
    listedModified: listed?.modified ?? null,
    listedBytes: listed?.size ?? null,
    sourceModified: result && "sourceModified" in result ? result.sourceModified : null,
    attempts: track.attempts,
    duration: entered && ended ? ended.getTime() - entered.getTime() : null,
    error: failure ? [failure.error, failureMessage(failure.cause)].filter(Boolean).join(": ") : null,
  };
}

const LambdaCause = z.object({ errorMessage: z.string() });

function failureMessage(cause: string | undefined): string | undefined {
  if (!cause?.startsWith("{")) return cause;
  const parsed = LambdaCause.safeParse(JSON.parse(cause));
  return parsed.success ? parsed.data.errorMessage : cause;
}
