/** What a run did with each file, read from its own execution history. */
import * as z from "zod";
import { bronzeKey } from "../mirror/bronze.ts";
import { populationKey } from "../population/population.ts";
import { Discovery, PopulationResult, SyncItem, SyncResult } from "../workflow.ts";

/** An event of GetExecutionHistory, as far as the audit looks into it. */
export type HistoryEvent = {
  id?: number | undefined;
  previousEventId?: number | undefined;
  type?: string | undefined;
  timestamp?: Date | undefined;
  stateEnteredEventDetails?: { name?: string | undefined; input?: string | undefined } | undefined;
  stateExitedEventDetails?: { name?: string | undefined; output?: string | undefined } | undefined;
  taskFailedEventDetails?: Failure | undefined;
  taskTimedOutEventDetails?: Failure | undefined;
};
type Failure = { error?: string | undefined; cause?: string | undefined };

/** One file in one execution. Times are ISO; `duration` in milliseconds, from the first attempt's begin to the last one's end. */
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

const SYNC_STATE = "SyncFile";
const POPULATION_STATE = "FetchPopulation";
const SyncFileInput = z.object({ item: SyncItem });

/**
 * One row per file that the execution found, in the order of the listing, and one for the population where the execution got that
 * far. `events` is the whole history in its order. An execution that failed before its listing has no row.
 */
export function auditRows(events: Iterable<HistoryEvent>): AuditRow[] {
  const tracks = new Map<string, Track>();
  // Iterations run at the same time: an event belongs to the state that its chain of previous events leads to.
  const trackOfEvent = new Map<number, Track>();
  let survey: string | undefined;

  const trackOf = (file: string, item?: SyncItem): Track => {
    const track = tracks.get(file) ?? {
      file,
      item,
      entered: undefined,
      ended: undefined,
      attempts: 0,
      result: undefined,
      failure: undefined,
    };
    tracks.set(file, track);
    return track;
  };

  for (const event of events) {
    const { stateEnteredEventDetails: entry, stateExitedEventDetails: exit } = event;
    if (exit?.name === "DiscoverFiles") {
      const { settings, items } = Discovery.parse(JSON.parse(exit.output ?? "null"));
      survey = settings.survey;
      for (const item of items) trackOf(bronzeKey(settings.survey, item.path), item);
      continue;
    }
    const track = entry ? trackEntered(entry, survey, trackOf) : trackOfEvent.get(event.previousEventId ?? 0);
    if (track === undefined) continue;
    if (event.id !== undefined && belongsToTask(event.type)) trackOfEvent.set(event.id, track);
    follow(track, event);
  }
  return [...tracks.values()].map(rowOf);
}

function trackEntered(
  entry: { name?: string | undefined; input?: string | undefined },
  survey: string | undefined,
  trackOf: (file: string, item?: SyncItem) => Track,
): Track | undefined {
  if (entry.name === POPULATION_STATE) return trackOf(populationKey);
  if (entry.name !== SYNC_STATE || survey === undefined) return undefined;
  const { item } = SyncFileInput.parse(JSON.parse(entry.input ?? "null"));
  return trackOf(bronzeKey(survey, item.path), item);
}

/** The iteration's own end and what follows it belong to the Map. */
function belongsToTask(type: string | undefined): boolean {
  return type !== undefined && /^Task(State|Sc|St|Su|Fa|Ti)/.test(type) && type !== "TaskStateExited";
}

function follow(track: Track, event: HistoryEvent): void {
  switch (event.type) {
    case "TaskStateEntered":
      track.entered ??= event.timestamp;
      track.result = undefined;
      track.failure = undefined;
      break;
    case "TaskScheduled":
      track.attempts++;
      break;
    case "TaskFailed":
    case "TaskTimedOut":
      track.failure = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
      track.ended = event.timestamp;
      break;
    case "TaskStateExited": {
      const output: unknown = JSON.parse(event.stateExitedEventDetails?.output ?? "null");
      track.result = track.file === populationKey ? PopulationResult.parse(output) : SyncResult.parse(output);
      track.failure = undefined;
      track.ended = event.timestamp;
      break;
    }
    default:
      break;
  }
}

function rowOf(track: Track): AuditRow {
  const { item, result, failure, entered, ended } = track;
  const listed = item?.do === "sync" ? item : undefined;
  const outcome = result?.action ?? (failure ? "failed" : entered ? "aborted" : "not started");
  return {
    time: (ended ?? entered)?.toISOString() ?? "",
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
