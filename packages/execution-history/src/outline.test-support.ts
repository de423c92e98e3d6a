/** A timeline as indented lines, for readable comparisons in tests. */
import { duration } from "./time-spent.ts";
import type { Attempt, Span, Thread, Timeline, Visit } from "./timeline.ts";

export function timelineOutline(timeline: Timeline): string[] {
  const { status, error, redrives, failure, interrupted, root } = timeline;
  return [
    [status, error, time(timeline.spans)].filter(Boolean).join(" "),
    ...redrives.map(
      ({ number, idle, after }) => `redrive ${number} after ${after.status}, idle ${idle ?? "?"} ms`,
    ),
    ...(failure === undefined ? [] : [`failed in ${failure.name}`]),
    ...interrupted.map(({ name }) => `interrupted in ${name}`),
    ...root.visits.flatMap((visit) => visitLines(visit, "")),
  ];
}

function visitLines(visit: Visit, indent: string): string[] {
  const { type, name, status, assigned, error, length, mapRun, failedBy } = visit;
  const head = [
    `${indent}${type} ${name} ${status}`,
    error,
    time(visit.spans),
    length === undefined ? "" : `of ${length}`,
    failedBy === undefined ? "" : `by ${failedBy.name}`,
    mapRun === undefined ? "" : `run ${mapRun.status}`,
    visit.output === undefined ? "" : `-> ${visit.output.slice(0, 60)}`,
    assigned === undefined ? "" : `assigns ${Object.keys(assigned).join(", ")}`,
  ];
  return [
    head.filter(Boolean).join(" "),
    ...visit.attempts.map((attempt) => `${indent}  ${attemptLine(attempt)}`),
    ...visit.threads.flatMap((thread) => threadLines(thread, `${indent}  `)),
  ];
}

function attemptLine({ number, status, redrive, backoff, error }: Attempt): string {
  const parts = [
    `attempt ${number} ${status}`,
    error,
    redrive > 0 ? `in redrive ${redrive}` : "",
    backoff === undefined ? "" : `after ${backoff} ms`,
  ];
  return parts.filter(Boolean).join(" ");
}

function threadLines(thread: Thread, indent: string): string[] {
  const { kind, index, attempt, status } = thread;
  return [
    `${indent}${kind} ${index}${attempt > 1 ? ` of attempt ${attempt}` : ""} ${status}${time(thread.spans) && ` ${time(thread.spans)}`}`,
    ...thread.visits.flatMap((visit) => visitLines(visit, `${indent}  `)),
  ];
}

function time(spans: readonly Span[]): string {
  const sum = duration(spans);
  return sum === 0 && spans.length <= 1
    ? ""
    : `${sum} ms${spans.length > 1 ? ` in ${spans.length} runs` : ""}`;
}
