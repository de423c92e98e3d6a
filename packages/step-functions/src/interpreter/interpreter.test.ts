import { describe, expect, test } from "vitest";
import type { HistoryRecord } from "../history.ts";
import { raise } from "./lambda.test-support.ts";
import { runInMemory } from "./memory-run.ts";
import { outline } from "./outline.ts";

const LAMBDA_ARN = "arn:aws:lambda:us-east-1:000000000000:function:Work";
const task = { Type: "Task", Resource: LAMBDA_ARN, End: true };
const machine = (states: Record<string, object>, more: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
const events = (records: HistoryRecord[], type: string) =>
  records.filter(({ event }) => event.type === type).map(({ event }) => event);

describe("an evaluation that fails", () => {
  test("in Arguments is retried and caught, and its previous event is the event before the state's entry", async () => {
    const definition = machine({
      T: {
        ...task,
        Arguments: "{% $nowhere %}",
        Retry: [{ ErrorEquals: ["States.QueryEvaluationError"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput.Error %}", Next: "C" }],
      },
      C: { Type: "Pass", End: true },
    });
    const run = runInMemory({ definition });
    expect(await run.finished).toEqual({ status: "SUCCEEDED", output: '"States.QueryEvaluationError"' });
    expect(outline(run.records).slice(1, 5)).toEqual([
      "2 <- 0 TaskStateEntered T",
      "3 <- 0 EvaluationFailed",
      "4 <- 3 EvaluationFailed",
      "5 <- 4 TaskStateExited T",
    ]);
  });

  test("in Output has the last event of the task as its previous event", async () => {
    const run = runInMemory({ definition: machine({ T: { ...task, Output: "{% $nowhere %}" } }) });
    await run.finished;
    expect(outline(run.records).slice(4)).toEqual([
      "5 <- 4 LambdaFunctionSucceeded",
      "6 <- 5 EvaluationFailed",
      "7 <- 6 ExecutionFailed",
    ]);
  });

  test("in a Catcher has the Catcher's field as its location", async () => {
    const definition = machine({
      T: { ...task, Catch: [{ ErrorEquals: ["States.ALL"], Assign: { x: "{% $nowhere %}" }, Next: "C" }] },
      C: { Type: "Pass", End: true },
    });
    const run = runInMemory({ definition, invokeLambda: async () => raise("E") });
    await run.finished;
    const [failed] = events(run.records, "EvaluationFailed");
    expect(failed?.evaluationFailedEventDetails?.location).toBe("Catch[0]/Assign/x");
  });
});

describe("variables", () => {
  test("keep their old values while Assign and Output are evaluated", async () => {
    const definition = machine({
      A: { Type: "Pass", Assign: { x: 1, y: 2 }, Next: "B" },
      B: { Type: "Pass", Assign: { x: "{% $y %}", y: "{% $x %}" }, Output: "{% [$x, $y] %}", Next: "C" },
      C: { Type: "Pass", Output: "{% $append($states.input, [$x, $y]) %}", End: true },
    });
    expect(await runInMemory({ definition }).finished).toEqual({ status: "SUCCEEDED", output: "[1,2,2,1]" });
  });

  test("of an iteration are separate, and the iteration also sees the outer variables", async () => {
    const inner = {
      StartAt: "In",
      States: {
        In: { Type: "Pass", Assign: { own: "{% $outer + $states.input %}" }, Next: "Out" },
        Out: { Type: "Pass", Output: "{% $own %}", End: true },
      },
    };
    const definition = machine({
      A: { Type: "Pass", Assign: { outer: 10 }, Next: "M" },
      M: { Type: "Map", Items: [1, 2], ItemProcessor: inner, Next: "Z" },
      Z: { Type: "Pass", Output: "{% [$states.input, $outer, $exists($own)] %}", End: true },
    });
    expect(await runInMemory({ definition }).finished).toEqual({
      status: "SUCCEEDED",
      output: "[11,12,10,false]",
    });
  });
});

test("the context object describes the execution, state machine, state, and innermost item", async () => {
  const inner = { StartAt: "P", States: { P: { Type: "Pass", Output: "{% $states.context %}", End: true } } };
  const definition = machine({ M: { Type: "Map", ItemProcessor: inner, End: true } });
  const ending = await runInMemory({ definition, input: ["x"] }).finished;
  expect(JSON.parse("output" in ending ? ending.output : "")).toEqual([
    {
      Execution: {
        Id: "arn:aws:states:us-east-1:111111111111:execution:machine:run",
        Input: ["x"],
        Name: "run",
        RedriveCount: 0,
        RoleArn: "arn:aws:iam::111111111111:role/machine",
        StartTime: "2026-01-01T00:00:00.000Z",
      },
      Map: { Item: { Index: 0, Value: "x", Source: "STATE_DATA" } },
      State: { EnteredTime: "2026-01-01T00:00:00.000Z", Name: "P", RetryCount: 0 },
      StateMachine: { Id: "arn:aws:states:us-east-1:111111111111:stateMachine:machine", Name: "machine" },
    },
  ]);
});

test("a state starts only after the exit of the previous state is on disk", async () => {
  const synced = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const run = runInMemory({
    definition: machine({ A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", End: true } }),
    durable: () => {
      asked.resolve();
      return synced.promise;
    },
  });
  await asked.promise;
  await new Promise(setImmediate);
  expect(outline(run.records)).toEqual([
    "1 <- 0 ExecutionStarted",
    "2 <- 0 PassStateEntered A",
    "3 <- 2 PassStateExited A",
  ]);
  synced.resolve();
  expect(await run.finished).toMatchObject({ status: "SUCCEEDED" });
});

describe("the end of an execution", () => {
  const waiting = machine({ W: { Type: "Wait", Seconds: 100, End: true } }, { TimeoutSeconds: 30 });

  test("is recorded after the machine's TimeoutSeconds, and follows no event", async () => {
    const run = runInMemory({ definition: waiting });
    expect(await run.finished).toEqual({ status: "TIMED_OUT" });
    const last = run.records.at(-1)?.event;
    expect(outline(run.records)).toEqual([
      "1 <- 0 ExecutionStarted",
      "2 <- 0 WaitStateEntered W",
      "3 <- 0 ExecutionTimedOut",
    ]);
    expect(last?.executionTimedOutEventDetails).toEqual({ error: "States.Timeout" });
    expect((last?.timestamp ?? 0) - (run.records[0]?.event.timestamp ?? 0)).toBe(30);
  });

  test("is recorded when the execution is stopped, and follows no event", async () => {
    const run = runInMemory({ definition: waiting });
    run.stop({ error: "Manual", cause: "enough" });
    run.stop({ error: "Late" });
    expect(await run.finished).toEqual({ status: "ABORTED", error: "Manual", cause: "enough" });
    // The state that was in progress records no more events.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(outline(run.records)).toEqual([
      "1 <- 0 ExecutionStarted",
      "2 <- 0 WaitStateEntered W",
      "3 <- 0 ExecutionAborted",
    ]);
  });

  test("is recorded as the 25,000th event at the latest", async () => {
    const loop = { Type: "Choice", Choices: [{ Condition: true, Next: "Loop" }], Default: "End" };
    const run = runInMemory({ definition: machine({ Loop: loop, End: { Type: "Succeed" } }) });
    expect(await run.finished).toEqual({
      status: "FAILED",
      error: "States.Runtime",
      cause: "The execution reached the maximum number of history events (25000).",
    });
    expect(outline(run.records).slice(-2)).toEqual([
      "24999 <- 24998 ChoiceStateExited Loop",
      "25000 <- 24999 ExecutionFailed",
    ]);
  });

  test("is a failure if a state's output exceeds 256 KiB", async () => {
    const big = { Type: "Pass", Output: "{% $pad('', 300000, 'x') %}", End: true };
    expect(await runInMemory({ definition: machine({ Big: big }) }).finished).toEqual({
      status: "FAILED",
      error: "States.DataLimitExceeded",
      cause:
        "The state/task 'Big' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });
});

test("states without a query language run if their fields mean the same in JSONata and JSONPath", async () => {
  const definition = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
  expect(await runInMemory({ definition, input: [1] }).finished).toEqual({
    status: "SUCCEEDED",
    output: "[1]",
  });
});
