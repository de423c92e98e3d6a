/** Time as an execution sees it. Tests run on a clock of their own that never really waits. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds. Rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
};

/** setTimeout holds at most this many milliseconds (24.8 days) and fires at once for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. A sleep may last for years, in several timers. */
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
 * The outcome of `work`, or a rejection with the signal's reason if that aborts first. Work that lost is left to itself:
 * whoever gave it has handed the same signal to it.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  work.then(resolve, reject);
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
