import { describe, expect, test } from "vitest";
import type { Retrier } from "../definition/definition.ts";
import { StateFailure } from "./failure.ts";
import { findCatcher, matches, retryPolicy } from "./retry.ts";

const failure = (error: string) => new StateFailure(error, "because");
const retrier = (settings: Partial<Retrier>): Retrier => ({
  ErrorEquals: ["States.ALL"],
  IntervalSeconds: 1,
  MaxAttempts: 3,
  BackoffRate: 2,
  JitterStrategy: "NONE",
  ...settings,
});

describe("which names match which failures", () => {
  test.each([
    ["Custom", "Custom", true],
    ["Custom", "Other", false],
    ["States.ALL", "Custom", true],
    ["States.ALL", "States.Timeout", true],
    ["States.ALL", "States.QueryEvaluationError", true],
    ["States.ALL", "States.Runtime", false],
    ["States.Runtime", "States.Runtime", false],
    ["States.ALL", "States.DataLimitExceeded", false],
    ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
    ["States.TaskFailed", "Lambda.Unknown", true],
    ["States.TaskFailed", "States.Timeout", false],
    ["States.TaskFailed", "States.HeartbeatTimeout", false],
    ["States.Timeout", "States.HeartbeatTimeout", true],
  ])("%s matches %s: %s", (name, error, expected) => {
    expect(matches([name], failure(error))).toBe(expected);
  });
  test("a failure without a name is matched by States.ALL, but not by an empty name", () => {
    expect(matches(["States.ALL"], new StateFailure(undefined, undefined))).toBe(true);
    expect(matches([""], new StateFailure(undefined, undefined))).toBe(false);
  });
  test("the first Catcher that matches is taken", () => {
    const catchers = [
      { ErrorEquals: ["A"], Next: "X" },
      { ErrorEquals: ["States.ALL"], Next: "Y" },
    ];
    expect(findCatcher(catchers, failure("B"))).toMatchObject({ index: 1, catcher: { Next: "Y" } });
    expect(findCatcher(undefined, failure("B"))).toBeUndefined();
  });
});

describe("delays", () => {
  const delays = (retriers: Retrier[], errors: string[], random = () => 0.5) => {
    const next = retryPolicy(retriers, random);
    return errors.map((error) => next(failure(error)));
  };
  test("grow by BackoffRate until no attempt is left", () => {
    expect(delays([retrier({ IntervalSeconds: 2 })], ["E", "E", "E", "E"])).toEqual([
      2000,
      4000,
      8000,
      undefined,
    ]);
  });
  test("end at MaxDelaySeconds", () => {
    const slow = retrier({ IntervalSeconds: 10, MaxDelaySeconds: 25 });
    expect(delays([slow], ["E", "E", "E"])).toEqual([10_000, 20_000, 25_000]);
  });
  test("with full jitter are between 0 and the capped delay", () => {
    const jittered = retrier({ IntervalSeconds: 10, MaxDelaySeconds: 15, JitterStrategy: "FULL" });
    const numbers = [0, 0.5, 0.999];
    expect(delays([jittered], ["E", "E", "E"], () => numbers.shift() ?? 0)).toEqual([0, 7500, 14_985]);
  });
  test("are counted separately for each Retrier", () => {
    const retriers = [
      retrier({ ErrorEquals: ["A"], MaxAttempts: 1 }),
      retrier({ MaxAttempts: 2, BackoffRate: 1 }),
    ];
    expect(delays(retriers, ["B", "A", "B", "A", "B"])).toEqual([1000, 1000, 1000, undefined, undefined]);
  });
  test("do not occur if MaxAttempts is 0", () => {
    expect(delays([retrier({ MaxAttempts: 0 })], ["E"])).toEqual([undefined]);
  });
});
