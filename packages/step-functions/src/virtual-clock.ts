import { abortable, type Clock } from "./clock.ts";
import { evaluatingInline } from "./jsonata/inline.ts";
import { evaluating } from "./jsonata/pool.ts";

/**
 * A clock for tests. Time stands still while anything can still run, and then jumps to the end of the
 * shortest sleep. The clock assumes that nothing can run when the event loop is idle and no expression is being
 * evaluated, so it does not suit code that waits for files or sockets.
 */
export function virtualClock(start = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  let scheduled = false;
  const sleepers = new Set<{ end: number; wake: () => void }>();
  const jump = () => {
    scheduled = false;
    if (evaluating() + evaluatingInline() > 0) return schedule();
    const first = [...sleepers].reduce<{ end: number; wake: () => void } | undefined>(
      (soonest, sleeper) => (soonest === undefined || sleeper.end < soonest.end ? sleeper : soonest),
      undefined,
    );
    if (first === undefined) return;
    sleepers.delete(first);
    now = Math.max(now, first.end);
    first.wake();
    schedule();
  };
  const schedule = () => {
    if (scheduled || sleepers.size === 0) return;
    scheduled = true;
    // The handlers of all settled promises run before the next turn of the event loop.
    setImmediate(jump);
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper = { end: now + milliseconds, wake: resolve };
      sleepers.add(sleeper);
      schedule();
      return abortable(promise, signal).finally(() => sleepers.delete(sleeper));
    },
  };
}
