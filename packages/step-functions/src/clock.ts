/** Time as an execution sees it. Tests use a clock that never really waits. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after this many milliseconds. Rejects with the signal's reason if the signal aborts first. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
};

/** setTimeout accepts at most this many milliseconds (24.8 days), and fires immediately for longer delays. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The system clock. A long sleep, even of years, is split into several timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    const end = Date.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - Date.now()) {
      await timer(Math.min(left, LONGEST_TIMER_MS), signal);
    }
    signal.throwIfAborted();
  },
};

function timer(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timeout = setTimeout(resolve, milliseconds);
  return abortable(promise, signal).finally(() => clearTimeout(timeout));
}

/**
 * The outcome of `work`, or a rejection with the signal's reason if the signal aborts first. The work itself is
 * not stopped here: the caller passes the same signal to the work.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  work.then(resolve, reject);
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
