/** The progress of an execution as permanent lines and, on a terminal, live lines. */
import { fileResult, fileTask, listedFiles } from "@data-quest/core/audit/file-task";
import { count } from "@data-quest/core/format";
import {
  type Attempt,
  causeMessage,
  duration,
  type HistoryEvent,
  openVisits,
  retryOutlook,
  type Timeline,
  type TimelineReader,
  type Visit,
} from "@data-quest/execution-history";
import { formatBytes, formatDuration, type Span, type Style } from "./terminal.ts";

/** A line of progress. */
export type Line = readonly Span[];

export const ACTION_STYLE: Readonly<Record<string, Style>> = {
  created: "green",
  updated: "yellow",
  unchanged: "dim",
  removed: "red",
  held: "magenta",
  failed: "red",
};

/** The types of states that appear in the progress. States of other types take no time. */
const SHOWN = new Set(["Task", "Map", "Parallel", "Wait"]);

export type ProgressOptions = {
  /** The state machine's definition, which has the Retry rules. Without it, a retry appears as a failure. */
  definition: unknown;
  /** True if `liveLines` shows what is in progress, so that only results need permanent lines. */
  live: boolean;
};

/** The permanent lines to print for an event that `reader` has read. */
export function progressLines(
  reader: TimelineReader,
  event: HistoryEvent,
  { definition, live }: ProgressOptions,
): Line[] {
  const { type = "" } = event;
  if (type === "ExecutionRedriven") return [[{ text: "Redriven", style: "bold" }]];
  const visit = reader.nodeOf(event.id ?? 0);
  if (visit?.kind !== "state" || !SHOWN.has(visit.type)) return [];
  const isOuter = visit.thread.kind === "execution";
  if (type.endsWith("StateEntered"))
    return isOuter && !live ? [[{ text: "▸", style: "cyan" }, ` ${visit.name}`]] : [];
  if (type.endsWith("StateExited")) {
    if (visit.status === "caught") return visit.attempts.length === 0 ? [failureLine(visit)] : [];
    return isOuter ? [stateLine(visit)] : visit.type === "Task" ? [resultLine(visit)] : [];
  }
  if (visit.status === "retrying" && visit.attempts.at(-1)?.endedAt === reader.timeline.lastEventAt) {
    const outlook = retryOutlook(visit, definition, reader.timeline);
    if (outlook === undefined) return [failureLine(visit)];
    return live ? [] : [retryLine(visit, outlook, outlook.delay)];
  }
  return [];
}

function stateLine(visit: Visit): Line {
  const { name, spans, threads, length } = visit;
  const of = length === undefined || threads.length === 0 ? "" : `, ${count(length, "item")}`;
  return [
    { text: "✓", style: "green" },
    ` ${name} `,
    { text: `${formatDuration(duration(spans))}${of}`, style: "dim" },
  ];
}

/** What a task in an iteration or a branch did, with its file if it has one. */
function resultLine(visit: Visit): Line {
  const attempts: Span[] =
    visit.attempts.length > 1 ? [{ text: ` (attempt ${visit.attempts.length})`, style: "yellow" }] : [];
  const result = fileResult(visit.output);
  if (result === undefined) {
    const time = formatDuration(duration(visit.spans));
    return [
      "  ",
      { text: "✓", style: "green" },
      ` ${labelOf(visit)} `,
      { text: time, style: "dim" },
      ...attempts,
    ];
  }
  const { action, key, bytes, reason } = result;
  return [
    "  ",
    { text: action.padEnd(9), style: ACTION_STYLE[action] ?? "dim" },
    ` ${formatBytes(bytes ?? 0).padStart(10)}  ${key} `,
    { text: reason, style: "dim" },
    ...attempts,
  ];
}

function failureLine(visit: Visit): Line {
  const { error = "failed", cause, attempts } = visit;
  const after = attempts.length > 1 ? ` after ${attempts.length} attempts` : "";
  return ["  ", { text: `✗ ${error}`, style: "red" }, ` ${labelOf(visit)}${after}: ${causeMessage(cause)}`];
}

function retryLine(
  visit: Visit,
  { next, most, jitter }: { next: number; most: number; jitter: boolean },
  remaining: number,
): Line {
  const seconds = Math.max(0, Math.ceil(remaining / 1000));
  return [
    "  ",
    { text: "↻", style: "yellow" },
    ` ${labelOf(visit)}: attempt ${next} of ${most} ${jitter ? "within" : "in"} ${seconds} s `,
    { text: `${visit.error ?? "failed"}: ${causeMessage(visit.cause)}`, style: "dim" },
  ];
}

