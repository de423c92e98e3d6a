/** Maps time to positions on a line, without the idle time before redrives. */
import type { Span, Timeline } from "@data-quest/execution-history";

export type Scale = {
  /** Milliseconds that the line represents. */
  total: number;
  /** The position of a moment, from 0 to 1. */
  at: (time: number) => number;
  /** Where idle time was cut out: the position of each cut, from 0 to 1, and its length in milliseconds. */
  cuts: { at: number; idle: number }[];
};

/** The scale of a timeline. `now` is the end of a span that has not ended. */
export function scaleOf({ spans }: Pick<Timeline, "spans">, now: number): Scale {
  const runs = spans.flatMap(({ from, to }) =>
    from === undefined ? [] : [{ from, to: Math.max(from, to ?? now) }],
  );
  const total = Math.max(
    1,
    runs.reduce((sum, { from, to }) => sum + to - from, 0),
  );
  const at = (time: number) => {
    let before = 0;
    for (const { from, to } of runs) {
      if (time < from) break;
      before += Math.min(time, to) - from;
    }
    return Math.min(1, before / total);
  };
  const cuts = runs
    .slice(1)
    .map(({ from }, index) => ({ at: at(from), idle: from - (runs[index]?.to ?? from) }));
  return { total, at, cuts };
}

/** The position of a span, in percent. Undefined if its start is unknown. */
export function barOf(
  { from, to }: Span,
  scale: Scale,
  now: number,
): { left: number; width: number } | undefined {
  if (from === undefined) return undefined;
  const left = scale.at(from);
  return { left: left * 100, width: Math.max(0.15, (scale.at(Math.max(from, to ?? now)) - left) * 100) };
}
