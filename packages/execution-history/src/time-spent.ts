import type { Span, Timeline } from "./timeline.ts";

/** How an execution's time is divided, in milliseconds. `total` is the sum of the other fields. */
export type TimeSpent = {
  total: number;
  /** All other time. */
  work: number;
  /** In the execution's own Wait states. */
  waiting: number;
  /** Between the end of a run and its redrive. */
  idle: number;
};

/**
 * The time within spans, in milliseconds. `now` counts as the end of a span that continues; without `now`,
 * such a span is not counted.
 */
export function duration(spans: readonly Span[], now?: number): number {
  let sum = 0;
  for (const { from, to = now } of spans)
    if (from !== undefined && to !== undefined && to > from) sum += to - from;
  return sum;
}

/**
 * Divides an execution's time. `now`, in milliseconds since 1970, counts as the end of what is in progress.
 */
export function timeSpent({ spans, root, redrives }: Timeline, now?: number): TimeSpent {
  const waits = root.visits.filter(({ type }) => type === "Wait");
  const waiting = waits.reduce((sum, visit) => sum + duration(visit.spans, now), 0);
  const idle = redrives.reduce((sum, redrive) => sum + Math.max(0, redrive.idle ?? 0), 0);
  const running = duration(spans, now);
  return { total: running + idle, work: Math.max(0, running - waiting), waiting, idle };
}
