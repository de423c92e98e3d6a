/** What an execution did with each file, from the iterations of its Maps. */
import type { Thread, Timeline, Visit } from "@data-quest/execution-history";
import { causeMessage, duration } from "@data-quest/execution-history";
import { itemLabel } from "./item-label.ts";
import { numberMember, parseJson, textMember } from "./json.ts";
import { threadKey, visitKey } from "./step-key.ts";

export type FileRow = {
  /** The step to select. */
  step: string;
  file: string;
  /** The key in Bronze, if the file got that far. */
  key: string | undefined;
  action: string;
  reason: string;
  bytes: number | undefined;
  versionId: string | undefined;
  attempts: number;
  time: number;
  running: boolean;
  error: string | undefined;
};

/** The states whose items are files. */
const FILE_MAPS = new Set(["SyncFiles", "SyncFailedFiles"]);
const FILE_STATES = new Set(["FetchPopulation"]);

/** One row for each file. A file that was synced again has one row, with its final result. */
export function fileRows({ root }: Timeline, now: number): FileRow[] {
  const rows = new Map<string, FileRow>();
  for (const visit of root.visits) {
    if (FILE_STATES.has(visit.name))
      rows.set(visit.name, rowOf(visit.name, visitKey(visit), [visit], visit.spans, visit.status, now));
    if (!FILE_MAPS.has(visit.name)) continue;
    for (const thread of visit.threads) {
      const row = threadRow(thread, now);
      rows.set(row.file, row);
    }
  }
  return [...rows.values()];
}

function threadRow(thread: Thread, now: number): FileRow {
  return rowOf(
    itemLabel(thread) || `#${thread.index}`,
    threadKey(thread),
    thread.visits,
    thread.spans,
    thread.status,
    now,
  );
}

function rowOf(
  name: string,
  step: string,
  visits: readonly Visit[],
  spans: Visit["spans"],
  status: string,
  now: number,
): FileRow {
  // The state that did the work represents the file. The states around that state only prepare the work.
  const task = visits.findLast(({ attempts }) => attempts.length > 0);
  const last = visits.findLast(({ output }) => output !== undefined);
  const output = parseJson(last?.output);
  const failed = visits.findLast(({ error }) => error !== undefined);
  const error = failed && [failed.error, causeMessage(failed.cause)].filter(Boolean).join(": ");
  const action = textMember(output, "action");
  const succeeded = action !== undefined && action !== "failed";
  return {
    step: task ? visitKey(task) : step,
    file: name,
    key: textMember(output, "key"),
    action: action ?? (status === "succeeded" ? "" : status),
    reason: textMember(output, "reason") ?? "",
    bytes: numberMember(output, "bytes"),
    versionId: textMember(output, "versionId"),
    attempts: visits.reduce((sum, { attempts }) => sum + attempts.length, 0),
    time: duration(spans, now),
    running: status === "running",
    error: succeeded ? undefined : (error ?? textMember(output, "cause")),
  };
}
