import { describe, expect, test } from "vitest";
import { openCalls, raise } from "./lambda.test-support.ts";
import { runInMemory } from "./memory-run.ts";
import { outline } from "./outline.ts";

const Resource = "arn:aws:lambda:us-east-1:000000000000:function:Work";
const work = { Type: "Task", Resource, End: true };
const machine = (state: object, others: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: "S",
  States: { S: { End: true, ...state }, ...others },
});
const mapOf = (settings: object) =>
  machine({ Type: "Map", ItemProcessor: { StartAt: "Work", States: { Work: work } }, ...settings });
const sleeper = { StartAt: "Sleep", States: { Sleep: { Type: "Wait", Seconds: 60, End: true } } };

describe("a Map", () => {
  test("aborts the other iterations if one fails, and all events of the abort follow the failure", async () => {
    const calls = openCalls();
    const run = runInMemory({
      definition: mapOf({}),
      input: ["a", "b", "c"],
      invokeLambda: calls.invokeLambda,
    });
    await Promise.all(["a", "b", "c"].map(calls.called));
    calls.answer("a", raise("Boom"));
    expect(await run.finished).toMatchObject({ status: "FAILED", error: "Boom" });
    // b and c were running: their calls are abandoned, and later responses are ignored.
    expect(calls.abandoned).toEqual(expect.arrayContaining(['"b"', '"c"']));
    calls.answer("b", { payload: "1" });
    const lines = outline(run.records);
    const failed = lines.findIndex((line) => line.includes("LambdaFunctionFailed")) + 1;
    expect(lines.slice(failed - 1)).toEqual([
      expect.stringContaining(`${failed} <- `),
      `${failed + 1} <- ${failed} MapIterationFailed 0`,
      `${failed + 2} <- ${failed} TaskStateAborted`,
      `${failed + 3} <- ${failed} MapIterationAborted 1`,
      `${failed + 4} <- ${failed} TaskStateAborted`,
      `${failed + 5} <- ${failed} MapIterationAborted 2`,
      `${failed + 6} <- ${failed} TaskStateAborted`,
      `${failed + 7} <- ${failed} MapStateFailed`,
      `${failed + 8} <- ${failed + 7} ExecutionFailed`,
    ]);
  });

  test("with MaxConcurrency 1 starts no more iterations after one fails", async () => {
    const run = runInMemory({
      definition: mapOf({
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } },
      }),
      input: [1, 2],
    });
    await run.finished;
    expect(outline(run.records)).toEqual([
      "1 <- 0 ExecutionStarted",
      "2 <- 0 MapStateEntered S",
      "3 <- 2 MapStateStarted",
      "4 <- 3 MapIterationStarted 0",
      "5 <- 4 FailStateEntered F",
      "6 <- 5 MapIterationFailed 0",
      "7 <- 5 MapStateFailed",
      "8 <- 7 ExecutionFailed",
    ]);
  });

  test("runs at most MaxConcurrency iterations at a time, and returns outputs in the order of the items", async () => {
    let running = 0;
    let most = 0;
    const run = runInMemory({
      definition: mapOf({ MaxConcurrency: "{% 1 + 1 %}" }),
      input: [5, 4, 3, 2, 1],
      invokeLambda: async (_name, payload) => {
        most = Math.max(most, ++running);
        // The smaller the payload, the sooner the call finishes.
        for (let turn = 0; turn < Number(payload) * 20; turn++) await Promise.resolve();
        running--;
        return { payload };
      },
    });
    expect(await run.finished).toEqual({ status: "SUCCEEDED", output: "[5,4,3,2,1]" });
    expect(most).toBe(2);
  });

  test("with MaxConcurrency 0 runs 40 iterations at a time", async () => {
    let running = 0;
    let most = 0;
    const run = runInMemory({
      definition: mapOf({ MaxConcurrency: 0 }),
      input: Array.from({ length: 60 }, (_, index) => index),
      invokeLambda: async (_name, payload) => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < 500; turn++) await Promise.resolve();
        running--;
        return { payload };
      },
    });
    await run.finished;
    expect(most).toBe(40);
  });

  test("restarts all iterations in a retry, and records MapStateFailed after the last retry", async () => {
    const definition = mapOf({
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } },
      Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
    });
    const withCatch = { ...definition, States: { ...definition.States, Caught: { Type: "Succeed" } } };
    const run = runInMemory({ definition: withCatch, input: [1] });
    expect(await run.finished).toEqual({ status: "SUCCEEDED", output: '{"Error":"E","Cause":""}' });
    expect(outline(run.records).slice(2)).toEqual([
      "3 <- 2 MapStateStarted",
      "4 <- 3 MapIterationStarted 0",
      "5 <- 4 FailStateEntered F",
      "6 <- 5 MapIterationFailed 0",
      "7 <- 5 MapStateStarted",
      "8 <- 7 MapIterationStarted 0",
      "9 <- 8 FailStateEntered F",
      "10 <- 9 MapIterationFailed 0",
      "11 <- 9 MapStateFailed",
      "12 <- 11 MapStateExited S",
      "13 <- 12 SucceedStateEntered Caught",
      "14 <- 13 SucceedStateExited Caught",
      "15 <- 14 ExecutionSucceeded",
    ]);
  });

  test("is recorded as the failed state if its ItemSelector fails", async () => {
    const run = runInMemory({
      definition: mapOf({ ItemSelector: { x: "{% $states.context.Map.Item.Value.missing %}" } }),
      input: [1],
    });
    expect(await run.finished).toMatchObject({ error: "States.QueryEvaluationError" });
    const failed = run.records.find(({ event }) => event.type === "EvaluationFailed")?.event;
    expect(failed?.evaluationFailedEventDetails).toMatchObject({ state: "S", location: "ItemSelector/x" });
  });
});

