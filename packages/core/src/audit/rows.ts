/** What an execution did with each file, read from the timeline of its history. */
import { allVisits, causeMessage, type Timeline, type Visit } from "@data-quest/execution-history";
import { populationKey } from "../population/population.ts";
import type { SyncAction } from "../workflow.ts";
import { type FileTask, fileResult, fileTask, listedFiles } from "./file-task.ts";

/** `unknown`: the file's task succeeded, but the history does not say with what result. */
export const auditOutcomes = ["failed", "aborted", "not started", "unknown"] as const;

/**
 * One file in one execution. Times are ISO strings. `time` is when the work on the file ended; if the work
 * did not end, when it started; if it did not start, when the execution ended. `duration` is in milliseconds,
 * from the start of the first attempt to the end of the last one.
 */
export type AuditRow = {
  time: string;
  file: string;
  action: SyncAction | (typeof auditOutcomes)[number];
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

/**
 * Returns one row per file that the execution found, in the order of the listing, and one for the population
 * if the execution reached it. A file that several states synced has one row, with the last state's result
 * and the number of attempts in all states. An execution that failed before its listing has no rows. Never
 * throws: whatever the history lacks is missing from the rows, too.
 */
export function auditRows(timeline: Timeline): AuditRow[] {
  const tracks = new Map<string, { task: FileTask; visits: Visit[] }>();
  const trackOf = (task: FileTask) => {
    let track = tracks.get(task.file);
    if (track === undefined) {
      track = { task, visits: [] };
      tracks.set(task.file, track);
    }
    return track;
  };
  for (const visit of allVisits(timeline)) {
    for (const listed of listedFiles(visit.output) ?? []) trackOf(listed);
    const task = fileTask(visit.attempts.at(-1)?.parameters);
    if (task !== undefined) trackOf(task).visits.push(visit);
  }
  const end = timeline.lastEventAt;
  const rows = [...tracks.values()].map(({ task, visits }) => rowOf(task, visits, end));
  // After a redrive, the population may have been fetched before the last file was synced.
  return [
    ...rows.filter(({ file }) => file !== populationKey),
    ...rows.filter(({ file }) => file === populationKey),
  ];
}

function rowOf(task: FileTask, visits: readonly Visit[], end: number | undefined): AuditRow {
  const last = visits.at(-1);
  const result = last?.status === "succeeded" ? fileResult(last.output) : undefined;
  const entered = visits[0]?.attempts[0]?.scheduledAt;
  const ended = last === undefined || last.status === "aborted" ? undefined : last.spans.at(-1)?.to;
  return {
    time: isoTime(ended ?? entered ?? end),
    file: task.file,
    action: result?.action ?? outcomeOf(last),
    reason: result?.reason ?? "",
    bytes: result?.bytes ?? null,
    sha256: result?.sha256 ?? null,
    versionId: result?.versionId ?? null,
    listedModified: task.listedModified,
    listedBytes: task.listedBytes,
    sourceModified: result?.sourceModified ?? null,
    attempts: visits.reduce((sum, { attempts }) => sum + attempts.length, 0),
    duration: entered !== undefined && ended !== undefined ? ended - entered : null,
    error:
      last?.error === undefined ? null : [last.error, causeMessage(last.cause)].filter(Boolean).join(": "),
  };
}

function outcomeOf(visit: Visit | undefined): (typeof auditOutcomes)[number] {
  switch (visit?.status) {
    case undefined:
      return "not started";
    case "succeeded":
      return "unknown";
    case "failed":
    case "caught":
    case "retrying":
      return "failed";
    default:
      return "aborted";
  }
}

function isoTime(time: number | undefined): string {
  return new Date(time ?? 0).toISOString();
}
