import type { Catcher, Retrier } from "../definition/definition.ts";
import { ErrorName } from "../error-names.ts";
import type { StateFailure } from "./failure.ts";

/** Whether a name in ErrorEquals matches the failure, wildcards included. States.Runtime never matches. */
export function matches(errorEquals: readonly string[], failure: StateFailure): boolean {
  const { error } = failure;
  if (error === ErrorName.runtime) return false;
  if (error !== undefined && errorEquals.includes(error)) return true;
  const timedOut = error === ErrorName.timeout || error === ErrorName.heartbeatTimeout;
  if (timedOut && errorEquals.includes(ErrorName.timeout)) return true;
  // States.DataLimitExceeded is matched by its own name only.
  if (error === ErrorName.dataLimitExceeded) return false;
  return errorEquals.includes(ErrorName.all) || (!timedOut && errorEquals.includes(ErrorName.taskFailed));
}

/** The first Catcher that matches the failure, and its index. */
export function findCatcher(
  catchers: readonly Catcher[] | undefined,
  failure: StateFailure,
): { catcher: Catcher; index: number } | undefined {
  for (const [index, catcher] of (catchers ?? []).entries()) {
    if (matches(catcher.ErrorEquals, failure)) return { catcher, index };
  }
  return undefined;
}

/**
 * Returns a function for one visit to a state. For each failure, that function returns the delay in milliseconds
 * before the next attempt, or undefined if no attempt is left. Each Retrier counts its own attempts. `random`
 * returns numbers from 0 to 1 (exclusive).
 */
export function retryPolicy(
  retriers: readonly Retrier[] | undefined,
  random: () => number,
): (failure: StateFailure) => number | undefined {
  const used = new Map<Retrier, number>();
  return (failure) => {
    const retrier = retriers?.find((candidate) => matches(candidate.ErrorEquals, failure));
    if (retrier === undefined) return undefined;
    const attempts = used.get(retrier) ?? 0;
    if (attempts >= retrier.MaxAttempts) return undefined;
    used.set(retrier, attempts + 1);
    return retryDelay(retrier, attempts, random);
  };
}

/** Milliseconds to wait before the next retry, after `attempts` retries: grows by BackoffRate up to MaxDelaySeconds. */
function retryDelay(retrier: Retrier, attempts: number, random: () => number): number {
  const grown = retrier.IntervalSeconds * retrier.BackoffRate ** attempts;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round(seconds * 1000 * (retrier.JitterStrategy === "FULL" ? random() : 1));
}