describe("a Parallel", () => {
  test("aborts the other branches after an uncaught failure, whatever states they are in", async () => {
    const calls = openCalls();
    const inner = {
      Type: "Map",
      Items: [7],
      ItemProcessor: { StartAt: "In", States: { In: work } },
      End: true,
    };
    const definition = machine({
      Type: "Parallel",
      Branches: [
        { StartAt: "Fails", States: { Fails: work } },
        sleeper,
        { StartAt: "Maps", States: { Maps: inner } },
      ],
    });
    const run = runInMemory({ definition, input: "in", invokeLambda: calls.invokeLambda });
    await Promise.all(["in", 7].map(calls.called));
    calls.answer("in", raise("Boom"));
    await run.finished;
    const lines = outline(run.records);
    const failed = lines.findIndex((line) => line.includes("LambdaFunctionFailed")) + 1;
    expect(lines.slice(failed)).toEqual([
      `${failed + 1} <- ${failed} TaskStateAborted`,
      `${failed + 2} <- ${failed} WaitStateAborted`,
      `${failed + 3} <- ${failed} MapStateAborted`,
      `${failed + 4} <- ${failed} MapIterationAborted 0`,
      `${failed + 5} <- ${failed} TaskStateAborted`,
      `${failed + 6} <- ${failed} ParallelStateFailed`,
      `${failed + 7} <- ${failed + 6} ExecutionFailed`,
    ]);
  });

  test("records its own end after the last event of the branch that ends last", async () => {
    const quick = { StartAt: "Quick", States: { Quick: { Type: "Pass", End: true } } };
    const run = runInMemory({
      definition: machine({ Type: "Parallel", Branches: [sleeper, quick] }),
      input: 1,
    });
    expect(await run.finished).toEqual({ status: "SUCCEEDED", output: "[1,1]" });
    const exit = run.records.find(({ event }) => event.stateExitedEventDetails?.name === "Sleep")?.event.id;
    expect(outline(run.records).slice(-3)).toEqual([
      expect.stringMatching(new RegExp(` <- ${exit} ParallelStateSucceeded`)),
      expect.stringMatching(new RegExp(` <- ${exit} ParallelStateExited`)),
      expect.stringContaining("ExecutionSucceeded"),
    ]);
  });

  test("does not abort an inner Map that has already failed", async () => {
    const fails = { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } };
    const inner = { Type: "Map", Items: [1], ItemProcessor: fails, End: true };
    const definition = machine({
      Type: "Parallel",
      Branches: [{ StartAt: "M", States: { M: inner } }, sleeper],
    });
    const run = runInMemory({ definition });
    expect(await run.finished).toEqual({ status: "FAILED", error: "E" });
    const lines = outline(run.records);
    const failed = lines.findIndex((line) => line.includes("MapStateFailed")) + 1;
    expect(lines.slice(failed)).toEqual([
      `${failed + 1} <- ${failed} WaitStateAborted`,
      `${failed + 2} <- ${failed} ParallelStateFailed`,
      `${failed + 3} <- ${failed + 2} ExecutionFailed`,
    ]);
  });

  test("records no events for a failure that ends the whole execution", async () => {
    const choice = { Type: "Choice", Choices: [{ Condition: "{% $states.input = 2 %}", Next: "P" }] };
    const branch = { StartAt: "C", States: { C: choice, P: { Type: "Pass", End: true } } };
    const run = runInMemory({
      definition: machine({
        Type: "Parallel",
        Branches: [branch, sleeper],
        Retry: [{ ErrorEquals: ["States.ALL"] }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "S" }],
      }),
      input: 1,
    });
    expect(await run.finished).toEqual({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #4). " +
        "Failed to transition out of the state. The state does not point to a next state.",
    });
    expect(outline(run.records).slice(3)).toEqual([
      "4 <- 3 ChoiceStateEntered C",
      "5 <- 3 WaitStateEntered Sleep",
      "6 <- 3 ExecutionFailed",
    ]);
  });
});
