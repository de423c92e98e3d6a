/** What a state's Retry says about the attempt that failed last. */
import type { Timeline, Visit } from "./timeline.ts";

export type RetryOutlook = {
  /** The number of the next attempt, counted from 1 in each run. */
  next: number;
  /** The number of the last possible attempt, counted likewise. */
  most: number;
  /** Milliseconds until the next attempt. With jitter, the maximum. */
  delay: number;
  jitter: boolean;
};

/**
 * What follows the failure of a state that is `retrying`, according to the Retry in its definition. Undefined
 * if no rule matches the error, or if the matching rule allows no more attempts: the failure then goes to a
 * Catcher or to the enclosing state. `definition` is a parsed state machine.
 */
export function retryOutlook(
  visit: Visit,
  definition: unknown,
  { redrives }: Pick<Timeline, "redrives">,
): RetryOutlook | undefined {
  if (visit.status !== "retrying") return undefined;
  const rules = retryRules(stateNamed(definition, visit.name));
  // A redrive restarts the count.
  const attempts = visit.attempts.filter(({ redrive }) => redrive === redrives.length);
  const rule = rules.find(({ errors }) => isFor(errors, visit.error));
  if (rule === undefined) return undefined;
  const failures = attempts.filter(({ error }) => rules.find(({ errors }) => isFor(errors, error)) === rule);
  const used = Math.max(0, failures.length - 1);
  if (used >= rule.maxAttempts) return undefined;
  const seconds = Math.min(rule.interval * rule.backoffRate ** used, rule.maxDelay);
  return {
    next: attempts.length + 1,
    most: attempts.length + rule.maxAttempts - used,
    delay: seconds * 1000,
    jitter: rule.jitter,
  };
}

type RetryRule = {
  errors: readonly unknown[];
  interval: number;
  maxAttempts: number;
  backoffRate: number;
  maxDelay: number;
  jitter: boolean;
};

/** The defaults are those of the Amazon States Language: https://states-language.net/#retrying-after-error */
function retryRules(state: object | undefined): RetryRule[] {
  return listMember(state, "Retry").map((rule) => ({
    errors: listMember(rule, "ErrorEquals"),
    interval: numberMember(rule, "IntervalSeconds", 1),
    maxAttempts: numberMember(rule, "MaxAttempts", 3),
    backoffRate: numberMember(rule, "BackoffRate", 2),
    maxDelay: numberMember(rule, "MaxDelaySeconds", Number.POSITIVE_INFINITY),
    jitter: member(rule, "JitterStrategy") === "FULL",
  }));
}

/** Errors that States.ALL does not match. */
const TERMINAL = new Set(["States.DataLimitExceeded", "States.Runtime"]);

function isFor(errors: readonly unknown[], error: string | undefined): boolean {
  if (error === undefined) return false;
  return errors.some(
    (name) =>
      name === error ||
      (name === "States.ALL" && !TERMINAL.has(error)) ||
      (name === "States.TaskFailed" && error !== "States.Timeout" && !TERMINAL.has(error)) ||
      (name === "States.Timeout" && error === "States.HeartbeatTimeout"),
  );
}

/**
 * The definition of a state by its name, which is unique in a state machine. Undefined if there is no such
 * state.
 */
export function stateNamed(definition: unknown, name: string): object | undefined {
  const states = member(definition, "States");
  if (typeof states !== "object" || states === null) return undefined;
  if (Object.hasOwn(states, name)) {
    const found = member(states, name);
    return typeof found === "object" && found !== null ? found : undefined;
  }
  for (const state of Object.values(states)) {
    const within = [
      member(state, "ItemProcessor"),
      member(state, "Iterator"),
      ...listMember(state, "Branches"),
    ];
    for (const processor of within) {
      const found = stateNamed(processor, name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function listMember(value: unknown, name: string): unknown[] {
  const list = member(value, name);
  return Array.isArray(list) ? list : [];
}

function numberMember(value: unknown, name: string, otherwise: number): number {
  const number = member(value, name);
  return typeof number === "number" ? number : otherwise;
}