/** The name of a task in the progress: its file, its survey, or the state's name. */
function labelOf({ name, thread, attempts }: Visit): string {
  const { parameters, resourceType } = attempts.at(-1) ?? {};
  const task = fileTask(parameters);
  if (task !== undefined && thread.kind !== "execution") return task.file;
  if (resourceType === "states") return nestedSurvey(parameters) ?? name;
  return name;
}

/** The survey of a nested execution, from the input that its task passes to it. */
export function nestedSurvey(parameters: string | undefined): string | undefined {
  // The input may be a string of JSON within the JSON of the parameters.
  return /\\?"survey\\?"\s*:\s*\\?"([a-z0-9]+)/.exec(parameters ?? "")?.[1];
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MILLISECONDS = 100;

/**
 * What is in progress at `now` (milliseconds since 1970): a line for each state, with the total for a Map of
 * files.
 */
export function liveLines(
  reader: TimelineReader,
  definition: unknown,
  now: number,
  nestedOf: (visit: Visit) => TimelineReader | undefined = () => undefined,
): Line[] {
  const frame = FRAMES[Math.floor(now / FRAME_MILLISECONDS) % FRAMES.length] ?? "";
  return openVisits(reader.timeline)
    .filter(({ type }) => SHOWN.has(type))
    .map((visit) => {
      const line = liveLine(reader, visit, { definition, now, frame });
      const nested = nestedOf(visit);
      return nested === undefined
        ? line
        : [...line, { text: `  ${nestedText(nested.timeline)}`, style: "dim" }];
    });
}

/** The progress of a nested execution: `SyncFiles 5 of 12, 34.5 MB of 89.1 MB`. */
function nestedText(timeline: Timeline): string {
  const visit = timeline.root.visits.at(-1);
  if (visit === undefined) return "";
  return visit.type === "Map" ? `${visit.name} ${mapTotal(visit)}` : visit.name;
}

function liveLine(
  { timeline }: TimelineReader,
  visit: Visit,
  { definition, now, frame }: { definition: unknown; now: number; frame: string },
): Line {
  const indent = visit.thread.kind === "execution" ? "" : "  ";
  const outlook = retryOutlook(visit, definition, timeline);
  const failed = visit.attempts.at(-1)?.endedAt;
  if (outlook !== undefined && failed !== undefined)
    return retryLine(visit, outlook, failed + outlook.delay - now);
  const since = visit.attempts.at(-1)?.scheduledAt ?? visit.spans.at(-1)?.from ?? now;
  const elapsed: Span = { text: ` ${formatDuration(Math.max(0, now - since))}`, style: "dim" };
  const head: Line = [indent, { text: frame, style: "cyan" }, ` ${labelOf(visit)}`];
  if (visit.type === "Map") return [...head, ` ${mapTotal(visit)}`, elapsed];
  if (visit.type === "Wait") return [...head, { text: " waiting", style: "dim" }, elapsed];
  const { listedBytes } = fileTask(visit.attempts.at(-1)?.parameters) ?? {};
  return [
    ...head,
    listedBytes == null ? "" : ` ${formatBytes(listedBytes)}`,
    attemptOf(visit.attempts.at(-1)),
    elapsed,
  ];
}

function attemptOf(attempt: Attempt | undefined): Span {
  return attempt === undefined || attempt.number === 1
    ? ""
    : { text: ` attempt ${attempt.number}`, style: "yellow" };
}

/** The progress of a Map: `5 of 12, 34.5 MB of 89.1 MB`. The bytes are shown if the items are files of a listing. */
function mapTotal(map: Visit): string {
  const ended = map.threads.filter(({ status }) => status === "succeeded");
  const items = `${ended.length} of ${map.length ?? map.threads.length}`;
  const listed = map.input === undefined ? undefined : listedFiles(map.input);
  if (listed === undefined) return items;
  const total = listed.reduce((sum, { listedBytes }) => sum + (listedBytes ?? 0), 0);
  const done = ended.reduce((sum, { index }) => sum + (listed[index]?.listedBytes ?? 0), 0);
  return `${items}, ${formatBytes(done)} of ${formatBytes(total)}`;
}
